// Rules about indexes and their descriptors.
#include "oci/validate/rule.hpp"

#include <array>

namespace wasm_oci {
namespace {

using enum Severity;

constexpr std::array kPlatformMissing = {SeverityFor{.clients = "docker,oras,regctl", .severity = error}};
constexpr std::array kWasipName = {SeverityFor{.clients = "podman,crio", .severity = warning}};
constexpr std::array kWrapsSingle = {
    SeverityFor{.clients = "kubernetes,crio,runwasi-layers,wkg,wash,spin", .severity = warning}};
constexpr std::array kWasmLayers = {SeverityFor{.clients = "runwasi-layers", .severity = error}};
constexpr std::array kEnvoyInfo = {SeverityFor{.clients = "istio,envoy-gateway", .severity = info}};
constexpr std::array kEnvoyWarning = {SeverityFor{.clients = "istio,envoy-gateway", .severity = warning}};

constexpr std::array kRules = {
    Rule{.id = "IDX001",
         .name = "schema-version",
         .severity = error,
         .checks = "`schemaVersion` is 2.",
         .why = "Without it the document is no index; version 1 is a format that nobody reads any more.",
         .fix = "Set it to 2."},
    Rule{.id = "IDX002",
         .name = "media-type-missing",
         .severity = warning,
         .checks = "The index says its own `mediaType`.",
         .why = "The specification leaves it open, but clients and registries that look into the bytes take an index "
                "without it for one of Docker's, or for nothing they know.",
         .fix = "Add `application/vnd.oci.image.index.v1+json`. `wasm-oci repair` does, where it is certain."},
    Rule{.id = "IDX003",
         .name = "media-type-body",
         .severity = error,
         .checks =
             "An index has no `config`, `layers` or `fsLayers`, a manifest no `manifests`; `mediaType`, the descriptor "
             "that leads to the document and the registry's Content-Type are the same.",
         .why = "A document that can be read as two things is refused by containerd, because two clients could run "
                "different content by one digest.",
         .fix = "Make the document anew."},
    Rule{.id = "IDX004",
         .name = "mixed-list",
         .severity = warning,
         .checks = "A Docker manifest list leads to Docker manifests alone, an OCI index to OCI manifests alone.",
         .why = "Some registries refuse a mixture, and tools that rewrite it decide by the first entry.",
         .fix = "Use an OCI index, or convert every entry."},
    Rule{.id = "IDX005",
         .name = "platform-missing",
         .severity = warning,
         .clients = kPlatformMissing,
         .checks = "Every entry for an image says its `platform`.",
         .why =
             "Of entries without one, containerd looks at the first alone; go-containerregistry takes them for "
             "linux/amd64; containers/image takes them for whatever machine asks, so that Linux pulls Wasm; oras and "
             "regctl never take them.",
         .fix = "Copy os and architecture from the image's config. `wasm-oci repair` does, where it is certain."},
    Rule{.id = "IDX006",
         .name = "platform-empty-field",
         .severity = error,
         .checks = "Neither `os` nor `architecture` of a platform is empty.",
         .why = "Both are required; containerd completes an empty os with that of the machine which asks.",
         .fix = "Fill in both. `wasm-oci repair` does, where it is certain."},
    Rule{.id = "IDX007",
         .name = "platform-config-mismatch",
         .severity = error,
         .checks = "The platform of an entry is that of the config behind it.",
         .why = "Clients choose by the entry, and unpack and choose a runtime by the config: the image is pulled and "
                "has no "
                "files, or the wrong runtime.",
         .fix =
             "Take the entry out (`wasm-oci index remove`), and add its image again (`wasm-oci index add`), which goes "
             "by the config; where that is wrong, `wasm-oci copy --set-platform` writes an image for another "
             "platform."},
    Rule{.id = "IDX008",
         .name = "platform-nonwasi-os",
         .severity = error,
         .checks = "A Wasm architecture stands with an os of WASI, not with linux, js or none.",
         .why = "linux/wasm is what comes of \"wasm\" alone: nobody asks for it.",
         .fix = "Use wasi/wasm or wasip1/wasm."},
    Rule{.id = "IDX009",
         .name = "wasm32-arch",
         .severity = warning,
         .checks = "The architecture is `wasm`, not `wasm32` or `wasm64`.",
         .why =
             "No client folds these names: Docker asked for wasi/wasm passes wasi/wasm32 over, and runwasi reads Wasm "
             "layers of the architecture wasm alone.",
         .fix = "Say `wasm`; where old clients need the other name, add an entry for it."},
    Rule{.id = "IDX010",
         .name = "wasip-name",
         .severity = info,
         .clients = kWasipName,
         .checks = "An index with an entry for wasip1/wasm or wasip2/wasm also has one for wasi/wasm.",
         .why = "Most documentation says `--platform wasi/wasm`, and podman chooses crun-wasm for wasi/* alone.",
         .fix = "Add an entry for wasi/wasm: `wasm-oci build` makes both with `--platform wasip1/wasm,wasi/wasm`."},
    Rule{.id = "IDX011",
         .name = "spec-name",
         .severity = info,
         .checks = "The os is one that Go knows (wasip1).",
         .why = "image-spec 1.1 asks for names of Go, and wasi is none; clients take it all the same.",
         .fix = "Add an entry for wasip1/wasm."},
    Rule{.id = "IDX012",
         .name = "variant-on-wasm",
         .severity = error,
         .checks = "The platform of a Wasm entry has no `variant`.",
         .why = "containerd and containers/image compare variants: wasi/wasm/v1 is passed over for wasi/wasm.",
         .fix = "Take the variant out."},
    Rule{.id = "IDX013",
         .name = "os-version-features",
         .severity = warning,
         .checks = "The platform of a Wasm entry has neither `os.version` nor `os.features`.",
         .why = "containerd takes no entry with features that were not asked for, and regctl wants both to be equal.",
         .fix = "Take them out."},
    Rule{.id = "IDX014",
         .name = "case",
         .severity = warning,
         .checks = "Names of platforms are written as Go has them: in lower case, amd64 and not x86_64.",
         .why = "containers/image, CRI-O and oci-client compare them as they are written.",
         .fix = "Write them so. `wasm-oci repair` does, where it is certain."},
    Rule{.id = "IDX015",
         .name = "duplicate-platform",
         .severity = warning,
         .checks = "No two image entries are for the same platform.",
         .why =
             "Most clients take the first, containers/image one that says it is compressed with zstd: which image runs "
             "depends on who asks.",
         .fix = "Take one out; `index add` replaces. `wasm-oci repair` does, where it is certain."},
    Rule{.id = "IDX016",
         .name = "duplicate-digest",
         .severity = warning,
         .checks = "No digest stands in two entries for different platforms.",
         .why = "The config behind it can be for one of them only.",
         .fix = "Give each platform a config of its own, as `wasm-oci build --platform` does for several."},
    Rule{.id = "IDX017",
         .name = "same-content-arch",
         .severity = warning,
         .checks = "A Wasm entry and one for a machine have different configs.",
         .why = "The same config cannot be for both; one of the entries was copied by mistake.",
         .fix = "Build the one that is wrong anew."},
    Rule{.id = "IDX018",
         .name = "attestation-annotations",
         .severity = warning,
         .checks =
             "An entry for unknown/unknown has both `vnd.docker.reference.type` and `vnd.docker.reference.digest`.",
         .why = "Docker tells attestations by the type, and buildx drops those that do not say what they are about.",
         .fix = "Set both annotations."},
    Rule{.id = "IDX018b",
         .name = "attestation-platform",
         .severity = error,
         .checks = "An entry that says it is an attestation is for unknown/unknown.",
         .why = "With a real platform, or none, clients take it for the image.",
         .fix = "Set the platform to unknown/unknown. `wasm-oci repair` does, where it is certain."},
    Rule{.id = "IDX019",
         .name = "attestation-target",
         .severity = warning,
         .checks = "What an attestation is about is an entry of the same index.",
         .why = "An orphan attests nothing that anybody finds; filtering an index by platform leaves such ones behind.",
         .fix = "Take it out, or copy with `wasm-oci copy --platform`, which does."},
    Rule{.id = "IDX020",
         .name = "attestation-order",
         .severity = warning,
         .checks = "Attestations stand behind all images.",
         .why = "BuildKit writes them so, and clients that take the first entry would take them.",
         .fix = "Put them at the end. `wasm-oci repair` does, where it is certain."},
    Rule{.id = "IDX021",
         .name = "attestation-wraps-single",
         .severity = none,
         .clients = kWrapsSingle,
         .checks = "An index has more than one Wasm image and its attestations.",
         .why = "The attestation alone made an index of it: clients that ask for their own platform find nothing, and "
                "those "
                "that want a manifest at the tag get none.",
         .fix = "Build with `--provenance=false --sbom=false`, or give the manifest a tag of its own (`--bare-tag`)."},
    Rule{.id = "IDX022",
         .name = "nested-index",
         .severity = warning,
         .checks = "No entry leads to another index.",
         .why =
             "oci-client refuses it, docker manifest fails on it, and go-containerregistry takes something of it that "
             "nobody meant.",
         .fix = "Make one index of both: `wasm-oci index create`."},
    Rule{.id = "IDX023",
         .name = "artifact-in-index",
         .severity = warning,
         .checks = "Every entry with a platform leads to an image.",
         .why = "Docker chooses the artifact for that platform, and cannot run it.",
         .fix =
             "Give the artifact a tag of its own (`wasm-oci copy --platform`), or make an image of it (the same with "
             "`--as image`)."},
    Rule{.id = "IDX024",
         .name = "wasm-layer-behind-index",
         .severity = none,
         .clients = kWasmLayers,
         .checks = "An image with Wasm layers stands under a tag of its own.",
         .why =
             "runwasi's shims read what the image's name resolves to as a manifest; of an index they get nothing and "
             "look for files.",
         .fix =
             "Give the manifest a tag of its own (`wasm-oci build --bare-tag`, `wasm-oci copy --platform`), or make an "
             "image with files of it (the latter with `--as image`)."},
    Rule{.id = "IDX025",
         .name = "no-host-entry",
         .severity = info,
         .checks = "An index also has an entry for linux.",
         .why = "Without `--platform` Docker on Linux finds nothing: \"no matching manifest for linux/amd64\".",
         .fix = "Tell users to say `--platform`, or put the manifest alone under a tag."},
    Rule{.id = "IDX026",
         .name = "linux-first-istio",
         .severity = none,
         .clients = kEnvoyInfo,
         .checks = "An index for Envoy has an entry for linux/amd64, or one without a platform, with plugin.wasm.",
         .why = "Istio and Envoy Gateway ask for linux/amd64, whatever the plugin is.",
         .fix = "Push the manifest alone, or add such an entry."},
    Rule{.id = "IDX027",
         .name = "desc-digest",
         .severity = error,
         .checks = "Digests are well-formed, and the content has the digest.",
         .why = "Every client verifies it.",
         .fix = "Make the document anew of the content that is there."},
    Rule{.id = "IDX028",
         .name = "desc-size",
         .severity = error,
         .checks = "Sizes are those of the content.",
         .why = "containerd, Docker and go-containerregistry verify them.",
         .fix = "Make the document anew. `wasm-oci repair` does, where it is certain."},
    Rule{.id = "IDX029",
         .name = "desc-data",
         .severity = error,
         .checks = "`data` is base64 of content with that digest and size.",
         .why = "Some clients use it in the place of the content.",
         .fix = "Take it out, or compute it anew. `wasm-oci repair` does, where it is certain."},
    Rule{.id = "IDX030",
         .name = "annotations-type",
         .severity = error,
         .checks = "Annotations are texts with keys that are not empty.",
         .why = "Clients in Go and Rust refuse the whole document.",
         .fix = "Write the values as texts."},
    Rule{.id = "IDX031",
         .name = "index-size",
         .severity = error,
         .checks = "Indexes and manifests have at most 4 MiB.",
         .why = "Registries refuse larger ones.",
         .fix = "Take entries or annotations out."},
    Rule{.id = "IDX032",
         .name = "missing-child",
         .severity = error,
         .checks = "All that the index leads to is in the same repository.",
         .why = "Pulling fails with 404, and newer registries refuse the index.",
         .fix = "Push what is missing first: `wasm-oci copy`."},
    Rule{.id = "IDX033",
         .name = "entry-artifactType",
         .severity = info,
         .checks = "The entry of an image that is run has no `artifactType` but the type of its config.",
         .why = "Clients ignore it when they choose; registries may show the image as an artifact.",
         .fix = "Take it out."},
    Rule{.id = "IDX034",
         .name = "istio-index-pin",
         .severity = none,
         .clients = kEnvoyWarning,
         .checks = "A reference by digest does not name an index.",
         .why = "Istio and Envoy Gateway compare the digest with that of the manifest they took, so an index that is "
                "pinned "
                "by its own digest is always refused.",
         .fix = "Pin the digest of the manifest, which `wasm-oci digest --platform linux/amd64` tells."},
};

}  // namespace

std::span<const Rule> index_rules() { return kRules; }

}  // namespace wasm_oci
