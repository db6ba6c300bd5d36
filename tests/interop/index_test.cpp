// Indexes in real registries: which entry real clients take of them, edits by several processes at once, and sources in
// several places.
#include "oci/manifest.hpp"
#include "oci/store/layout_store.hpp"
#include "tests/interop/takers.hpp"
#include "tests/support/graph.hpp"
#include "tests/support/registries.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <thread>
#include <utility>

namespace wasm_oci::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class IndexInterop : public Interop {
 protected:
  // In the open registry, by a tag that says the platform.
  std::string push(const std::string& platform, const std::string& repository = "me/app") {
    std::string reference = registry_.host() + "/" + repository + ":" + platform;
    std::ranges::replace(
        reference.begin() + static_cast<std::ptrdiff_t>(registry_.host().size() + repository.size() + 2),
        reference.end(), '/', '-');
    user_.must({"build", testdata(kModule).string(), "-t", reference, "--platform", platform, "--push"});
    return reference;
  }

  std::string config_of(const std::string& reference) {
    return digest_of(user_({"inspect", "--config", reference}).out).str();
  }

  Candidate image(const std::string& reference) {
    return {.manifest = user_.must({"digest", reference}), .config = config_of(reference)};
  }

  std::vector<std::string> entries_of(const std::string& reference) {
    std::vector<std::string> digests;
    for (const Descriptor& entry : parse_index(user_({"inspect", "--raw", reference}).out).manifests) {
      digests.push_back(entry.digest.str());
    }
    return digests;
  }
};

// Images by the platform that they are for, each with its reference and its digests.
class Selection : public IndexInterop {
 protected:
  Selection() : containerd_(folder_.path()) {}

  const std::string& reference(const std::string& platform) {
    if (!references_.contains(platform)) {
      references_[platform] = push(platform);
      images_[platform] = image(references_[platform]);
    }
    return references_[platform];
  }

  std::string index(const std::string& name) const { return registry_.host() + "/me/app:" + name; }

  // What each client takes of the index for these platforms: the image for it where `platforms` have one, else none.
  void expect_choices(const std::string& index, const std::vector<std::string>& platforms,
                      const std::vector<std::string>& asked = {"linux/amd64", "linux/arm64", "wasi/wasm",
                                                               "wasip1/wasm"}) {
    SCOPED_TRACE(index);
    Candidates all;
    for (const auto& [platform, image] : images_) {
      all.push_back(image);
    }
    for (const std::string& wanted : asked) {
      SCOPED_TRACE(wanted);
      const Platform platform = parse_platform(wanted);
      const auto meant = std::ranges::find_if(
          platforms, [&](const std::string& one) { return same_platform(parse_platform(one), platform); });
      const std::optional<std::string> expected =
          meant == platforms.end() ? std::nullopt : std::optional(images_.at(*meant).manifest);
      for (const std::string client : {"skopeo", "podman", "containerd", "containerd@1.6"}) {
        EXPECT_EQ(explained(index, wanted, client), expected) << client;
      }
      const std::string source = "docker://" + index;
      EXPECT_EQ(taken_by_skopeo(user_, source, platform).digest, expected);
      EXPECT_EQ(taken_by_podman(user_, source, platform, all).digest, expected);
      const std::string space = "n" + std::to_string(++namespaces_);
      EXPECT_EQ(taken_by_containerd(containerd_, index, platform, all, space).digest, expected);
    }
  }

  // The digest of what `explain` says that the client takes.
  std::optional<std::string> explained(const std::string& index, const std::string& platform,
                                       const std::string& client) {
    const auto choice = nlohmann::json::parse(
                            user_.must({"explain", index, "--platform", platform, "--for", client, "--format", "json"}))
                            .at("choices")
                            .at(0);
    return choice.at("chosen").is_null() ? std::nullopt : std::optional<std::string>(choice.at("chosen").at("digest"));
  }

  // In the layout "layout", named `name`; then in the registry.
  std::string push_by_hand(const std::string& name, const std::vector<std::string>& platforms,
                           const std::function<Descriptor(LayoutStore&, const Descriptor& first)>& last) {
    for (const std::string& platform : platforms) {
      user_.must({"copy", reference(platform), "oci:layout:" + platform});
    }
    {
      const auto store = LayoutStore::open_for_writing(user_.work() / "layout");
      std::vector<Descriptor> entries;
      for (const std::string& platform : platforms) {
        entries.push_back(store->resolve(platform).value());
        entries.back().annotations.clear();
        entries.back().platform = parse_platform(platform);
      }
      entries.push_back(last(*store, entries.front()));
      name_root(*store, add_index(*store, entries), {{name}});
    }
    user_.must({"copy", "oci:layout:" + name, index(name)});
    return index(name);
  }

  TempDir folder_;
  Containerd containerd_;
  std::map<std::string, std::string> references_;
  std::map<std::string, Candidate> images_;
  int namespaces_ = 0;
};

struct Shape {
  std::string name;
  std::vector<std::string> platforms;
};

TEST_F(Selection, EachClientTakesTheEntryThatWasMeant) {
  const std::vector<Shape> shapes = {
      {"first", {"wasi/wasm", "linux/amd64", "linux/arm64"}},
      {"last", {"linux/amd64", "linux/arm64", "wasi/wasm"}},
      {"alone", {"wasi/wasm"}},
      {"names", {"linux/amd64", "wasip1/wasm", "wasi/wasm"}},
      {"variants", {"linux/arm/v6", "linux/arm64/v8", "linux/amd64", "wasip1/wasm"}},
  };
  for (const Shape& shape : shapes) {
    std::vector<std::string> arguments = {"index", "create", "-t", index(shape.name)};
    for (const std::string& platform : shape.platforms) {
      arguments.push_back(reference(platform));
    }
    user_.must(arguments);
    expect_choices(index(shape.name), shape.platforms);
  }
}

TEST_F(Selection, AttestationsAreNoImages) {
  const std::string attested =
      push_by_hand("attested", {"linux/amd64", "linux/arm64"}, [](LayoutStore& store, const Descriptor& first) {
        Descriptor attestation = add_image(store, "statement");
        attestation.platform = Platform{.os = "unknown", .architecture = "unknown"};
        attestation.annotations = {{"vnd.docker.reference.type", "attestation-manifest"},
                                   {"vnd.docker.reference.digest", first.digest.str()}};
        return attestation;
      });
  const std::vector<std::string> before = entries_of(attested);
  const std::string digest = user_.must({"digest", attested});
  user_.must({"index", "add", attested, reference("wasi/wasm")});
  EXPECT_EQ(entries_of(attested).back(), before.back());
  expect_choices(attested, {"linux/amd64", "linux/arm64", "wasi/wasm"});
  user_.must({"index", "remove", attested, "wasi/wasm"});
  EXPECT_EQ(user_.must({"digest", attested}), digest);
}

TEST_F(Selection, AnIndexInAnIndexStaysWhereItIs) {
  const std::string nested = push_by_hand("nested", {"linux/amd64"}, [&](LayoutStore& store, const Descriptor& first) {
    Descriptor inner = add_index(store, {first});
    inner.platform = parse_platform("linux/s390x");
    return inner;
  });
  user_.must({"index", "add", nested, reference("wasi/wasm"), reference("wasip1/wasm")});
  EXPECT_EQ(entries_of(nested).size(), 4U);
  expect_choices(nested, {"linux/amd64", "wasi/wasm", "wasip1/wasm"});
}

TEST_F(Selection, DockersListGetsAWasmEntry) {
  const std::string list = index("docker");
  user_.must_other({"buildah", "manifest", "create", "list"});
  for (const std::string platform : {"linux/amd64", "linux/arm64"}) {
    user_.must_other({"buildah", "manifest", "add", "--tls-verify=false", "list", "docker://" + reference(platform)});
  }
  user_.must_other(
      {"buildah", "manifest", "push", "--all", "--format", "v2s2", "--tls-verify=false", "list", "docker://" + list});
  const std::vector<std::string> before = entries_of(list);
  for (const std::string platform : {"linux/amd64", "linux/arm64"}) {  // Docker's configs have other bytes
    const std::string digest = user_.must({"digest", list, "--platform", platform});
    images_[platform] = image(registry_.host() + ("/me/app@" + digest));
  }
  user_.must({"index", "add", list, reference("wasi/wasm")});
  const std::vector<std::string> after = entries_of(list);
  ASSERT_EQ(after.size(), 3U);
  EXPECT_TRUE(std::ranges::equal(before, std::span(after).first(2)));
  expect_choices(list, {"linux/amd64", "linux/arm64", "wasi/wasm"});
}

TEST_F(IndexInterop, AppendingByDigestMovesNoTag) {
  const std::string tag = registry_.host() + "/me/app:1.0";
  user_.must({"build", testdata(kModule).string(), "--platform", "linux/amd64", "-t", tag, "--push"});
  const std::string before = user_.must({"digest", tag});
  const std::string after = user_.must({"build", testdata(kModule).string(), "-t", tag, "--append", "--push-by-digest",
                                        "-q", "--require-unchanged", "linux/amd64"});
  EXPECT_EQ(user_.must({"digest", tag}), before);
  EXPECT_THAT(user_.must({"inspect", registry_.host() + "/me/app@" + after}), HasSubstr("wasi/wasm"));
}

TEST_F(IndexInterop, SourcesInTwoRegistriesALayoutAndAnArchiveBecomeOneIndex) {
  const TempDir folder;
  const auto locked = registry_with_password(folder.path(), "alice", "first password");
  const TempDir other_folder;
  const auto target = registry_with_password(other_folder.path(), "bob", "second password");
  const std::string module = testdata(kModule).string();
  const std::string first = locked->host() + "/me/first:1";
  const std::string alice = locked->host() + "=alice:first password";
  const std::string bob = target->host() + "=bob:second password";
  user_.must({"build", module, "-t", first, "--platform", "linux/amd64", "--push", "--creds", alice});
  user_.must({"build", module, "-o", "oci:layout:app", "--platform", "linux/arm64"});
  user_.must({"build", module, "-o", "oci-archive:app.tar:app", "--platform", "wasip1/wasm"});
  const std::string wasi = push("wasi/wasm");
  const std::string index = target->host() + "/you/app:1";
  user_.must({"index", "create", "-t", index, first, wasi, "oci:layout:app", "oci-archive:app.tar:app", "--creds",
              alice, "--creds", bob, "--require-platform", "linux/amd64,linux/arm64,wasi/wasm,wasip1/wasm"});
  for (const std::string platform : {"linux/amd64", "linux/arm64", "wasi/wasm", "wasip1/wasm"}) {
    user_.must({"copy", index, "oci:out:" + platform.substr(0, platform.find('/')) + platform.back(), "--platform",
                platform, "--creds", bob});
  }
  EXPECT_EQ(user_({"digest", index}).exit_code, 5);
}

TEST_F(IndexInterop, JobsPushByDigestAndAFourthMakesTheIndex) {
  const std::string repository = registry_.host() + "/me/matrix";
  std::vector<std::string> digests;
  for (const std::string platform : {"linux/amd64", "linux/arm64", "wasi/wasm"}) {
    digests.push_back(user_.must(
        {"build", testdata(kModule).string(), "-t", repository, "--platform", platform, "--push-by-digest", "-q"}));
  }
  EXPECT_EQ(user_({"digest", repository}).exit_code, 4);
  std::vector<std::string> arguments = {
      "index", "create", "-t", repository + ":1.0", "--require-platform", "linux/amd64,linux/arm64,wasi/wasm"};
  arguments.insert(arguments.end(), digests.begin(), digests.end());
  user_.must(arguments);
  EXPECT_EQ(entries_of(repository + ":1.0"), digests);
  for (const std::string platform : {"linux/amd64", "linux/arm64", "wasi/wasm"}) {
    EXPECT_EQ(taken_by_skopeo(user_, "docker://" + repository + ":1.0", parse_platform(platform)).digest,
              user_.must({"digest", repository + ":1.0", "--platform", platform}));
  }
}

TEST_F(IndexInterop, ABuildJoinsTheIndexAtTheTag) {
  const std::string index = registry_.host() + "/me/app:append";
  user_.must({"index", "create", "-t", index, push("linux/amd64"), push("linux/arm64")});
  const std::vector<std::string> before = entries_of(index);
  const Outcome appended =
      user_({"build", testdata(kModule).string(), "-t", index, "--append", "--push", "--platform",
             "wasi/wasm,wasip1/wasm", "--bare-tag", registry_.host() + "/me/app:bare", "--require-platform",
             "wasi/wasm,wasip1/wasm,linux/amd64", "--require-unchanged", "linux/amd64,linux/arm64"});
  EXPECT_EQ(appended.exit_code, 0) << appended.err;
  const std::vector<std::string> after = entries_of(index);
  ASSERT_EQ(after.size(), 4U);
  EXPECT_TRUE(std::ranges::equal(before, std::span(after).first(2)));
  EXPECT_EQ(user_.must({"digest", registry_.host() + "/me/app:bare"}), after[2]);
  EXPECT_EQ(user_({"digest", "local:" + index}).exit_code, 4);
  for (const auto& [platform, digest] : {std::pair("wasi/wasm", after[2]), std::pair("wasip1/wasm", after[3])}) {
    const Candidate built = image(registry_.host() + "/me/app@" + digest);
    EXPECT_EQ(taken_by_podman(user_, "docker://" + index, parse_platform(platform), {built}).digest, digest);
    EXPECT_EQ(built.config, config_of(push(platform)));
  }
  const Outcome absent =
      user_({"build", testdata(kModule).string(), "-t", registry_.host() + "/me/none", "--append", "--push"});
  EXPECT_EQ(absent.exit_code, 4);
  EXPECT_EQ(user_({"digest", registry_.host() + "/me/none"}).exit_code, 4);
}

TEST_F(IndexInterop, AFailedGateLeavesTheTagAndTheIndexByItsDigest) {
  const std::string linux = push("linux/amd64");
  const std::string wasi = push("wasi/wasm");
  const std::string index = registry_.host() + "/me/app:gate";
  user_.must({"index", "create", "-t", index, linux});
  const std::string before = user_.must({"digest", index});
  const Outcome outcome = user_({"index", "add", index, wasi, "--require-platform", "linux/arm64"});
  EXPECT_EQ(outcome.exit_code, 3) << outcome.err;
  EXPECT_EQ(user_.must({"digest", index}), before);
  const std::size_t at = outcome.err.find("the gate holds back sha256:");
  ASSERT_NE(at, std::string::npos) << outcome.err;
  const std::string refused = outcome.err.substr(at + std::string("the gate holds back ").size(), 71);
  EXPECT_EQ(user_.must({"digest", registry_.host() + "/me/app@" + refused}), refused);
}

TEST_F(IndexInterop, SignaturesComeAlongIntoAnotherRepository) {
  const std::string wasi = push("wasi/wasm");
  const std::string digest = user_.must({"digest", wasi});
  {
    user_.must({"copy", wasi, "oci:layout:app"});
    const auto store = LayoutStore::open_for_writing(user_.work() / "layout");
    const Descriptor signature = add_referrer(*store, store->resolve(digest).value(), "signature");
    name_root(*store, signature, {{"signature"}});
  }
  const std::string repository = registry_.host() + "/me/app";
  const std::string by_digest = repository + ("@" + user_.must({"digest", "oci:layout:signature"}));
  user_.must({"copy", "oci:layout:signature", by_digest});
  std::string tag = digest;
  tag.replace(tag.find(':'), 1, "-");
  user_.must({"copy", "oci:layout:signature", repository + (":" + tag + ".sig")});  // as cosign ties it
  const std::string other = registry_.host() + "/me/other";
  const Outcome outcome = user_({"index", "create", "-t", other + ":1.0", wasi});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr(": signature "));
  EXPECT_EQ(user_.must({"digest", other + (":" + tag + ".sig")}), user_.must({"digest", "oci:layout:signature"}));
  EXPECT_THAT(entries_of(other + (":" + tag)), ElementsAre(user_.must({"digest", "oci:layout:signature"})));

  user_.must({"index", "create", "-t", repository + ":all", wasi});
  const std::string before = user_.must({"digest", repository + ":all"});
  std::string before_tag = before;
  before_tag.replace(before_tag.find(':'), 1, "-");
  user_.must({"copy", "oci:layout:signature", repository + (":" + before_tag + ".sig")});
  const Outcome added = user_({"index", "add", repository + ":all", push("linux/amd64")});
  EXPECT_THAT(added.err, HasSubstr(before + " had 1 signature; sign " + repository + ":all@" +
                                   user_.must({"digest", repository + ":all"})));
}

// What others push between our reading and our writing, as far as that can be arranged: both edits at once, often.
class IndexRaces : public IndexInterop {
 protected:
  // How many of `rounds` have both entries in the end.
  int both_there(const WasmOci& first, const WasmOci& second, int rounds) {
    const std::string linux = push("linux/amd64");
    const std::string wasi = push("wasi/wasm");
    const std::string arm64 = push("linux/arm64");
    const auto digest = [&](const std::string& reference) { return user_.must({"digest", reference}); };
    const std::vector<std::string> all = {digest(linux), digest(wasi), digest(arm64)};
    int complete = 0;
    for (int round = 0; round < rounds; ++round) {
      const std::string index = registry_.host() + "/me/app:race" + std::to_string(round);
      user_.must({"index", "create", "-t", index, linux});
      Process one(first.command({"index", "add", index, wasi}));
      Process two(second.command({"index", "add", index, arm64}));
      const Outcome outcome_of_one = one.wait();
      const Outcome outcome_of_two = two.wait();
      EXPECT_EQ(outcome_of_one.exit_code, 0) << outcome_of_one.err;
      EXPECT_EQ(outcome_of_two.exit_code, 0) << outcome_of_two.err;
      std::vector<std::string> found = entries_of(index);
      complete += std::ranges::is_permutation(found, all) ? 1 : 0;
    }
    return complete;
  }
};

TEST_F(IndexRaces, TwoProcessesThatShareAStoreBothAddTheirs) { EXPECT_EQ(both_there(user_, user_, 100), 100); }

TEST_F(IndexRaces, TwoProcessesThatShareNothingBothAddTheirs) {
  const WasmOci other;
  EXPECT_EQ(both_there(user_, other, 100), 100);
}

}  // namespace
}  // namespace wasm_oci::testing
