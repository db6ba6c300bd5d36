// Any bytes that check_wasm takes are described, and all others refused with a ContentError. A description is the same
// each time, keeps its limits and holds no text but UTF-8.
#include "oci/error.hpp"
#include "oci/utf8.hpp"
#include "oci/wasm/binary.hpp"
#include "oci/wasm/description.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>
#include <optional>

namespace {

using wasm_oci::testing::require;

void require_text(const std::string& text) { require(wasm_oci::utf8::is_valid(text)); }

void require_text(const std::optional<std::string>& text) {
  if (text) {
    require_text(*text);
    require(text->size() <= 2 * wasm_oci::kMaxMetadata);  // a build id is printed twice as long
  }
}

void check_metadata(const wasm_oci::WasmMetadata& metadata, size_t size) {
  for (const auto& text : {metadata.name, metadata.version, metadata.description, metadata.authors, metadata.licenses,
                           metadata.source, metadata.homepage, metadata.revision, metadata.build_id}) {
    require_text(text);
  }
  for (const auto& field : metadata.producers) {
    require_text(field.name);
    for (const auto& producer : field.producers) {
      require_text(producer.name);
      require_text(producer.version);
    }
  }
  std::ranges::for_each(metadata.target_features, [](const std::string& name) { require_text(name); });
  require(metadata.debug_size < size);
}

void check_description(const wasm_oci::WasmDescription& description, size_t size) {
  require(description.imports.size() <= wasm_oci::kMaxImports && description.exports.size() <= wasm_oci::kMaxExports);
  require(description.memories.size() <= wasm_oci::kMaxMemories);
  require(description.custom_sections.size() <= wasm_oci::kMaxCustomSections);
  require(description.unread.size() <= wasm_oci::kMaxCustomSections + 4);
  uint64_t names = 0;
  for (const auto& import : description.imports) {
    require_text(import.module);
    require_text(import.name);
    require(!to_string(import.kind).empty());
    names += import.module.size() + import.name.size();
  }
  for (const auto& exported : description.exports) {
    require_text(exported.name);
    require(!to_string(exported.kind).empty());
    names += exported.name.size();
  }
  uint64_t custom = 0;
  for (const auto& section : description.custom_sections) {
    require_text(section.name);
    names += section.name.size();
    custom += section.name.size() + section.size + 3;
  }
  require(names <= wasm_oci::NameBudget::kMaxNames);
  require(custom + wasm_oci::kWasmHeaderSize <= size);
  for (const auto& unread : description.unread) {
    require_text(unread.part);
    require_text(unread.reason);
    require(!unread.part.empty() && !unread.reason.empty());
  }
  require((description.header.kind == wasm_oci::WasmKind::core_module) ==
          (description.form == wasm_oci::WasmForm::core));
  // Components have their levels, core modules the others.
  const bool is_component_level = description.wasi >= wasm_oci::WasiLevel::preview2;
  require(!is_component_level || description.form == wasm_oci::WasmForm::component);
  check_metadata(description.metadata, size);
}

bool is_taken(const wasm_oci::RandomAccess& bytes) {
  try {
    wasm_oci::check_wasm(bytes);
    return true;
  } catch (const wasm_oci::ContentError&) {
    return false;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const wasm_oci::MemoryAccess bytes(wasm_oci::as_bytes(wasm_oci::testing::as_text(data, size)));
  const bool taken = is_taken(bytes);
  try {
    const wasm_oci::WasmDescription description = describe_wasm(bytes);
    require(taken);
    require(description == describe_wasm(bytes));
    check_description(description, size);
  } catch (const wasm_oci::ContentError& error) {
    require(!taken && !error.message().empty());
  }
  return 0;
}
