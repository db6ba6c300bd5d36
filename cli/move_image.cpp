#include "cli/move_image.hpp"

#include "oci/error.hpp"
#include "oci/image_config.hpp"
#include "oci/image_platforms.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/packaging/envoy.hpp"
#include "oci/packaging/packaging.hpp"
#include "oci/store/layout_index.hpp"
#include "oci/text.hpp"

#include <algorithm>

namespace wasm_oci::cli {

namespace {

std::vector<std::string> names_of(const std::vector<Platform>& platforms) {
  std::vector<std::string> names;
  names.reserve(platforms.size());
  for (const Platform& platform : platforms) {
    names.push_back(format(platform));
  }
  return names;
}

std::string run_line(const std::string& name, const std::vector<std::string>& platforms) {
  const auto wasm = std::ranges::find_if(
      platforms, [](const std::string& platform) { return platform.find("/wasm") != std::string::npos; });
  if (wasm == platforms.end()) {
    return "docker run --rm " + name;
  }
  return "docker run --rm --runtime io.containerd.wasmtime.v1 --platform " + *wasm + " " + name;
}

// For a hint manifest and config say enough: layers are not read.
Packaging packaging_for_words(Store& store, const Descriptor& root) {
  if (!media_type::is_image_manifest(root.media_type)) {
    return Packaging::image;
  }
  const Manifest manifest = parse_manifest(store.load(root, NodeKind::manifest), root.media_type);
  const Packaging packaging = packaging_of(manifest).value_or(Packaging::image);
  if (packaging != Packaging::image || !manifest.annotations.contains(std::string(kVariantAnnotation))) {
    return packaging;
  }
  const ImageConfig config = parse_image_config(store.load(manifest.config, NodeKind::blob));
  return config.entrypoint.empty() && config.cmd.empty() ? Packaging::envoy : Packaging::image;
}

// The names of what `replaced` holds and an archive of `root` under `names` does not. What has no name is what a file
// that holds one image is written for, or refers to something else.
std::vector<std::string> lost_with(const ReplacedFile& replaced, const Descriptor& root,
                                   std::span<const RootName> names) {
  std::vector<std::string> lost;
  for (const Descriptor& entry : replaced.entries) {
    const bool is_written_anew = std::ranges::any_of(
        names, [&](const RootName& name) { return find_entry(std::span(&entry, 1), name.ref_name).has_value(); });
    if (is_named(entry) && entry.digest != root.digest && !is_written_anew) {
      lost.push_back(entry_name(entry));
    }
  }
  return lost;
}

}  // namespace

std::vector<std::string> platform_names(Store& store, const Descriptor& root) {
  return names_of(platforms_of(store, root));
}

void refuse_platform(Store& store, const Descriptor& root, const Platform& platform, const std::string& name) {
  const std::vector<std::string> present = platform_names(store, root);
  throw NotFoundError(name + ": nothing for platform " + format(platform),
                      present.empty() ? "it has no platform" : "it is for " + list_names(present));
}

Descriptor require_platform(Store& store, const Descriptor& root, const Platform& platform, const std::string& name) {
  const std::optional<Descriptor> found = find_platform(store, root, platform);
  if (!found) {
    refuse_platform(store, root, platform, name);
  }
  return *found;
}

void refuse_move(const std::string& name, const std::optional<Descriptor>& previous, const Descriptor& root) {
  if (previous && previous->digest != root.digest) {
    throw ConflictError(name + " exists already and is " + previous->digest.str(),
                        "it was left as it is (--no-clobber)");
  }
}

void require_nothing_lost(const std::optional<ReplacedFile>& replaced, const Descriptor& root,
                          std::span<const RootName> names) {
  if (!replaced || !replaced->is_read) {
    return;
  }
  if (const std::vector<std::string> lost = lost_with(*replaced, root, names); !lost.empty()) {
    throw UsageError(
        replaced->path + " holds also " + list_names(lost) + ", which would be lost: an archive is written whole",
        "write another file, or a layout (oci:DIR), which is added to");
  }
}

void tell_lost(const Context& context, const Target& target, const Descriptor& root) {
  if (!target.replaced) {
    return;
  }
  if (const std::vector<std::string> lost = lost_with(*target.replaced, root, target.names); !lost.empty()) {
    print_note(context, target.replaced->path + " held also " + list_names(lost) +
                            ", which is gone: an archive is written whole");
  }
}

void refuse_to_replace(const std::string& name) {
  throw ConflictError(name + " exists already", "it was left as it is (--no-clobber)");
}

void tell_move(const Context& context, const std::string& name, const std::optional<Descriptor>& previous,
               const Descriptor& root) {
  if (!previous || previous->digest == root.digest) {
    return;
  }
  print_note(context, name + " moved from " + previous->digest.str() + " to " + root.digest.str());
  if (media_type::is_index(previous->media_type) && !media_type::is_index(root.media_type)) {
    print_note(context, "it named an index, and now one image: build --append and index add join an image to an index");
  }
}

std::vector<std::optional<Descriptor>> named_until_now(Store& store, std::span<const RootName> names) {
  std::vector<std::optional<Descriptor>> named;
  named.reserve(names.size());
  for (const RootName& name : names) {
    named.push_back(store.peek(name.ref_name));
  }
  return named;
}

void require_gate_of_all(const Gate& gate, Store& store, const Descriptor& root,
                         std::span<const std::optional<Descriptor>> before) {
  if (before.empty()) {
    require_gate(gate, store, root, std::nullopt);
  }
  for (const std::optional<Descriptor>& previous : before) {
    require_gate(gate, store, root, previous);
  }
}

Result move_image(Context& context, Store& from, const Descriptor& root, Target& target, const MoveOptions& options) {
  Result result{.name = target.name, .digest = root.digest, .media_type = root.media_type, .size = root.size};
  if (options.no_clobber && target.replaced) {
    refuse_to_replace(target.name);
  }
  require_nothing_lost(target.replaced, root, target.names);
  const std::vector<std::optional<Descriptor>> before = named_until_now(*target.store, target.names);
  for (const std::optional<Descriptor>& previous : before) {
    if (options.no_clobber) {
      refuse_move(target.name, previous, root);
    }
    if (previous && previous->digest != root.digest && !result.previous_digest) {
      result.previous_digest = previous->digest;
    }
  }
  const CopyOptions copying{.jobs = context.options.jobs,
                            .missing_child = options.missing_child,
                            .in_hand = options.in_hand,
                            .stop = context.stop,
                            .progress = &context.progress()};
  const std::vector<RootName> none;
  const CopyReport report =
      copy_graph(from, root, *target.store, options.gate.is_open() ? target.names : none, copying);
  if (!options.gate.is_open()) {
    require_gate_of_all(options.gate, *target.store, root, before);
    copy_graph(from, root, *target.store, target.names, copying);
  }
  target.store->finish();
  tell_lost(context, target, root);
  // Last, when what says it has been read to be copied. It is a word beside the result: a config that says nothing
  // sensible is no reason not to copy it.
  try {
    const auto made = options.in_hand.find(root.digest);
    result.platforms = made == options.in_hand.end() ? platform_names(from, root)
                                                     : names_of(platforms_of(from, parse_index(made->second)));
  } catch (const ContentError&) {
    result.platforms.clear();
  }
  for (const Descriptor& missing : report.missing) {
    print_note(context, "the index lists " + missing.digest.str() + ", which the source does not hold");
  }
  for (const std::optional<Descriptor>& previous : before) {
    tell_move(context, target.name, previous, root);
  }
  return result;
}

void say_how_to_use(Context& context, Store& store, const Descriptor& root, const std::string& name,
                    const std::vector<std::string>& platforms) {
  switch (packaging_for_words(store, root)) {
    case Packaging::artifact:
      print_note(context, "get it: wkg oci pull " + name);
      return;
    case Packaging::wasm_layers:
      print_note(context,
                 "run it: ctr run --rm --runtime io.containerd.wasmtime.v1 " + parse_reference(name).str() + " NAME");
      return;
    case Packaging::envoy:
      print_note(context, "load it: url: oci://" + parse_reference(name).str() + " in a WasmPlugin");
      return;
    default:
      print_note(context, "run it: " + run_line(name, platforms));
  }
}

}  // namespace wasm_oci::cli
