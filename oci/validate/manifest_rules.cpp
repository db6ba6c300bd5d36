// Rules about manifests.
#include "oci/validate/rule.hpp"

#include <array>

namespace wasm_oci {
namespace {

using enum Severity;

constexpr std::array kZstd = {SeverityFor{.clients = "istio,envoy-gateway,docker-classic", .severity = warning}};
constexpr std::array kHistory = {SeverityFor{.clients = "docker-classic", .severity = error},
                                 SeverityFor{.clients = "skopeo", .severity = warning}};
constexpr std::array kByBytes = {SeverityFor{
    .clients = "docker-classic,podman,skopeo,crio,crane,istio,envoy-gateway,regctl,oras", .severity = warning}};
constexpr std::array kArtifactReaders = {SeverityFor{.clients = "wkg,wash,spin", .severity = error}};
constexpr std::array kEnvoy = {SeverityFor{.clients = "istio,envoy-gateway", .severity = info}};

constexpr std::array kRules = {
    Rule{.id = "MAN001",
         .name = "mediaType-present",
         .severity = warning,
         .checks = "The manifest says its `mediaType`, and it is that of the descriptor.",
         .why = "oci-wasm wants it, BuildKit takes a manifest without it for one of Docker's, and Istio tells Docker's "
                "manifests from OCI's by it.",
         .fix = "Add it. `wasm-oci repair` does, where it is certain."},
    Rule{.id = "MAN002",
         .name = "config-type-matrix",
         .severity = error,
         .checks = "An OCI manifest has an OCI config, a Docker manifest Docker's.",
         .why = "containers/image refuses a mixture: \"invalid mixed OCI image with Docker v2s2 config\".",
         .fix = "Convert the image as a whole."},
    Rule{.id = "MAN003",
         .name = "layer-type-matrix",
         .severity = error,
         .checks = "Layers are of types that belong to the manifest's family and are known.",
         .why =
             "Docker's classic store and podman refuse others; containerd ignores them, and then their number may be "
             "wrong.",
         .fix = "Convert the layers."},
    Rule{.id = "MAN004",
         .name = "layers-nonempty",
         .severity = error,
         .checks = "The manifest has at least one layer.",
         .why = "There is nothing to run.",
         .fix = "Build the image anew."},
    Rule{.id = "MAN005",
         .name = "layer-count-diffids",
         .severity = error,
         .checks = "The config has as many `diff_ids` as the manifest has layers with files: none where all are Wasm.",
         .why = "containerd does not unpack it: \"number of layers and diffIDs don't match\", \"mismatched image "
                "rootfs and manifest layers\".",
         .fix = "Make the config anew."},
    Rule{.id = "MAN006",
         .name = "diffid-value",
         .severity = error,
         .checks = "Each diff id is the digest of the uncompressed layer.",
         .why = "Unpacking fails: \"wrong diff id calculated on extraction\".",
         .fix = "Compute it anew."},
    Rule{.id = "MAN007",
         .name = "compression",
         .severity = error,
         .clients = kByBytes,
         .checks = "A layer is compressed as its type says.",
         .why = "containerd does not decompress a plain tar type, and Istio takes gzip alone; other clients look at "
                "the bytes.",
         .fix = "Write the type that the bytes are. `wasm-oci repair` does, where it is certain."},
    Rule{.id = "MAN008",
         .name = "zstd",
         .severity = none,
         .clients = kZstd,
         .checks = "No layer is compressed with zstd.",
         .why = "Istio and Envoy Gateway take gzip alone, and Docker before 23 does not know zstd.",
         .fix = "Build with `--compression gzip`."},
    Rule{.id = "MAN009",
         .name = "nondistributable",
         .severity = warning,
         .checks = "No layer is nondistributable or foreign.",
         .why = "Such layers are not pushed along, and the types are deprecated.",
         .fix = "Use ordinary layers."},
    Rule{.id = "MAN010",
         .name = "history-count",
         .severity = none,
         .clients = kHistory,
         .checks = "The history has as many entries with a layer as there are diff ids.",
         .why = "Docker's classic store fails: \"too many non-empty layers in History section\". So does skopeo where "
                "it converts to Docker's oldest format.",
         .fix = "Set `empty_layer` where it belongs."},
    Rule{.id = "MAN011",
         .name = "artifactType-on-image",
         .severity = info,
         .checks = "An image that is run has no `artifactType`.",
         .why = "Clients go by the config's type; registries may show the image as an artifact.",
         .fix = "Take it out."},
    Rule{.id = "MAN012",
         .name = "subject",
         .severity = info,
         .checks = "An image that is run has no `subject`.",
         .why = "It does no harm to clients, but old registries refuse it with 400.",
         .fix = "Nothing has to be done."},
    Rule{.id = "MAN013",
         .name = "cncf-single-layer",
         .severity = none,
         .clients = kArtifactReaders,
         .checks = "A Wasm artifact has exactly one layer, `application/wasm`.",
         .why = "The artifact's specification wants it, and its readers refuse others.",
         .fix = "Make an artifact for each module."},
    Rule{.id = "MAN014",
         .name = "cncf-config-fields",
         .severity = error,
         .checks = "The config of a Wasm artifact says wasm, wasip1 or wasip2, the digests of the layers, and what the "
                   "component in it imports and exports.",
         .why = "Tools resolve dependencies by it.",
         .fix = "Pull the module, and build it anew: `wasm-oci build --as artifact`."},
    Rule{.id = "MAN015",
         .name = "cncf-wkg-core",
         .severity = warning,
         .checks = "An artifact for wasip2 holds a component.",
         .why = "wkg pushes core modules as components that import and export nothing.",
         .fix = "Pull the module, and build it anew: `wasm-oci build --as artifact` writes wasip1."},
    Rule{.id = "MAN016",
         .name = "legacy-types",
         .severity = warning,
         .checks = "Types are not those of wasm-to-oci or Solo.",
         .why = "Neither Docker nor runwasi reads them.",
         .fix = "Package the module as others do: `wasm-oci copy --as image`, or `--as artifact`."},
    Rule{.id = "MAN017",
         .name = "title-annotation",
         .severity = info,
         .checks = "A layer that is a module has the annotation `org.opencontainers.image.title`.",
         .why = "oras pull writes no file without it.",
         .fix = "Add it."},
    Rule{.id = "MAN018",
         .name = "variant-annotation",
         .severity = none,
         .clients = kEnvoy,
         .checks = "`module.wasm.image/variant` is `compat`, on an image with files.",
         .why = "Solo's specification wants it so; Istio does not read it.",
         .fix = "Mend it, or take it out."},
    Rule{.id = "MAN019",
         .name = "raw-type-tar-body",
         .severity = error,
         .checks = "A layer of a Wasm type begins as Wasm does, one of a tar type does not.",
         .why = "Runtimes read it as it is.",
         .fix = "Write the type that the bytes are."},
    Rule{.id = "MAN020",
         .name = "docker-list-annotations",
         .severity = warning,
         .checks = "Docker's manifests and lists have no annotations.",
         .why = "Their schema has no place for them, and docker manifest push drops them.",
         .fix = "Use OCI types."},
};

}  // namespace

std::span<const Rule> manifest_rules() { return kRules; }

}  // namespace wasm_oci
