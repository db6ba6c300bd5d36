#include "oci/wasm/description.hpp"

#include "oci/error.hpp"
#include "oci/wasm/component.hpp"
#include "oci/wasm/payload.hpp"
#include "oci/wasm/sections.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace wasm_oci {
namespace {

// Sections that both kinds of binary have, then those of core modules (core specification 5.5.2), then those of
// components (Binary.md, "Component Definitions").
constexpr std::uint8_t kCustom = 0;

constexpr std::uint8_t kCoreImports = 2;
constexpr std::uint8_t kCoreMemories = 5;
constexpr std::uint8_t kCoreExports = 7;
constexpr std::uint8_t kCoreStart = 8;

constexpr std::uint8_t kTypes = 7;
constexpr std::uint8_t kImports = 10;
constexpr std::uint8_t kExports = 11;

// What the sections of one id are together.
class Part {
 public:
  explicit Part(std::string_view name) : name_(name) {}

  // Calls `reader`, but not once one has failed: what was read stays the beginning.
  template <class Reader>
  void read(std::vector<WasmUnread>& unread, Reader reader) {
    if (!is_whole_) {
      return;
    }
    try {
      reader();
    } catch (const ContentError& error) {
      is_whole_ = false;
      unread.push_back({.part = std::string(name_), .reason = error.message()});
    }
  }

  // The same for what may stand only once.
  template <class Reader>
  void read_once(std::vector<WasmUnread>& unread, const PayloadCursor& payload, Reader reader) {
    read(unread, [&] {
      if (std::exchange(was_read_, true)) {
        payload.fail("a second section of what may stand in one only");
      }
      reader();
    });
  }

  bool is_whole() const { return is_whole_; }

 private:
  std::string_view name_;
  bool is_whole_ = true;
  bool was_read_ = false;
};

class Describer {
 public:
  explicit Describer(const RandomAccess& bytes) : bytes_(&bytes) {}

  WasmDescription describe() {
    WasmSectionReader sections(*bytes_);
    const WasmKind kind = sections.header().kind;
    description_.header = sections.header();
    while (const auto section = sections.next()) {
      PayloadCursor payload(*bytes_, *section);
      if (section->id == kCustom) {
        read_custom(kind, section->offset, payload);
      } else if (kind == WasmKind::core_module) {
        read_of_core(section->id, payload);
      } else {
        read_of_component(section->id, payload);
      }
    }
    if (kind == WasmKind::core_module) {
      conclude_core();
    } else {
      conclude_component();
    }
    description_.runtimes = runtimes_for(description_.shape, description_.features);
    return std::move(description_);
  }

 private:
  void read_of_core(std::uint8_t id, PayloadCursor& payload) {
    WasmDescription& d = description_;
    if (id == kCoreImports) {
      imports_.read_once(d.unread, payload, [&] { read_core_imports(payload, names_, d.imports, d.memories); });
    } else if (id == kCoreExports) {
      exports_.read_once(d.unread, payload, [&] { read_core_exports(payload, names_, d.exports); });
    } else if (id == kCoreMemories) {
      memories_.read_once(d.unread, payload, [&] { read_core_memories(payload, d.memories); });
    } else if (id == kCoreStart) {
      d.has_start = true;
    }
  }

  void read_of_component(std::uint8_t id, PayloadCursor& payload) {
    WasmDescription& d = description_;
    if (id == kImports) {
      imports_.read(d.unread, [&] { read_component_imports(payload, names_, d.imports, d.wasi); });
    } else if (id == kExports) {
      exports_.read(d.unread, [&] { read_component_exports(payload, names_, d.exports, d.wasi); });
    }
    const bool may_be_in_package =
        id == kExports || (id == kTypes && only_package_ && starts_with_component_type(payload));
    only_package_ = only_package_ && may_be_in_package;
  }

  void read_custom(WasmKind kind, std::uint64_t offset, PayloadCursor& payload) {
    WasmDescription& d = description_;
    custom_sections_.read(d.unread, [&] {
      if (++custom_count_ > kMaxCustomSections) {
        payload.fail("more than " + std::to_string(kMaxCustomSections) + " custom sections");
      }
    });
    if (!custom_sections_.is_whole()) {
      return;
    }
    const std::size_t index = d.custom_sections.size();
    try {
      std::string name = names_.read(payload);
      d.custom_sections.push_back({.name = std::move(name), .size = payload.remaining()});
      read_metadata(kind, d.custom_sections[index].name, payload, d.metadata);
    } catch (const ContentError& error) {
      // What has a name and fails is one of the few that are known: the name is short.
      d.unread.push_back(
          {.part = "custom section " + (index < d.custom_sections.size() ? d.custom_sections[index].name
                                                                         : "at byte " + std::to_string(offset)),
           .reason = error.message()});
    }
  }

  void conclude_core() {
    WasmDescription& d = description_;
    d.wasi = core_wasi_level(d.imports);
    d.features = core_features(d.imports);
    d.shape = core_shape(d.exports);
  }

  // Binaries of WIT packages hold component types and export each of them (wasm-tools, wit-parser's decoding).
  void conclude_component() {
    WasmDescription& d = description_;
    const bool is_package = only_package_ && exports_.is_whole() && !d.exports.empty() &&
                            std::ranges::all_of(d.exports, [](const auto& e) { return e.kind == ExternKind::type; });
    if (is_package) {
      d.form = WasmForm::wit_package;
      d.wasi = WasiLevel::none;  // it is nothing that runs, though it may describe WASI
    } else {
      d.form = WasmForm::component;
      d.shape = component_shape(d.exports);
    }
  }

  const RandomAccess* bytes_;
  WasmDescription description_;
  NameBudget names_;
  Part imports_{"imports"};
  Part exports_{"exports"};
  Part memories_{"memories"};
  Part custom_sections_{"custom sections"};
  std::size_t custom_count_ = 0;
  bool only_package_ = true;
};

// Beyond the string object itself, with what the allocator keeps beside it.
std::size_t memory_of(const std::string& text) { return text.capacity() > 15 ? text.capacity() + 32 : 0; }

}  // namespace

std::string_view to_string(WasmForm form) {
  static constexpr std::array<std::string_view, 3> kNames = {"core", "component", "wit-package"};
  return kNames.at(static_cast<std::size_t>(form));
}

std::size_t memory_of(const WasmDescription& description) {
  const WasmDescription& d = description;
  std::size_t size = sizeof(d) + d.imports.capacity() * sizeof(WasmImport) + d.exports.capacity() * sizeof(WasmExport) +
                     d.memories.capacity() * sizeof(WasmMemory) + d.unread.capacity() * sizeof(WasmUnread) +
                     d.custom_sections.capacity() * sizeof(WasmCustomSection);
  for (const WasmImport& each : d.imports) {
    size += memory_of(each.module) + memory_of(each.name);
  }
  for (const WasmExport& each : d.exports) {
    size += memory_of(each.name);
  }
  for (const WasmCustomSection& each : d.custom_sections) {
    size += memory_of(each.name);
  }
  for (const WasmUnread& each : d.unread) {
    size += memory_of(each.part) + memory_of(each.reason);
  }
  const WasmMetadata& m = d.metadata;
  for (const auto* text : {&m.name, &m.version, &m.description, &m.authors, &m.licenses, &m.source, &m.homepage,
                           &m.revision, &m.build_id}) {
    size += *text ? memory_of(**text) : 0;
  }
  for (const std::string& each : m.target_features) {
    size += sizeof(std::string) + memory_of(each);
  }
  for (const WasmProducerField& field : m.producers) {
    size += sizeof(field) + memory_of(field.name);
    for (const WasmProducer& each : field.producers) {
      size += sizeof(each) + memory_of(each.name) + memory_of(each.version);
    }
  }
  return size;
}

WasmDescription describe_wasm(const RandomAccess& bytes) { return Describer(bytes).describe(); }

}  // namespace wasm_oci
