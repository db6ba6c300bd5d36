#include "oci/packaging/package.hpp"

#include "oci/error.hpp"
#include "oci/media_type.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/support/packages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <string>

namespace wasm_oci {
namespace {

using testing::component;
using testing::core_module;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::PackageInput;

constexpr std::array kWritten = {Packaging::image, Packaging::artifact, Packaging::wasm_layers, Packaging::envoy};
constexpr std::array kAllParts = {PackagePart::name,   PackagePart::entrypoint, PackagePart::cmd,  PackagePart::env,
                                  PackagePart::labels, PackagePart::workdir,    PackagePart::user, PackagePart::files};

Package bare() { return {.title = "app.wasm", .platform = {}, .created = "1970-01-01T00:00:00Z"}; }

Package with(PackagePart part) {
  Package package = bare();
  switch (part) {
    case PackagePart::name:
      package.annotations = {{std::string(annotation::kTitle), "My app"}};
      break;
    case PackagePart::entrypoint:
      package.entrypoint = {"/app.wasm", "--flag"};
      break;
    case PackagePart::cmd:
      package.cmd = {""};
      break;
    case PackagePart::env:
      package.env = {"A=1"};
      break;
    case PackagePart::labels:
      package.labels = {{"a", ""}};
      break;
    case PackagePart::workdir:
      package.workdir = "/data";
      break;
    case PackagePart::user:
      package.user = "0";
      break;
    case PackagePart::files:
      package.files = {{.layer = {.descriptor = describe(media_type::kOciLayer, "tar"), .diff_id = digest_of("tar")},
                        .created_by = {}}};
      break;
  }
  return package;
}

bool has_place(PackagePart part, Packaging packaging) {
  switch (packaging) {
    case Packaging::artifact:
      return part == PackagePart::name;
    case Packaging::wasm_layers:
      return part != PackagePart::files;
    case Packaging::envoy:
      return part == PackagePart::labels || part == PackagePart::files;
    default:
      return true;
  }
}

TEST(Package, EachPartHasItsPlaceOrIsTold) {
  for (const PackagePart part : kAllParts) {
    for (const Packaging packaging : kWritten) {
      EXPECT_EQ(parts_without_place(with(part), packaging),
                has_place(part, packaging) ? std::vector<PackagePart>() : std::vector{part})
          << to_string(part) << ", " << to_string(packaging);
    }
  }
}

TEST(Package, WhatIsTheSameEverywhereNeedsNoPlace) {
  Package package = bare();
  EXPECT_THAT(parts_without_place(package, Packaging::artifact), IsEmpty());
  package.entrypoint = {"/app.wasm"};
  EXPECT_THAT(parts_without_place(package, Packaging::artifact), IsEmpty());
  package.workdir = "";
  package.annotations = {{"a", "1"}};
  EXPECT_THAT(parts_without_place(package, Packaging::artifact), IsEmpty());
  package.entrypoint = {"/app.wasm#run"};
  EXPECT_THAT(parts_without_place(package, Packaging::artifact), ElementsAre(PackagePart::entrypoint));
}

TEST(Package, EveryPartHasANameOfItsOwn) {
  std::vector<std::string_view> names;
  names.reserve(kAllParts.size());
  for (const PackagePart part : kAllParts) {
    names.push_back(to_string(part));
  }
  EXPECT_THAT(names, ElementsAre("the file name", "the entrypoint", "arguments", "environment variables", "labels",
                                 "a working directory", "a user", "other files"));
}

TEST(Package, StartsTheModuleUnlessItSaysOtherwise) {
  Package package = bare();
  EXPECT_THAT(start_of(package), ElementsAre("/app.wasm"));
  package.entrypoint = {"/other.wasm#f", "--flag"};
  EXPECT_THAT(start_of(package), ElementsAre("/other.wasm#f", "--flag"));
}

TEST(Weigh, ARefusalIsAUsageErrorThatForceOverrules) {
  const std::vector<Objection> objections = {{.refuses = false, .message = "odd"},
                                             {.refuses = true, .message = "wrong", .hint = "do better"}};
  try {
    weigh(objections, false);
    FAIL() << "no error";
  } catch (const UsageError& error) {
    EXPECT_EQ(error.message(), "wrong");
    EXPECT_EQ(error.hint(), "do better; --force packs it all the same");
  }
  EXPECT_THAT(weigh(objections, true), ElementsAre("odd", "wrong"));
  EXPECT_THAT(weigh({objections.front()}, false), ElementsAre("odd"));
  EXPECT_THAT(weigh({}, false), IsEmpty());
}

TEST(Packager, ThereIsNoneForWhatIsOnlyRead) {
  for (const Packaging packaging : {Packaging::spin, Packaging::solo, Packaging::wasm_to_oci}) {
    EXPECT_THROW(packager_of(packaging), std::logic_error) << to_string(packaging);
  }
}

TEST(Packager, WritesItsOwnPackaging) {
  for (const Packaging packaging : kWritten) {
    MemoryStore store;
    const Manifest manifest = parse_manifest(PackageInput(core_module()).pack(packaging, store).manifest_bytes);
    // Files tell an image for Envoy from others (envoy.hpp).
    EXPECT_EQ(packaging_of(manifest), packaging == Packaging::envoy ? Packaging::image : packaging);
  }
}

TEST(Packager, PacksTheSameBytesEachTimeAndStoresAllThatTheManifestNeeds) {
  for (const Packaging packaging : kWritten) {
    for (const std::string& module : {core_module({"_start"}), component({"b", "a"}, {"wasi:cli/run@0.2.6"})}) {
      PackageInput input(module);
      input.package.annotations = {{"b", "2"}, {"a", "1"}};
      MemoryStore store;
      const PackedImage packed = input.pack(packaging, store);
      MemoryStore other;
      const PackedImage again = input.pack(packaging, other);
      EXPECT_EQ(packed.manifest_bytes, again.manifest_bytes) << to_string(packaging);
      EXPECT_EQ(packed.manifest, describe(media_type::kOciManifest, packed.manifest_bytes));
      EXPECT_FALSE(store.contains(packed.manifest, NodeKind::manifest));
      for (const Edge& edge : required_children(packed.manifest, packed.manifest_bytes)) {
        EXPECT_TRUE(store.contains(edge.target, edge.kind)) << to_string(packaging) << " " << edge.target.media_type;
      }
    }
  }
}

TEST(RawLayer, TakesTheBlobThatIsThereWithoutReadingTheModule) {
  MemoryStore store;
  const PackageInput input(core_module());
  PackageModule module = input.module();
  module.content = nullptr;
  module.blob = store.add(media_type::kWasmContentLayer, core_module());
  module.blob->annotations = {{"org.opencontainers.image.title", "old"}, {"other", "1"}};
  const Descriptor layer = raw_layer(input.package, std::move(module), media_type::kWasm, store);
  Descriptor expected = describe(media_type::kWasm, core_module());
  expected.annotations = {{"org.opencontainers.image.title", "app.wasm"}};
  EXPECT_EQ(layer, expected);
}

}  // namespace
}  // namespace wasm_oci
