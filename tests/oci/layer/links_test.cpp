#include "oci/layer/links.hpp"

#include "oci/lexical_path.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace wasm_oci {
namespace {

class Links : public ::testing::Test {
 protected:
  void add(const std::string& path, std::string target, LayerEntryType type = LayerEntryType::symlink) {
    entries_[path] = {.path = path, .type = type, .link_target = std::move(target)};
  }
  std::optional<std::string> follow(std::string_view path) {
    return follow_links(path, [this](const std::string& here) {
      ++asked_;
      longest_ = std::max(longest_, here.size());
      const auto found = entries_.find(here);
      return found == entries_.end() ? nullptr : &found->second;
    });
  }

  std::map<std::string, LayerEntry> entries_;
  std::size_t asked_ = 0;
  std::size_t longest_ = 0;
};

TEST_F(Links, AreFollowedInAnyPartOfAPath) {
  add("link", "/real/./x/../");
  add("real/up", "../link");
  EXPECT_EQ(follow("link/app.wasm"), "real/app.wasm");
  EXPECT_EQ(follow("real/up/app.wasm"), "real/app.wasm");
  EXPECT_EQ(follow("absent//at/all/"), "absent/at/all");
}

TEST_F(Links, APathThatLinuxWouldNotOpenLeadsNowhere) {
  std::string path;
  for (int i = 0; i < 500'000; ++i) {
    path += "a/";
  }
  EXPECT_EQ(follow(path), std::nullopt);
  EXPECT_EQ(asked_, 0U);
  EXPECT_NE(follow(std::string_view(path).substr(0, kMaxPath)), std::nullopt);
}

TEST_F(Links, ThatAddUpToSuchAPathLeadNowhere) {
  for (int i = 0; i < 30; ++i) {
    add("l" + std::to_string(i), "/l" + std::to_string(i + 1) + "/" + std::string(1000, 'd'));
  }
  add("far", std::string(100'000, 'd'));
  EXPECT_EQ(follow("l0"), std::nullopt);
  EXPECT_EQ(follow("far"), std::nullopt);
  EXPECT_LT(asked_, 20U);
  EXPECT_LE(longest_, kMaxPath);
}

}  // namespace
}  // namespace wasm_oci
