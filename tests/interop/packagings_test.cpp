// Modules go into every packaging that is written, come out of every one that registries hold, whoever made it, and
// move from one to another.
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/store/layout_store.hpp"
#include "tests/support/graph.hpp"
#include "tests/support/packages.hpp"
#include "tests/support/wasm_oci.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci::testing {
namespace {

using ::testing::HasSubstr;

struct Case {
  std::string_view packaging;
  std::string_view config_type;
  std::string_view config;
  std::vector<std::string_view> layer_types;  // "+wasm" and application/wasm hold the module, others "{}"
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"artifact",
       media_type::kWasmConfig,
       R"({"architecture":"wasm","os":"wasip1","layerDigests":[]})",
       {media_type::kWasm}},
      {"wasm-layers",
       media_type::kOciConfig,
       R"({"architecture":"wasm","os":"wasip1"})",
       {media_type::kWasmComponentLayer}},
      {"wasm-to-oci", media_type::kWasmToOciConfig, "{}", {media_type::kWasmContentLayer}},
      {"solo",
       media_type::kOciConfig,
       "{}",
       {"application/vnd.module.wasm.config.v1+json", media_type::kSoloContentLayer}},
      {"spin",
       media_type::kOciConfig,
       R"({"architecture":"wasm","os":"Wasip1"})",
       {media_type::kWasmContentLayer, "application/vnd.wasm.content.layer.v1+data", media_type::kSpinApplication}},
  };
  return all;
}

class Packagings : public ::testing::TestWithParam<Case> {
 protected:
  // Writes a manifest of this kind as oci:layout:x.
  void write() {
    const auto store = LayoutStore::open_for_writing(user_.work() / "layout");
    Manifest manifest{.media_type = std::string(media_type::kOciManifest),
                      .config = store->add(GetParam().config_type, GetParam().config)};
    for (const std::string_view type : GetParam().layer_types) {
      Descriptor layer = store->add(type, type.ends_with("wasm") ? module_ : "{}");
      layer.annotations.emplace(annotation::kTitle, "../evil/app.wasm");
      manifest.layers.push_back(layer);
    }
    name_root(*store, store->add(media_type::kOciManifest, serialize(manifest)), {{"x"}});
  }

  WasmOci user_;
  const std::string module_ = read_file(testdata("modules/hello.wasm"));
};

INSTANTIATE_TEST_SUITE_P(All, Packagings, ::testing::ValuesIn(cases()), [](const auto& one) {
  std::string name(one.param.packaging);
  std::erase(name, '-');
  return name;
});

TEST_P(Packagings, InspectKnowsIt) {
  write();
  const std::string json = user_.must({"inspect", "oci:layout:x", "--format", "json"});
  EXPECT_THAT(json, HasSubstr("\"packaging\": \"" + std::string(GetParam().packaging) + '"'));
  EXPECT_THAT(json, HasSubstr(sha256_of(testdata("modules/hello.wasm"))));
  EXPECT_THAT(user_.must({"inspect", "oci:layout:x"}), HasSubstr("Packaging:   " + std::string(GetParam().packaging)));
}

TEST_P(Packagings, PullGivesTheModule) {
  write();
  user_.must({"pull", "oci:layout:x", "-o", "back.wasm"});
  EXPECT_EQ(read_file(user_.work() / "back.wasm"), module_);
  EXPECT_EQ(user_.must({"pull", "oci:layout:x", "-o", "folder/"}), "folder/app.wasm");
  EXPECT_EQ(read_file(user_.work() / "folder/app.wasm"), module_);
}

class Repackaging : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& bytes) const { write_file(user_.work() / name, bytes); }

  // The digest of `text`, which names an image.
  std::string digest(const std::string& text) const { return user_.must({"digest", text}); }

  void expect_wrong_usage(const std::vector<std::string>& arguments, const std::string& words) const {
    const Outcome outcome = user_(arguments);
    EXPECT_EQ(outcome.exit_code, 2) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(words));
    EXPECT_EQ(outcome.out, "");
  }

  WasmOci user_;
};

TEST_F(Repackaging, RoundTheWholeWayGivesTheFirstDigest) {
  for (const std::string file : {"hello.wasm", "hello.component.wasm"}) {
    const std::string module = testdata("modules/" + file).string();
    user_.must({"build", module, "-t", "first"});
    std::string from = "local:first";
    for (const std::string kind : {"artifact", "wasm-layers", "envoy", "image"}) {
      const std::string to = "local:as-" + kind;
      user_.must({"copy", from, to, "--as", kind});
      EXPECT_THAT(user_.must({"inspect", to}), HasSubstr("Packaging:   " + kind));
      user_.must({"pull", to, "-o", "back.wasm"});
      EXPECT_EQ(read_file(user_.work() / "back.wasm"), read_file(module)) << kind;
      EXPECT_EQ(digest(to), user_.must({"build", module, "-t", "built", "--as", kind, "-q"}))
          << "what is made of an image is what is built";
      from = to;
    }
    EXPECT_EQ(digest("local:as-image"), digest("local:first"));
  }
}

TEST_F(Repackaging, GoesFromEveryPackagingToEveryOther) {
  const std::string module = testdata("modules/hello.wasm").string();
  const std::vector<std::string> kinds = {"image", "artifact", "wasm-layers", "envoy"};
  for (const std::string& from : kinds) {
    user_.must({"build", module, "-t", from, "--as", from});
  }
  for (const std::string& from : kinds) {
    for (const std::string& to : kinds) {
      std::string copied = "oci:" + from;
      copied.append("-").append(to).append(":x");
      user_.must({"convert", "local:" + from, copied, "--as", to});
      EXPECT_EQ(digest(copied), digest("local:" + to)) << from << " to " << to;
    }
  }
}

TEST_F(Repackaging, WhatThePackagingHasNoPlaceForIsListedAndLeftOutOnlyWhenAsked) {
  write("data.txt", "data");
  user_.must({"build", testdata("modules/hello.wasm").string(), "-t", "app", "-e", "A=1", "--cmd", "serve", "--label",
              "team=wasm", "--user", "7", "--workdir", "/data", "--add", "data.txt:/data/data.txt"});
  const Outcome refused = user_({"copy", "local:app", "local:to", "--as", "artifact"});
  EXPECT_EQ(refused.exit_code, 2);
  for (const std::string part : {"arguments", "environment variables (A)", "labels (team)",
                                 "a working directory (/data)", "a user (7)", "other files", "--lossy"}) {
    EXPECT_THAT(refused.err, HasSubstr(part));
  }
  EXPECT_EQ(user_({"digest", "local:to"}).exit_code, 4);
  user_.must({"copy", "local:app", "local:to", "--as", "artifact", "--lossy"});
  EXPECT_EQ(digest("local:to"),
            user_.must({"build", testdata("modules/hello.wasm").string(), "-t", "x", "--as", "artifact", "-q"}));
  expect_wrong_usage({"copy", "local:app", "local:to", "--lossy"}, "--lossy is for --as");
}

TEST_F(Repackaging, BuildRefusesWhatThePackagingHasNoPlaceFor) {
  write("app.wasm", read_file(testdata("modules/hello.wasm")));
  write("data.txt", "data");
  const std::vector<std::string> build = {"build", "app.wasm", "-t", "x", "--as"};
  const auto with = [&](std::vector<std::string> rest) {
    std::vector<std::string> all = build;
    all.insert(all.end(), rest.begin(), rest.end());
    return all;
  };
  expect_wrong_usage(with({"artifact", "--env", "A=1", "--label", "a=b"}), "no place for --env, --label");
  expect_wrong_usage(with({"artifact", "--add", "data.txt"}), "no place for --add");
  expect_wrong_usage(with({"wasm-layers", "--add", "data.txt"}), "no place for --add");
  expect_wrong_usage(with({"artifact", "--compression", "zstd"}), "no --compression");
  expect_wrong_usage(with({"envoy", "--compression", "none"}), "gzip alone");
  expect_wrong_usage(with({"envoy", "--entrypoint", "/x.wasm"}), "no place for --entrypoint");
  expect_wrong_usage(with({"artifact", "--platform", "wasi/wasm"}), "wasip1/wasm");
  expect_wrong_usage(with({"wasm-layers", "--platform", "linux/amd64"}), "wasm alone");
  expect_wrong_usage(with({"wasm"}), "one of image, artifact, wasm-layers, envoy");
}

TEST_F(Repackaging, ReadersNamesAreAliases) {
  const std::string module = testdata("modules/hello.wasm").string();
  EXPECT_EQ(user_.must({"build", module, "-t", "a", "--as", "runwasi", "-q"}),
            user_.must({"build", module, "-t", "b", "--as", "wasm-layers", "-q"}));
  EXPECT_EQ(user_.must({"build", module, "-t", "a", "--as", "istio", "-q"}),
            user_.must({"build", module, "-t", "b", "--as", "envoy", "-q"}));
}

TEST_F(Repackaging, WhatItsReadersCannotUseIsRefusedUnlessForced) {
  write("lib.wasm", core_module({"add"}));
  write("plugin.wasm", core_module({"proxy_abi_version_0_2_1", "proxy_on_context_create"}));
  for (const std::string kind : {"image", "wasm-layers"}) {
    expect_wrong_usage({"build", "lib.wasm", "-t", "x", "--as", kind}, "library");
    expect_wrong_usage({"build", "plugin.wasm", "-t", "x", "--as", kind}, "--as envoy");
    user_.must({"build", "lib.wasm", "-t", "x", "--as", kind, "--force"});
    user_.must({"build", "lib.wasm", "-t", "x", "--as", kind, "--entrypoint", "/lib.wasm#add"});
  }
  user_.must({"build", "lib.wasm", "-t", "lib", "--as", "artifact"});
  expect_wrong_usage({"copy", "local:lib", "local:x", "--as", "image"}, "library");
  user_.must({"copy", "local:lib", "local:x", "--as", "image", "--force"});
  user_.must({"build", "plugin.wasm", "-t", "x", "--as", "envoy"});
  EXPECT_THAT(user_({"build", "lib.wasm", "-t", "x", "--as", "envoy"}).err, HasSubstr("no proxy-wasm ABI"));
}

TEST_F(Repackaging, AnIndexHasToBeChosenFrom) {
  const auto store = LayoutStore::open_for_writing(user_.work() / "layout");
  user_.must({"build", testdata("modules/hello.wasm").string(), "-o", "oci:layout:app"});
  Descriptor entry = *store->resolve("app");
  entry.annotations.clear();
  entry.platform = Platform{.os = "wasi", .architecture = "wasm"};
  name_root(*store, add_index(*store, {entry}), {{"index"}});
  expect_wrong_usage({"copy", "oci:layout:index", "local:x", "--as", "artifact"}, "--platform P, of wasi/wasm");
  user_.must({"copy", "oci:layout:index", "local:x", "--as", "artifact", "--platform", "wasi/wasm"});
  EXPECT_THAT(user_.must({"inspect", "local:x"}), HasSubstr("Packaging:   artifact"));
}

TEST_F(Repackaging, ModulesSpeakForThemselvesInAnnotations) {
  write("app.wasm", core_module({"_start"}) + custom("version", "1.2.3") + custom("authors", "A <a@example.com>") +
                        custom("licenses", "MIT") + custom("homepage", "https://example.com") +
                        custom("revision", "abc") + custom("source", "https://example.com/src") +
                        custom("description", "An app"));
  user_.must({"build", "app.wasm", "-t", "app", "--annotation", "org.opencontainers.image.version=2"});
  user_.must({"copy", "local:app", "local:artifact", "--as", "artifact"});
  for (const std::string name : {"local:app", "local:artifact"}) {
    const std::string text = user_.must({"inspect", name});
    for (const std::string annotation :
         {"version=2", "authors=A <a@example.com>", "licenses=MIT", "url=https://example.com", "revision=abc",
          "source=https://example.com/src", "description=An app", "title=app.wasm"}) {
      EXPECT_THAT(text, HasSubstr("org.opencontainers.image." + annotation + "\n"));
    }
  }
}

TEST_F(Repackaging, SetPlatformMendsTheLabelAndNothingElse) {
  const std::string module = testdata("modules/hello.wasm").string();
  user_.must({"build", module, "-t", "right"});
  for (const std::string platform : {"linux/amd64", "wasi/wasm32"}) {
    user_.must({"build", module, "-t", "wrong", "--platform", platform});
    user_.must({"copy", "local:wrong", "local:mended", "--set-platform", "wasi/wasm"});
    EXPECT_EQ(digest("local:mended"), digest("local:right"));
  }
  user_.must({"build", module, "-t", "artifact", "--as", "artifact"});
  expect_wrong_usage({"copy", "local:artifact", "local:x", "--set-platform", "wasi/wasm"}, "--as image");
  user_.must({"copy", "local:artifact", "local:x", "--set-platform", "wasip1/wasm", "--as", "image"});
  EXPECT_THAT(user_.must({"inspect", "local:x"}), HasSubstr("Platform:    wasip1/wasm"));
}

TEST_F(Repackaging, TheBareTagIsOneNameMore) {
  const std::string digests =
      user_.must({"build", testdata("modules/hello.wasm").string(), "-t", "app", "--bare-tag", "app:k8s", "-q"});
  EXPECT_EQ(digests, digest("local:app") + "\n" + digest("local:app:k8s"));
}

// The worked example of docs/packagings.md: what containerd's shim for Spin takes from an image's files.
TEST_F(Repackaging, AnApplicationForSpinIsAnImageWithItsManifest) {
  write("hello.wasm", component({}, {"fermyon:spin/inbound-http"}));
  write("spin.toml", "spin_manifest_version = 2\n");
  expect_wrong_usage({"build", "hello.wasm", "-t", "hello"}, "library");
  user_.must({"build", "hello.wasm", "-t", "hello", "--add", "spin.toml", "-o", "oci:layout:x"});
  const std::string text = user_.must({"inspect", "oci:layout:x"});
  EXPECT_THAT(text, HasSubstr("Packaging:   image"));
  EXPECT_THAT(text, HasSubstr("Module:      /hello.wasm"));
  EXPECT_THAT(user_.must({"inspect", "oci:layout:x", "--config"}), HasSubstr("ADD /spin.toml"));
}

}  // namespace
}  // namespace wasm_oci::testing
