// What has to be so around the content. No content breaks it: these are hints for whom they matter to
// (environment_hints.hpp), and never findings.
#include "oci/validate/rule.hpp"

#include <array>

namespace wasm_oci {
namespace {

constexpr Severity kHint = Severity::none;

constexpr std::array kRules = {
    Rule{
        .id = "ENV001",
        .name = "docker-store-and-runtime",
        .severity = kHint,
        .checks = "Docker keeps its images in containerd's store, and is told which runtime starts a Wasm image.",
        .why = "The classic store refuses images for another operating system than its own. No platform chooses a "
               "runtime: without `--runtime` runc starts the module, and says `exec format error`.",
        .fix =
            "Docker needs containerd's image store (`docker info -f '{{.DriverStatus}}'` shows "
            "`io.containerd.snapshotter.v1`) and a runtime: `docker run --runtime io.containerd.wasmtime.v1 --platform "
            "wasi/wasm`."},
    Rule{.id = "ENV002",
         .name = "kubernetes-root",
         .severity = kHint,
         .checks = "Kubernetes is given a tag or digest that is the Wasm image itself, and a node that unpacks it.",
         .why =
             "Nodes ask an index for their own platform, whatever the RuntimeClass. From containerd 2.3 on, files of "
             "an image for another platform are not unpacked when it is pulled (`parent snapshot … does not exist`).",
         .fix = "Name the Wasm image in the pod by its own digest; nodes with containerd 2.3 or later need "
                "`use_local_image_pull = true`, or Wasm layers (`--as wasm-layers`)."},
    Rule{
        .id = "ENV003",
        .name = "podman-handler",
        .severity = kHint,
        .checks = "podman is told the runtime of an image whose config is for another platform than wasi/wasm, "
                  "wasi/wasm32 or wasi/wasm64.",
        .why = "Only these lead to crun-wasm by themselves; another image is started as a native program.",
        .fix =
            "podman finds no runtime for this platform: add it to `platform_to_oci_runtime` in containers.conf, or run "
            "with `--annotation run.oci.handler=wasm`."},
    Rule{.id = "ENV004",
         .name = "docker-manifest-annotate",
         .severity = kHint,
         .checks = "Platforms of entries are not mended with `docker manifest annotate`.",
         .why = "It takes no platform with wasi: `manifest entry for image has unsupported os/arch combination: "
                "wasi/wasm`.",
         .fix = "Mend platforms with `wasm-oci repair`, `wasm-oci index add` or `docker buildx imagetools create`; "
                "`docker manifest annotate` refuses wasi."},
    Rule{.id = "ENV005",
         .name = "bare-artifact",
         .severity = kHint,
         .checks = "wkg, wash and Spin are given a tag or digest that is a manifest, and no index.",
         .why = "They ask an index for the platform of their machine, and refuse indexes in it.",
         .fix = "Give the artifact a tag of its own (`wasm-oci build --bare-tag`, or `wasm-oci copy --platform`): wkg, "
                "wash "
                "and Spin do not find it behind an index."},
    Rule{.id = "ENV006",
         .name = "ctr-local",
         .severity = kHint,
         .checks = "ctr 2.x pulls an image for Wasm with `--local`.",
         .why =
             "Its transfer service unpacks for the platform of its machine alone: `unable to initialize unpacker: no "
             "unpack platforms defined`.",
         .fix = "Pull with `ctr images pull --local --platform wasi/wasm`: without `--local` ctr 2.x refuses."},
};

}  // namespace

std::span<const Rule> environment_rules() { return kRules; }

}  // namespace wasm_oci
