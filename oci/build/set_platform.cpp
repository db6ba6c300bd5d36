#include "oci/build/set_platform.hpp"

#include "oci/error.hpp"
#include "oci/image_config.hpp"
#include "oci/image_platforms.hpp"
#include "oci/index/draft.hpp"
#include "oci/json/descriptor_json.hpp"
#include "oci/json/edited_text.hpp"
#include "oci/json/writer.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/packaging/read_package.hpp"
#include "oci/packaging/wasm_layers.hpp"

#include <algorithm>
#include <utility>

namespace wasm_oci {
namespace {

EditedText edited(std::string text) { return {std::move(text), kMaxManifestSize}; }

// The members of a platform, in a config.
void set_platform_members(EditedText& text, const Platform& platform) {
  const auto itself = [](const JsonValue& root) { return root; };
  text.set(itself, "architecture", to_json(platform.architecture));
  text.set(itself, "os", to_json(platform.os));
  if (platform.variant.empty()) {
    text.remove(itself, "variant");
  } else {
    text.set(itself, "variant", to_json(platform.variant));
  }
  text.remove(itself, "os.version");
  text.remove(itself, "os.features");
}

// What stands against labelling an image for a platform of Wasm: it starts no module, or one that is nothing to start.
// Returns lines for people, and throws UsageError.
std::vector<std::string> judge(LocalStore& store, const Manifest& manifest, const Platform& platform) {
  const auto refuse = [&platform](const std::string& why) {
    throw UsageError(why + ", so it is no image for " + format(platform), "--force labels it all the same");
  };
  try {
    const ReadPackage read = read_package(store, manifest);
    if (!read.starts_module) {
      refuse("it starts something else than its module");
    }
    if (read.packaging != Packaging::image && read.packaging != Packaging::envoy &&
        read.packaging != Packaging::wasm_layers) {
      return {};  // its own readers know
    }
    return weigh(
        packager_of(read.packaging)
            .judge(read.package, {.content = nullptr, .size = read.module.size, .description = &read.description}),
        false);
  } catch (const NotFoundError& error) {
    refuse("it holds " + error.message());
  }
  return {};
}

Relabelled relabel_image(LocalStore& store, const Descriptor& root, const Platform& platform, bool force) {
  std::string manifest_bytes = store.load(root, NodeKind::manifest);
  const Manifest manifest = parse_manifest(manifest_bytes, root.media_type);
  if (!media_type::is_image_config(manifest.config.media_type)) {
    throw UsageError("its platform is not for this packaging to say, but follows from the module",
                     "package it as an image: --as image --set-platform " + format(platform));
  }
  std::vector<std::string> notes;
  if (packaging_of(manifest) == Packaging::wasm_layers) {
    kWasmLayersPackager.platform(platform, {});
  }
  if (is_wasm(platform) && !force) {
    notes = judge(store, manifest, platform);
  }
  std::string config_bytes = store.load(manifest.config, NodeKind::blob);
  // Refuses one that says two things of its platform, and what is none.
  const ImageConfig before = parse_image_config(config_bytes);
  if (!before.platform.os_version.empty() || !before.platform.os_features.empty()) {
    notes.emplace_back("its version and features of an operating system are left out");
  }
  EditedText config = edited(std::move(config_bytes));
  set_platform_members(config, platform);
  EditedText text = edited(std::move(manifest_bytes));
  point_to(
      text, [](const JsonValue& document) { return document.find("config").value_or(document); },
      store.add(manifest.config.media_type, std::move(config).take()));
  std::string bytes = std::move(text).take();
  Descriptor relabelled = describe(root.media_type, bytes);
  return {.root = std::move(relabelled), .bytes = std::move(bytes), .notes = std::move(notes)};
}

std::size_t choose_entry(LocalStore& store, const Index& index) {
  std::vector<std::size_t> images;
  std::vector<std::size_t> for_wasm;
  for (std::size_t i = 0; i < index.manifests.size(); ++i) {
    const Descriptor& entry = index.manifests[i];
    if (!is_attestation(entry) && media_type::is_image_manifest(entry.media_type)) {
      images.push_back(i);
      if (const std::optional<Platform> platform = platform_of_entry(store, entry); platform && is_wasm(*platform)) {
        for_wasm.push_back(i);
      }
    }
  }
  if (images.size() == 1) {
    return images.front();
  }
  if (for_wasm.size() != 1) {
    throw UsageError("this index has " + std::to_string(images.size()) + " images, " + std::to_string(for_wasm.size()) +
                         " of them for Wasm",
                     "take out the one that is meant: --platform P");
  }
  return for_wasm.front();
}

Relabelled relabel_entry(LocalStore& store, const Descriptor& root, const Platform& platform, bool force) {
  std::string original = store.load(root, NodeKind::manifest);
  const Index index = parse_index(original, root.media_type);
  const std::size_t position = choose_entry(store, index);
  const Descriptor& entry = index.manifests[position];
  const Relabelled image = relabel_image(store, entry, platform, force);
  store.add(image.root.media_type, image.bytes);

  EditedText text = edited(std::move(original));
  const auto find_entry = [&](const JsonValue& document) {
    return *std::next(document.find("manifests").value_or(document).begin(), static_cast<std::ptrdiff_t>(position));
  };
  point_to(text, find_entry, image.root);
  text.set(find_entry, "platform",
           to_json(Platform{.os = platform.os, .architecture = platform.architecture, .variant = platform.variant}));
  std::vector<std::string> notes = image.notes;
  std::vector<Descriptor> relabelled_entries = index.manifests;
  relabelled_entries[position].digest = image.root.digest;
  const std::vector<bool> is_stale = orphaned(index.manifests, relabelled_entries);
  if (const auto stale = std::ranges::count(is_stale, true); stale > 0) {
    text.edit([&](const JsonValue& document) {
      return remove_elements(document.find("manifests").value_or(document),
                             [&](const JsonValue& element) { return bool{is_stale[element.position()]}; });
    });
    notes.push_back(std::to_string(stale) + (stale == 1 ? " attestation of " : " attestations of ") +
                    entry.digest.str() + " left out: what it says is of the image as it was");
  }
  std::string bytes = std::move(text).take();
  Descriptor relabelled = describe(root.media_type, bytes);
  return {.root = std::move(relabelled), .bytes = std::move(bytes), .notes = std::move(notes)};
}

}  // namespace

Relabelled set_platform(LocalStore& store, const Descriptor& root, const Platform& platform, bool force) {
  return media_type::is_index(root.media_type) ? relabel_entry(store, root, platform, force)
                                               : relabel_image(store, root, platform, force);
}

}  // namespace wasm_oci
