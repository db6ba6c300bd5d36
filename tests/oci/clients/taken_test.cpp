#include "oci/clients/taken.hpp"

#include "oci/clients/client.hpp"
#include "oci/error.hpp"
#include "oci/image_config.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/support/tar.hpp"
#include "tests/support/wasm_bytes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const Platform kWasi{.os = "wasi", .architecture = "wasm"};
const Platform kLinux{.os = "linux", .architecture = host_platform().architecture};

// What clients make of layers that are not what is said of them.
class TakenLayers : public ::testing::Test {
 protected:
  Descriptor image(std::vector<Descriptor> layers, std::vector<Digest> diff_ids, const Platform& platform = kWasi) {
    const ImageConfig config{
        .platform = platform, .entrypoint = {"/app.wasm"}, .diff_ids = std::move(diff_ids), .history = {}};
    return store_.add(media_type::kOciManifest,
                      serialize(Manifest{.media_type = std::string(media_type::kOciManifest),
                                         .config = store_.add(media_type::kOciConfig, serialize(config)),
                                         .layers = std::move(layers)}));
  }

  Outlook outlook(std::string_view name, const Descriptor& root, const Platform& wanted = kWasi) {
    return outlook(find_client(name), root, wanted);
  }

  Outlook outlook(const Client& client, const Descriptor& root, const Platform& wanted = kWasi) {
    const Choice choice = choose(client, store_, root, wanted);
    return foresee(client, choice, look_at_taken(store_, root),
                   {.name = "me/app:1", .repository = "me/app", .wanted = wanted, .asked = choice.asked});
  }

  MemoryStore store_;
  std::string module_ = testing::module_with({"_start"});
  std::string tar_ = testing::make_tar({{"app.wasm", module_}});
  std::string gzip_ = testing::make_tar({{"app.wasm", module_}}, "ustar", "gzip");
};

TEST_F(TakenLayers, AreDecompressedAsTheirBytesAre) {
  const Descriptor root = image({store_.add(media_type::kOciLayer, gzip_)}, {digest_of(tar_)});
  const Taken taken = look_at_taken(store_, root);
  EXPECT_THAT(taken.compressions, ElementsAre(Compression::gzip));
  EXPECT_THAT(*taken.modules, SizeIs(1));
  EXPECT_FALSE(is_broken(taken));
  for (const std::string_view client : {"docker", "containerd", "containerd@1.6", "kubernetes", "buildkit"}) {
    EXPECT_THAT(outlook(client, root).refusal.value_or(""), HasSubstr("\"archive/tar: invalid tar header\"")) << client;
  }
  for (const std::string_view client : {"podman", "crio", "skopeo"}) {
    EXPECT_EQ(outlook(client, root).refusal, std::nullopt) << client;
  }
  const Descriptor plain = image({store_.add(media_type::kOciLayerGzip, tar_)}, {digest_of(tar_)});
  EXPECT_THAT(look_at_taken(store_, plain).compressions, ElementsAre(Compression::none));
  EXPECT_EQ(outlook("containerd", plain).refusal, std::nullopt) << "whose type says any compression";
}

TEST_F(TakenLayers, AreGzipForIstio) {
  const std::string tar = testing::make_tar({{"plugin.wasm", module_}});
  const Descriptor root = image({store_.add(media_type::kOciLayerGzip, tar)}, {digest_of(tar)});
  EXPECT_THAT(outlook("istio", root).refusal.value_or(""), HasSubstr("\"gzip: invalid header\""));
}

TEST_F(TakenLayers, MayBeOtherThanTheConfigSaysForOlderPodmans) {
  const Descriptor root = image({store_.add(media_type::kOciLayerGzip, gzip_)}, {digest_of("other")});
  const Taken taken = look_at_taken(store_, root);
  EXPECT_THAT(taken.unreadable, IsEmpty());
  EXPECT_THAT(taken.other_diff_ids, HasSubstr("uncompressed, but the config says"));
  EXPECT_THAT(*taken.modules, SizeIs(1));
  for (const std::string_view client : {"docker", "containerd", "kubernetes", "podman", "podman@5.4", "crio"}) {
    EXPECT_THAT(outlook(client, root).next, HasSubstr("it fails on what it takes: layer ")) << client;
  }
  for (const std::string_view client : {"podman@5.3", "podman@4.5", "podman@4.3", "crio@1.32", "skopeo", "crane"}) {
    EXPECT_THAT(outlook(client, root).next, Not(HasSubstr("it fails"))) << client;
  }
}

TEST_F(TakenLayers, AreWhateverTheyAreForThoseWhoCopy) {
  const Descriptor root = image({store_.add(media_type::kOciLayer, "no tar")}, {digest_of("no tar")});
  EXPECT_THAT(look_at_taken(store_, root).unreadable, HasSubstr("no valid tar"));
  for (const std::string_view client : {"skopeo", "crane", "regctl", "oras"}) {
    EXPECT_TRUE(outlook(client, root).works) << client;
  }
  for (const std::string_view client : {"docker", "containerd", "podman@4.3", "crio", "istio"}) {
    EXPECT_FALSE(outlook(client, root).works) << client;
    EXPECT_THAT(outlook(client, root).next, HasSubstr("it fails on what it takes")) << client;
  }
}

TEST_F(TakenLayers, AreThereForEveryone) {
  const Descriptor root = image({describe(media_type::kOciLayer, "absent")}, {digest_of("absent")});
  EXPECT_THROW(look_at_taken(store_, root), NotFoundError);
}

TEST_F(TakenLayers, AreNoZstdForDocker20) {
  const std::string zstd = testing::make_tar({{"app.wasm", module_}}, "ustar", "zstd");
  const Descriptor root = image({store_.add(media_type::kOciLayerZstd, zstd)}, {digest_of(tar_)}, kLinux);
  EXPECT_TRUE(outlook("docker-classic", root, kLinux).works);
  EXPECT_TRUE(outlook("docker@28", root, kLinux).works);
  EXPECT_THAT(outlook("docker@20.10", root, kLinux).refusal.value_or(""), HasSubstr("invalid tar header"));
}

TEST_F(TakenLayers, AreAllCountedByOlderContainerds) {
  const std::string tar = testing::make_tar({{"plugin.wasm", module_}}, "ustar", "gzip");
  const Descriptor root = image(
      {store_.add("application/vnd.module.wasm.spec.v1+yaml", "spec:\n"), store_.add(media_type::kOciLayerGzip, tar)},
      {digest_of(testing::make_tar({{"plugin.wasm", module_}}))});
  EXPECT_THAT(outlook("containerd@1.6", root).next, HasSubstr("\"mismatched image rootfs and manifest layers\""));
  EXPECT_THAT(outlook("podman", root).refusal.value_or(""), HasSubstr("its layers are no file systems"));
}

TEST_F(TakenLayers, AreThoseOfFilesForContainerd) {
  const Descriptor files = store_.add(media_type::kOciLayerGzip, gzip_);
  const Descriptor root = image({store_.add("application/x-thing", "?"), files}, {digest_of(tar_)});
  EXPECT_THAT(*look_at_taken(store_, root).modules, SizeIs(1));
  for (const std::string_view client : {"docker", "containerd", "containerd@2.2", "kubernetes@2.2"}) {
    EXPECT_THAT(outlook(client, root).next, HasSubstr("runs /app.wasm")) << client;
  }
  EXPECT_THAT(outlook("containerd@1.7", root).next, HasSubstr("\"mismatched image rootfs and manifest layers\""));
  EXPECT_THAT(outlook("buildkit", root).next, HasSubstr("\"mismatched image rootfs and manifest layers\""));
  EXPECT_THAT(outlook("podman", root).next, HasSubstr("its layers are no file systems"));
  EXPECT_THAT(outlook("docker-classic", root).next, HasSubstr("\"unsupported media type application/x-thing\""));
  const Descriptor absent = image({describe("application/x-thing", "absent"), files}, {digest_of(tar_)});
  EXPECT_THROW(look_at_taken(store_, absent), NotFoundError) << "which containerd fetches, too";
}

TEST_F(TakenLayers, AreCountedByContainerdAsTheyComeOrOnceAllAreThere) {
  const Descriptor module = store_.add(media_type::kWasm, module_);
  const Descriptor wasm = image({module}, {module.digest});
  const auto pull = std::ranges::find(other_behaviours(), "pull", &Client::action);
  EXPECT_THAT(outlook(*pull, wasm).refusal.value_or(""), HasSubstr("\"mismatched image rootfs and manifest layers\""));
  for (const std::string_view client : {"docker", "containerd", "containerd@2.2"}) {
    EXPECT_THAT(outlook(client, wasm).refusal.value_or(""), HasSubstr("\"mismatched image rootfs and")) << client;
  }
  EXPECT_EQ(outlook("kubernetes", wasm).refusal, std::nullopt) << "which unpacks none of them as they come";
  EXPECT_FALSE(outlook("kubernetes", wasm).works);
  EXPECT_TRUE(outlook(*pull, image({module}, {})).works);

  const Descriptor native =
      image({store_.add(media_type::kOciLayerGzip, gzip_)}, {digest_of(tar_), digest_of("other")}, kLinux);
  for (const std::string_view client : {"docker", "containerd", "kubernetes"}) {
    EXPECT_THAT(outlook(client, native, kLinux).refusal.value_or(""),
                HasSubstr("\"number of layers and diffIDs don't match: 1 != 2\""))
        << client;
  }
}

TEST_F(TakenLayers, AreAllCountedAndUnpackedByBuildKit) {
  const Descriptor files = store_.add(media_type::kOciLayerGzip, gzip_);
  EXPECT_TRUE(outlook("buildkit", image({files}, {digest_of(tar_)})).works);
  const Descriptor module = store_.add(media_type::kWasm, module_);
  EXPECT_THAT(outlook("buildkit", image({module}, {module.digest})).refusal.value_or(""),
              HasSubstr("\"failed to get stream processor for application/wasm: no processor for media-type\""));
  const Outlook scratch = outlook("buildkit", image({module}, {}));
  EXPECT_THAT(scratch.next, HasSubstr("for an empty image"));
  EXPECT_FALSE(scratch.works);
  const auto with_config = [&](std::string_view type, const std::string& config) {
    const Descriptor root =
        store_.add(media_type::kOciManifest, serialize(Manifest{.media_type = std::string(media_type::kOciManifest),
                                                                .config = store_.add(type, config),
                                                                .layers = {files}}));
    return outlook("buildkit", root).refusal.value_or("");
  };
  EXPECT_EQ(with_config(media_type::kWasmConfig, "{}"),
            "\"encountered unknown type application/vnd.wasm.config.v0+json; children may not be fetched\"");
  const ImageConfig untimely{.created = "yesterday", .platform = kWasi, .diff_ids = {digest_of(tar_)}, .history = {}};
  EXPECT_THAT(with_config(media_type::kOciConfig, serialize(untimely)), HasSubstr("\"parsing time\""));
}

TEST_F(TakenLayers, ThatAreNoWasmAreFoundOutByWhatRunsThem) {
  const Descriptor root = image({store_.add(media_type::kWasm, "no Wasm")}, {});
  const auto pull = std::ranges::find(other_behaviours(), "pull", &Client::action);
  EXPECT_TRUE(outlook(*pull, root).works);
  for (const std::string_view client : {"docker", "containerd", "kubernetes"}) {
    EXPECT_FALSE(outlook(client, root).works) << client;
    EXPECT_THAT(outlook(client, root).next, HasSubstr("cannot be run: layer ")) << client;
    EXPECT_THAT(outlook(client, root).next, HasSubstr("is no Wasm binary")) << client;
  }
}

}  // namespace
}  // namespace wasm_oci
