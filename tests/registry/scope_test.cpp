#include "registry/scope.hpp"

#include <gtest/gtest.h>

namespace wasm_oci {
namespace {

using Strings = std::vector<std::string>;

TEST(ScopeSet, WritesSortedActions) {
  const std::vector<Scope> scopes = {{.repository = "me/app", .pull = true, .push = true},
                                     {.repository = "base", .pull = true},
                                     {.repository = "me/app", .remove = true},
                                     {.repository = "nothing"}};
  EXPECT_EQ(ScopeSet(scopes).strings(), (Strings{"repository:me/app:delete,pull,push", "repository:base:pull"}));
}

TEST(ScopeSet, ReadsWhatChallengesSay) {
  const std::vector<std::pair<std::string, Strings>> rows = {
      {"", {}},
      {"repository:foo:push,pull,push", {"repository:foo:pull,push"}},
      {"repository:foo:pull,*,push", {"repository:foo:*"}},
      {"repository:foo:,", {}},
      {"repository:foo:", {}},
      {"repository::pull", {}},
      {"repository", {}},
      {":foo:pull", {}},
      {"repository:host:5000/foo:pull", {"repository:host:5000/foo:pull"}},
      {"registry:catalog:*", {"registry:catalog:*"}},
      {"repository:b:pull  repository:a:pull repository:b:push", {"repository:b:pull,push", "repository:a:pull"}},
      {"rubbish repository:a:pull", {"repository:a:pull"}},
  };
  for (const auto& [text, strings] : rows) {
    EXPECT_EQ(ScopeSet::parse(text).strings(), strings) << text;
  }
}

TEST(ScopeSet, ReadsABoundedNumber) {
  std::string text;
  for (int i = 0; i < 1000; ++i) {
    text += "repository:r" + std::to_string(i) + ":pull ";
  }
  EXPECT_EQ(ScopeSet::parse(text).strings().size(), 32U);
}

TEST(ScopeSet, CoversWhatItAllows) {
  const auto push = ScopeSet::parse("repository:a:pull,push");
  EXPECT_TRUE(push.covers(ScopeSet::parse("repository:a:pull")));
  EXPECT_TRUE(push.covers(push));
  EXPECT_TRUE(push.covers(ScopeSet()));
  EXPECT_FALSE(push.covers(ScopeSet::parse("repository:a:delete")));
  EXPECT_FALSE(push.covers(ScopeSet::parse("repository:ab:pull")));
  EXPECT_FALSE(ScopeSet().covers(push));
  EXPECT_TRUE(ScopeSet::parse("repository:a:*").covers(push));
}

TEST(ScopeSet, AsksForWhatTheChallengeNamesToo) {
  const auto asked = ScopeSet::for_challenge(ScopeSet::parse("repository:a:pull"),
                                             ScopeSet::parse("repository:b:pull repository:a:push"));
  EXPECT_EQ(asked.strings(), (Strings{"repository:a:pull,push", "repository:b:pull"}));
}

TEST(ScopeSet, LeavesDeleteOutWhereTheChallengeDoes) {
  const auto wanted = ScopeSet::parse("repository:a:delete,pull");
  EXPECT_EQ(ScopeSet::for_challenge(wanted, ScopeSet::parse("repository:a:push")).strings(),
            Strings{"repository:a:pull,push"});
  EXPECT_EQ(ScopeSet::for_challenge(wanted, ScopeSet::parse("repository:a:delete")).strings(),
            Strings{"repository:a:delete,pull"});
  EXPECT_EQ(ScopeSet::for_challenge(wanted, ScopeSet()).strings(), Strings{"repository:a:delete,pull"});
}

}  // namespace
}  // namespace wasm_oci
