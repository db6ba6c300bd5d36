#include "oci/wasm/metadata.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace wasm_oci {
namespace {

struct TextSection {
  std::string_view name;
  std::optional<std::string> WasmMetadata::* field;
};

// wasm-tools, crate wasm-metadata: the payload is the text.
constexpr std::array kTextSections = {
    TextSection{"version", &WasmMetadata::version},   TextSection{"description", &WasmMetadata::description},
    TextSection{"authors", &WasmMetadata::authors},   TextSection{"licenses", &WasmMetadata::licenses},
    TextSection{"source", &WasmMetadata::source},     TextSection{"homepage", &WasmMetadata::homepage},
    TextSection{"revision", &WasmMetadata::revision},
};

void expect_short(const PayloadCursor& payload) {
  if (payload.remaining() > kMaxMetadata) {
    payload.fail(std::to_string(payload.remaining()) + " bytes are more than the " + std::to_string(kMaxMetadata) +
                 " that are read");
  }
}

// Core specification 7.4.1; components have the same in "component-name". Subsections come in the order of their ids,
// that of the whole being 0: what else the section names, which may be every function, is not looked at.
std::optional<std::string> read_own_name(PayloadCursor& payload) {
  if (payload.remaining() == 0 || payload.u8() != 0) {
    return std::nullopt;
  }
  payload.u32();
  return payload.name(kMaxMetadata);
}

// tool-conventions ProducersSection.md
std::vector<WasmProducerField> read_producers(PayloadCursor& payload) {
  expect_short(payload);
  std::vector<WasmProducerField> fields;
  for (std::uint32_t left = payload.u32(); left > 0; --left) {
    WasmProducerField field{.name = payload.name(kMaxMetadata), .producers = {}};
    for (std::uint32_t values = payload.u32(); values > 0; --values) {
      std::string name = payload.name(kMaxMetadata);
      field.producers.push_back({.name = std::move(name), .version = payload.name(kMaxMetadata)});
    }
    fields.push_back(std::move(field));
  }
  payload.expect_end();
  return fields;
}

// tool-conventions Linking.md, "Target Features Section"
std::vector<std::string> read_target_features(PayloadCursor& payload) {
  expect_short(payload);
  std::vector<std::string> used;
  for (std::uint32_t left = payload.u32(); left > 0; --left) {
    const std::uint8_t prefix = payload.u8();
    std::string name = payload.name(kMaxMetadata);
    if (prefix == '+' || prefix == '=') {  // "=" was written by older linkers: used, and required of all objects
      used.push_back(std::move(name));
    } else if (prefix != '-') {
      payload.fail("an unknown prefix of a feature: " + std::to_string(prefix));
    }
  }
  payload.expect_end();
  return used;
}

// tool-conventions BuildId.md
std::string read_build_id(PayloadCursor& payload) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  expect_short(payload);
  std::string hex;
  for (const char c : payload.bytes(payload.u32())) {
    const auto byte = static_cast<unsigned char>(c);
    hex += kHex[byte >> 4U];
    hex += kHex[byte & 0xfU];
  }
  payload.expect_end();
  return hex;
}

}  // namespace

void read_metadata(WasmKind kind, std::string_view name, PayloadCursor& payload, WasmMetadata& metadata) {
  const auto* text = std::ranges::find(kTextSections, name, &TextSection::name);
  if (text != kTextSections.end()) {
    expect_short(payload);
    metadata.*text->field = payload.text(payload.remaining());
  } else if (name == (kind == WasmKind::core_module ? "name" : "component-name")) {
    if (std::optional<std::string> own = read_own_name(payload)) {
      metadata.name = std::move(own);
    }
  } else if (name == "producers") {
    metadata.producers = read_producers(payload);
  } else if (name == "target_features") {
    metadata.target_features = read_target_features(payload);
  } else if (name == "build_id") {
    metadata.build_id = read_build_id(payload);
  } else if (name.starts_with(".debug_")) {
    metadata.debug_size += payload.remaining();
  } else if (name.starts_with("component-type")) {  // "component-type", "component-type:world": wit-component reads all
    metadata.componentizable = kind == WasmKind::core_module;
  }
}

}  // namespace wasm_oci
