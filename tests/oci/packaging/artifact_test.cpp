#include "oci/packaging/artifact.hpp"

#include "oci/media_type.hpp"
#include "oci/packaging/packaging.hpp"
#include "oci/store/memory_store.hpp"

#include <gtest/gtest.h>

#include <string>

namespace wasm_oci {
namespace {

const std::string kModule("\0asm\1\0\0\0", 8);

ArtifactContent content(MemoryStore& store) {
  return {.module = store.add(media_type::kOctetStream, kModule),
          .title = "app.wasm",
          .created = "1970-01-01T00:00:00Z",
          .os = "wasip1"};
}

// Field by field as the specification has it, and as wkg 0.16 reads it: one layer of exactly this type, mediaType in
// the manifest, no artifactType.
TEST(Artifact, HasTheBytesOfTheSpecification) {
  MemoryStore store;
  const PackedImage packed = pack_artifact(content(store), store);
  const std::string config = store.load(packed.config, NodeKind::blob);
  const std::string digest = digest_of(kModule).str();
  EXPECT_EQ(config, R"({"created":"1970-01-01T00:00:00Z","architecture":"wasm","os":"wasip1","layerDigests":[")" +
                        digest + R"("]})");
  EXPECT_EQ(packed.manifest_bytes, R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",)"
                                   R"("config":{"mediaType":"application/vnd.wasm.config.v0+json","digest":")" +
                                       digest_of(config).str() + R"(","size":)" + std::to_string(config.size()) +
                                       R"(},"layers":[{"mediaType":"application/wasm","digest":")" + digest +
                                       R"(","size":8,"annotations":{"org.opencontainers.image.title":"app.wasm"}}]})");
  EXPECT_EQ(packed.manifest, describe(media_type::kOciManifest, packed.manifest_bytes));
  EXPECT_EQ(packaging_of(parse_manifest(packed.manifest_bytes)), Packaging::artifact);
}

TEST(Artifact, SaysWhatAComponentNeedsAndOffers) {
  MemoryStore store;
  ArtifactContent component = content(store);
  component.os = "wasip2";
  component.component = WasmWorld{.exports = {"wasi:cli/run@0.2.6"}, .imports = {"wasi:io/error@0.2.6"}};
  component.annotations = {{"org.opencontainers.image.version", "1.0.0"}};
  const PackedImage packed = pack_artifact(component, store);
  EXPECT_EQ(parse_wasm_config(store.load(packed.config, NodeKind::blob)).component, component.component);
  EXPECT_EQ(parse_manifest(packed.manifest_bytes).annotations, component.annotations);
}

}  // namespace
}  // namespace wasm_oci
