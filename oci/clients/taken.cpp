#include "oci/clients/taken.hpp"

#include "oci/error.hpp"
#include "oci/layer/links.hpp"
#include "oci/media_type.hpp"
#include "oci/text.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace wasm_oci {

bool Taken::is_wasm() const { return config && wasm_oci::is_wasm(config->platform); }

bool Taken::has_files() const {
  return config && (!packaging || packaging == Packaging::image || packaging == Packaging::envoy);
}

const FoundModule* Taken::module() const {
  if (!modules) {
    return nullptr;
  }
  if (!has_files()) {
    return modules->empty() ? nullptr : &modules->front();
  }
  const auto found = std::ranges::find(*modules, file, &FoundModule::path);
  return found == modules->end() ? nullptr : &*found;
}

namespace {

std::string load_whatever_its_size(Store& store, const Descriptor& manifest) {
  UnverifiedSource source = store.open_as_it_is(manifest, NodeKind::manifest, kMaxManifestSize);
  std::string bytes = read_all(source, kMaxManifestSize);
  if (source.cut()) {
    throw ContentError(manifest.digest.str() + " has more than " + human_size(kMaxManifestSize));
  }
  if (const Digest actual = source.digest(); actual != manifest.digest) {
    throw ContentError("what is called " + manifest.digest.str() + " has the digest " + actual.str());
  }
  return bytes;
}

// Where the links of a path lead. What an upper layer has below a link of a lower one is found as it is written
// (merged_files.cpp says why).
std::string file_at(const std::string& path, const std::map<std::string, LayerEntry>& links,
                    const std::vector<FoundModule>& modules) {
  const auto link_at = [&](const std::string& here) {
    const auto link = links.find(here);
    return link == links.end() ? nullptr : &link->second;
  };
  const auto unless_folder = [&](const std::string& here) {
    const LayerEntry* const link = link_at(here);
    const std::string below = here + "/";
    const bool is_folder = link != nullptr && std::ranges::any_of(modules, [&](const FoundModule& module) {
                             return module.path == here || module.path.starts_with(below);
                           });
    return is_folder ? nullptr : link;
  };
  const std::string written = follow_links(path, unless_folder).value_or("");
  const bool is_module = std::ranges::find(modules, written, &FoundModule::path) != modules.end();
  return is_module ? written : follow_links(path, link_at).value_or("");
}

void look_at_files(Store& store, std::span<const Digest> diff_ids, Taken& taken) {
  // What usual ones export and import; of what has more it is not told whether it starts.
  ModuleBudget budget{.descriptions = std::size_t{1} * 1024 * 1024};
  ImageFiles files = find_files(store, taken.manifest, diff_ids, budget, OtherLayers::are_passed_over);
  taken.modules = std::move(files.modules);
  taken.file = file_at(taken.path, files.links, *taken.modules);
  taken.starts_text = files.texts.contains(taken.file);
  taken.has_users = std::ranges::any_of(files.others, &OtherFiles::has_users);
  taken.compressions.resize(files.others.size());
  std::ranges::transform(files.others, taken.compressions.begin(), &OtherFiles::compression);
}

// Why they cannot be unpacked; empty: they can.
std::string why_not_looked_at(Store& store, std::span<const Digest> diff_ids, Taken& taken) {
  try {
    look_at_files(store, diff_ids, taken);
    return {};
  } catch (const ContentError& error) {
    return error.message();
  }
}

// Throws for layers that are not there, or something else: nobody takes those. Of more bytes than a layer may have
// uncompressed the rest is not looked at: what is said of sizes may be anything.
void require_layers(Store& store, std::span<const Descriptor> layers) {
  std::uint64_t left = ExpansionLimits{}.max_size;
  std::set<std::pair<Digest, std::uint64_t>> known;
  std::vector<std::byte> passed(kChunkSize);
  for (const Descriptor& layer : layers) {
    if (layer.size > left) {
      return;
    }
    if (known.emplace(layer.digest, layer.size).second) {
      left -= layer.size;
      VerifiedSource blob = store.open(layer, NodeKind::blob);
      while (blob.read(passed) > 0) {
      }
    }
  }
}

// Those that nobody looked at where all was well.
std::vector<Descriptor> other_layers(const Taken& taken) {
  std::vector<Descriptor> others = taken.manifest.layers;
  std::erase_if(others, [&](const Descriptor& layer) {
    return taken.has_files() ? media_type::layer_compression(layer.media_type).has_value()
                             : media_type::is_wasm_layer(layer.media_type);
  });
  return others;
}

void look_at_layers(Store& store, std::span<const Digest> diff_ids, Taken& taken) {
  taken.other_diff_ids = why_not_looked_at(store, diff_ids, taken);
  if (!taken.other_diff_ids.empty()) {
    taken.unreadable = why_not_looked_at(store, {}, taken);
  }
  if (!taken.unreadable.empty()) {
    require_layers(store, taken.manifest.layers);
  } else if (taken.config) {  // of an image everything is fetched, of an artifact what is known
    require_layers(store, other_layers(taken));
  }
}

}  // namespace

Taken look_at_taken(Store& store, const Descriptor& image, Modules modules) {
  const std::string bytes = load_whatever_its_size(store, image);
  Taken taken{.descriptor = image, .size = bytes.size(), .manifest = parse_manifest(bytes, image.media_type)};
  taken.packaging = packaging_of(taken.manifest);
  std::vector<Digest> diff_ids;
  if (media_type::is_image_config(taken.manifest.config.media_type)) {
    taken.config = parse_image_config(store.load(taken.manifest.config, NodeKind::blob));
    taken.argv = taken.config->entrypoint;
    taken.argv.insert(taken.argv.end(), taken.config->cmd.begin(), taken.config->cmd.end());
    if (!taken.argv.empty()) {
      Start start = start_of(taken.argv.front(), taken.config->workdir);
      taken.path = std::move(start.path);
      taken.function = std::move(start.function);
    }
    diff_ids = taken.config->diff_ids;
  }
  const bool is_known = taken.config || taken.packaging;  // else its layers may be anything
  if (modules == Modules::are_looked_for && is_known && (taken.is_wasm() || taken.argv.empty())) {
    look_at_layers(store, diff_ids, taken);
  }
  return taken;
}

}  // namespace wasm_oci
