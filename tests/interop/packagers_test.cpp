// Packages go both ways between this program and those of other ecosystems, which packagers/fetch.sh installs: what
// they write is read, what is written they read, and both are compared field by field.
#include "tests/interop/peers.hpp"
#include "tests/support/golden.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace wasm_oci::testing {
namespace {

using nlohmann::json;
using ::testing::EndsWith;
using ::testing::HasSubstr;

std::string program(const std::string& name) { return PACKAGERS "/bin/" + name; }

// Manifest and config of an image.
struct Documents {
  json manifest;
  json config;
};

class Packagers : public Interop {
 protected:
  Documents documents(const std::string& location) {
    return {.manifest = json::parse(user_.must({"inspect", "--raw", location})),
            .config = json::parse(user_.must({"inspect", "--config", location}))};
  }

  std::string at(const std::string& name) { return registry_.host() + "/" + name + ":1.0"; }

  void push_by_wkg(const std::string& reference, const std::string& module) {
    user_.must_other({program("wkg"), "oci", "push", "--insecure", registry_.host(), reference, testdata(module)});
  }

  void build(const std::string& reference, const std::string& module, const std::string& kind) {
    user_.must({"build", testdata(module).string(), "-t", reference, "--as", kind, "--push"});
  }

  void expect_module(const std::string& location, const std::string& module) {
    user_.must({"pull", location, "-o", "back.wasm"});
    EXPECT_EQ(sha256_of(user_.work() / "back.wasm"), sha256_of(testdata(module)));
  }
};

constexpr auto kComponent = "modules/hello.component.wasm";

// What differs on purpose (docs/packagings.md) goes; the rest has to be equal. The documents as others write them are
// kept as golden files.
void drop_times_and_digests(Documents& documents) {
  documents.config.erase("created");
  documents.manifest["config"].erase("digest");
  documents.manifest["config"].erase("size");
}

void drop_nulls(json& object) {
  for (auto it = object.begin(); it != object.end();) {
    if (it->is_null()) {
      it = object.erase(it);
    } else {
      if (it->is_object()) {
        drop_nulls(*it);
      }
      ++it;
    }
  }
}

TEST_F(Packagers, AnArtifactOfWkgIsRead) {
  push_by_wkg(at("by-wkg"), kComponent);
  expect_module(at("by-wkg"), kComponent);
  EXPECT_THAT(user_.must({"inspect", at("by-wkg")}), HasSubstr("Packaging:   artifact"));
}

TEST_F(Packagers, WkgReadsAnArtifact) {
  for (const std::string module : {kModule, kComponent}) {
    build(at("ours"), module, "artifact");
    const auto file = user_.work() / "by-wkg.wasm";
    user_.must_other({program("wkg"), "oci", "pull", "--insecure", registry_.host(), at("ours"), "-o", file.string()});
    EXPECT_EQ(sha256_of(file), sha256_of(testdata(module)));
  }
}

TEST_F(Packagers, AnArtifactSaysWhatWkgsDoes) {
  push_by_wkg(at("by-wkg"), kComponent);
  build(at("ours"), kComponent, "artifact");
  Documents theirs = documents(at("by-wkg"));
  Documents ours = documents(at("ours"));
  drop_times_and_digests(theirs);
  expect_golden(theirs.config.dump(2) + "\n", "packagings/wkg-0.16.1-config.json");
  expect_golden(theirs.manifest.dump(2) + "\n", "packagings/wkg-0.16.1-manifest.json");
  drop_nulls(theirs.config);
  drop_times_and_digests(ours);
  ours.manifest.erase("annotations");
  EXPECT_EQ(ours.config, theirs.config);
  EXPECT_EQ(ours.manifest, theirs.manifest);
}

TEST_F(Packagers, WkgDoesNotReadAnImage) {
  build(at("ours"), kModule, "image");
  const Outcome outcome =
      user_.other({program("wkg"), "oci", "pull", "--insecure", registry_.host(), at("ours"), "-o", "x.wasm"});
  EXPECT_NE(outcome.exit_code, 0);
  user_.must({"copy", at("ours"), at("repackaged"), "--as", "artifact"});
  user_.must_other({program("wkg"), "oci", "pull", "--insecure", registry_.host(), at("repackaged"), "-o", "x.wasm"});
  EXPECT_EQ(sha256_of(user_.work() / "x.wasm"), hello_digest());
}

class TarBuilder : public Packagers {
 protected:
  // What oci-tar-builder makes of hello.wasm, as "oci-archive:…".
  std::string by_tar_builder() {
    const std::string file = (user_.work() / "tar-builder.tar").string();
    user_.must_other({program("oci-tar-builder"), "--name", "hello", "--repo", "example.com/me", "--tag", "1.0",
                      "--module", testdata(kModule).string(), "--out-path", file});
    return "oci-archive:" + file;
  }
};

TEST_F(TarBuilder, ItsImageIsReadAndSaysWhatOursDoes) {
  const std::string archive = by_tar_builder();
  expect_module(archive, kModule);
  Documents theirs = documents(archive);
  drop_times_and_digests(theirs);
  expect_golden(theirs.config.dump(2) + "\n", "packagings/oci-tar-builder-0.4.0-config.json");
  expect_golden(theirs.manifest.dump(2) + "\n", "packagings/oci-tar-builder-0.4.0-manifest.json");
  theirs.manifest.erase("annotations");
  theirs.config["config"]["Entrypoint"] = {"/hello.wasm"};
  theirs.config.erase("history");

  user_.must(
      {"build", testdata(kModule).string(), "--as", "wasm-layers", "--platform", "wasip1/wasm", "-o", "oci:ours:x"});
  Documents ours = documents("oci:ours:x");
  drop_times_and_digests(ours);
  ours.manifest.erase("annotations");
  ours.manifest["layers"][0].erase("annotations");
  EXPECT_EQ(ours.config, theirs.config);
  EXPECT_EQ(ours.manifest, theirs.manifest);
}

class Istio : public Packagers {
 protected:
  Outcome fetch(const std::string& reference) {
    return user_.other({program("istio-fetch"), reference, (user_.work() / "plugin.wasm").string()});
  }
};

TEST_F(Istio, LoadsThePluginAndPinsItsDigest) {
  build(at("plugin"), kModule, "envoy");
  const Outcome outcome = fetch(at("plugin"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(sha256_of(user_.work() / "plugin.wasm"), hello_digest());
  EXPECT_THAT(outcome.out, EndsWith("\n" + user_.must({"digest", at("plugin")}) + "\n")) << "below its log";
}

TEST_F(Istio, LoadsNoOtherPackagingUntilItIsRepackaged) {
  for (const std::string kind : {"image", "artifact", "wasm-layers"}) {
    build(at(kind), kModule, kind);
    EXPECT_THAT(fetch(at(kind)).err, HasSubstr("could not parse as compat variant")) << kind;
    user_.must({"copy", at(kind), at(kind + "-envoy"), "--as", "envoy"});
    EXPECT_EQ(fetch(at(kind + "-envoy")).exit_code, 0);
  }
}

}  // namespace
}  // namespace wasm_oci::testing
