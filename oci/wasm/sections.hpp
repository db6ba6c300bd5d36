// The outer shape of a WebAssembly binary (core specification 5.5, component model Binary.md): a header of eight bytes,
// then sections, each an id, a size and a payload. Modules and components share it.
//
// Payloads are never read here: walking a module of any size takes a few small reads.
#pragma once

#include "oci/random_access.hpp"
#include "oci/stream.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace wasm_oci {

enum class WasmKind { core_module, component };

struct WasmHeader {
  WasmKind kind = WasmKind::core_module;
  // 1 for modules and 13 for components today. Others are no error: the version of components will change.
  std::uint16_t version = 0;

  bool operator==(const WasmHeader&) const = default;
};

inline constexpr std::uint16_t kCoreModuleVersion = 1;
inline constexpr std::uint16_t kComponentVersion = 13;

inline constexpr std::size_t kWasmHeaderSize = 8;

// The header that these bytes begin with; nullopt where they are not the beginning of a Wasm binary.
std::optional<WasmHeader> match_wasm_header(ByteView bytes);

// Throws ContentError where `bytes` are no Wasm binary; it says what they are instead, and the hint what to do.
WasmHeader read_wasm_header(const RandomAccess& bytes);

struct WasmSection {
  std::uint8_t id;
  std::uint64_t offset;  // of the payload
  std::uint32_t size;    // of the payload; it lies within the file

  bool operator==(const WasmSection&) const = default;
};

// The sections in their order. What it reads must outlive it.
class WasmSectionReader {
 public:
  // Reads the header, as read_wasm_header.
  explicit WasmSectionReader(const RandomAccess& bytes);

  const WasmHeader& header() const { return header_; }
  // nullopt behind the last. Throws ContentError for an id that the kind does not know, a size that is no u32, a
  // section that ends behind the file, and more than kMaxSections.
  std::optional<WasmSection> next();

  // Far above what tools write; each section costs a read.
  static constexpr std::uint32_t kMaxSections = 1'000'000;

 private:
  const RandomAccess* bytes_;
  WasmHeader header_;
  std::uint64_t position_;
  std::uint32_t count_ = 0;
};

}  // namespace wasm_oci
