#include "oci/validate/layer_facts.hpp"

#include "oci/error.hpp"
#include "oci/layer/body_form.hpp"
#include "oci/manifest.hpp"
#include "oci/packaging/module_reader.hpp"
#include "oci/text.hpp"

#include <algorithm>
#include <bit>
#include <exception>
#include <utility>

namespace wasm_oci {
namespace {

constexpr std::size_t kMostEscapes = 100;

// Whether a link leads out of the folder that the layer is unpacked into.
bool leads_out(std::string_view target) {
  int depth = 0;
  while (!target.empty()) {
    const std::string_view part = target.substr(0, target.find('/'));
    target.remove_prefix(std::min(target.size(), part.size() + 1));
    depth += part == ".." ? -1 : part.empty() || part == "." ? 0 : 1;
    if (depth < 0) {
      return true;
    }
  }
  return false;
}

std::optional<std::string> why_it_escapes(const LayerEntry& entry) {
  if (entry.climbs) {
    return "\"" + excerpt(entry.path) + R"(" was written with ".." in its path)";
  }
  if (entry.type == LayerEntryType::hardlink && leads_out(entry.link_target)) {
    return "\"" + excerpt(entry.path) + "\" is a link out of the layer, to \"" + excerpt(entry.link_target) + "\"";
  }
  if (entry.type == LayerEntryType::special) {
    return "\"" + excerpt(entry.path) + "\" is a device or a pipe";
  }
  return std::nullopt;
}

std::shared_ptr<const WasmDescription> shared(std::optional<WasmDescription>& description) {
  return description ? std::make_shared<const WasmDescription>(*std::move(description)) : nullptr;
}

// One pass over one blob.
class LayerLook {
 public:
  LayerLook(const Descriptor& layer, const LayerRequest& request)
      : bare_{.media_type = layer.media_type, .digest = layer.digest, .size = layer.size}, request_(request) {}

  LayerFacts look(UnverifiedSource& blob) {
    PeekedSource source(blob);
    facts_.is_there = true;
    facts_.said = bare_.size;
    facts_.form = source.form();
    try {
      if (request_.is_tar && facts_.form != BodyForm::wasm) {
        read_files(source);
      } else if (request_.wants_module && facts_.form == BodyForm::wasm) {
        read_module_layer(source);
      }
    } catch (const ContentError& error) {
      source.rethrow_failure();  // then it is not the layer that is damaged
      facts_.unreadable = error.message();
      facts_.is_beyond_bounds = dynamic_cast<const BeyondBoundsError*>(&error) != nullptr;
      forget_files();
    }
    std::vector<std::byte> rest(kChunkSize);
    while (source.read(rest) > 0) {
    }
    facts_.size = blob.size();
    facts_.is_longer = blob.cut();
    facts_.digest = blob.digest();
    return std::move(facts_);
  }

 private:
  void read_files(PeekedSource& source) {
    LayerReader reader(source, compression_of(facts_.form), {.refuse_climbing = false}, request_.diff_id);
    facts_.has_files = request_.wants_files;
    while (std::optional<LayerEntry> entry = reader.next()) {
      if (std::optional<std::string> why = why_it_escapes(*entry); why && facts_.escapes.size() < kMostEscapes) {
        facts_.escapes.push_back(*std::move(why));
      }
      if (entry->is_absolute && facts_.absolute.empty()) {
        facts_.absolute = "/" + excerpt(entry->path);
      }
      if (facts_.has_files) {
        keep(reader, *std::move(entry));
      }
    }
    facts_.diff_id = reader.diff_id();
  }

  void keep(LayerReader& reader, LayerEntry entry) {
    SeenFile file{.entry = std::move(entry)};
    if (file.entry.type == LayerEntryType::file) {
      read_begin(reader, file);
    }
    facts_.cost += sizeof(SeenFile) + file.entry.path.size() + file.entry.link_target.size() +
                   (file.module ? memory_of(*file.module) : 0);
    facts_.files.push_back(std::move(file));
    if (facts_.cost > kMaxFilesMemory) {
      forget_files();
    }
  }

  void read_begin(LayerReader& reader, SeenFile& file) const {
    std::size_t seen = 0;
    const ReadBytes read = [&](std::span<std::byte> into) {
      const std::size_t count = reader.read(into);
      for (std::size_t i = 0; i < count && seen < file.begin.size(); ++i) {
        file.begin.at(seen++) = static_cast<char>(into[i]);
      }
      return count;
    };
    std::optional<FoundModule> module = read_module(read, file.entry.path, file.entry.size, bare_);
    if (module) {
      file.is_wasm = true;
      file.module = shared(module->description);
    }
  }

  void read_module_layer(PeekedSource& source) {
    const ReadBytes read = [&source](std::span<std::byte> into) { return source.read(into); };
    std::optional<FoundModule> module = read_module(read, "", bare_.size, bare_);
    if (module) {
      facts_.unreadable = module->undescribed;
      facts_.module = shared(module->description);
      facts_.cost += facts_.module ? memory_of(*facts_.module) : 0;
    }
  }

  void forget_files() {
    facts_.has_files = false;
    facts_.files.clear();
    facts_.files.shrink_to_fit();
    facts_.cost = 0;
  }

  Descriptor bare_;
  LayerRequest request_;
  LayerFacts facts_;
};

// A power of two: content that is longer than all that is said of it is read anew a few times, each time twice as much.
std::uint64_t limit_for(std::uint64_t said) {
  constexpr std::uint64_t kLargest = std::uint64_t{1} << 63U;
  return said > kLargest ? said : std::bit_ceil(std::max<std::uint64_t>(said, kMaxManifestSize));
}

}  // namespace

bool suffice(const LayerFacts& facts, std::uint64_t size) {
  const bool is_read_wrongly = facts.form == BodyForm::wasm && facts.said != facts.size && size == facts.size;
  const bool is_read_too_shortly = facts.is_longer && facts.size < size;
  return !(is_read_wrongly || is_read_too_shortly);
}

LayerFacts look_at_layer(Store& store, const Descriptor& layer, const LayerRequest& request) {
  bool is_open = false;
  try {
    UnverifiedSource blob = store.open_as_it_is(layer, NodeKind::blob, limit_for(layer.size));
    is_open = true;
    return LayerLook(layer, request).look(blob);
  } catch (const NotFoundError& error) {
    return {.unreadable = error.message()};
  } catch (const ContentError& error) {  // a layout or archive that lacks it; or what a registry sent in its place
    return {.is_there = is_open, .unreadable = error.message()};
  }
}

}  // namespace wasm_oci
