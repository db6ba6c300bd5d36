// The Rust crate oci-client, src/client.rs (current_platform_resolver): the first entry for this OS and architecture,
// names compared as they are written, variants not at all.
#include "oci/clients/families.hpp"
#include "oci/clients/outlook.hpp"
#include "oci/media_type.hpp"
#include "oci/text.hpp"

#include <utility>

namespace wasm_oci {

Picked pick_as_oci_client(Store& /*store*/, const Index& index, const Platform& asked) {
  return pick_first(index, [&](const Descriptor& entry) {
    return entry.platform && entry.platform->os == asked.os && entry.platform->architecture == asked.architecture;
  });
}

std::string oci_client_finds_nothing(const Wish& /*wish*/, const Descriptor& /*index*/) {
  return "no entry found in image index manifest matching client's default platform";
}

namespace {

// oci-wasm, src/client.rs: config and layer by their types, one layer alone.
std::optional<std::string> why_no_artifact(const Taken& taken) {
  if (taken.manifest.config.media_type != media_type::kWasmConfig) {
    return "its config is " + excerpt(taken.manifest.config.media_type) + ", not " +
           std::string(media_type::kWasmConfig);
  }
  if (taken.manifest.layers.size() != 1) {
    return "it has " + std::to_string(taken.manifest.layers.size()) + " layers, not one";
  }
  if (taken.manifest.layers.front().media_type != media_type::kWasm) {
    return "its layer is " + excerpt(taken.manifest.layers.front().media_type) + ", not " +
           std::string(media_type::kWasm);
  }
  return std::nullopt;
}

// oci-wasm, src/client.rs (pull_manifest_and_config), which wasm-pkg-client gets packages by; pulling alone does not
// ask.
std::optional<std::string> why_no_package(const Taken& taken) {
  return taken.manifest.media_type == media_type::kOciManifest
             ? std::nullopt
             : std::optional("\"Wasm components must have a manifest of type " + std::string(media_type::kOciManifest) +
                             "\", and it names " +
                             (taken.manifest.media_type.empty() ? "none" : excerpt(taken.manifest.media_type)));
}

Outlook foresee_artifact(const Taken& taken, std::string next, std::string command) {
  if (const std::optional<std::string> why = why_no_artifact(taken)) {
    return refuse(*why);
  }
  return {.works = true, .next = std::move(next), .command = std::move(command)};
}

}  // namespace

Outlook foresee_wkg(const Taken& taken, const Wish& wish) {
  Outlook outlook = foresee_artifact(taken, "its module is written to a file", "wkg oci pull " + wish.name);
  const std::optional<std::string> why = why_no_package(taken);
  if (outlook.works && why) {
    outlook.next += "; as a package, as wkg get takes it, it is refused: " + *why;
  }
  return outlook;
}

Outlook foresee_wash(const Taken& taken, const Wish& wish) {
  const FoundModule* const module = taken.module();
  if (!why_no_artifact(taken) && module != nullptr && module->kind != WasmKind::component) {
    return refuse("wasmCloud runs components, and this is a core module");
  }
  return foresee_artifact(taken, "its component is run by a host", "wash oci pull " + wish.name);
}

Outlook foresee_spin(const Taken& taken, const Wish& wish) {
  if (taken.packaging == Packaging::spin) {
    return {.works = true, .next = "the application is run", .command = "spin up --from " + wish.name};
  }
  if (const std::optional<std::string> why = why_no_artifact(taken) ? std::nullopt : why_no_package(taken)) {
    return refuse(*why);
  }
  return foresee_artifact(taken, "it is loaded as a package that an application depends on", "");
}

}  // namespace wasm_oci
