#include "oci/wasm/sections.hpp"

#include "oci/error.hpp"
#include "oci/wasm/leb128.hpp"
#include "oci/wasm/not_wasm.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {
namespace {

constexpr std::string_view kMagic("\0asm", 4);
constexpr std::size_t kVersionOffset = 4;
constexpr std::size_t kLayerOffset = 6;
// An id and the longest form of a u32.
constexpr std::size_t kMaxSectionHeader = 6;

constexpr std::string_view kCutOff = "the file was cut off: build or download it again";
constexpr std::string_view kDamaged = "the file is damaged: build or download it again";

[[noreturn]] void fail_not_wasm(const RandomAccess& bytes) {
  std::vector<std::byte> buffer(kNotWasmPrefix);
  const std::size_t count = bytes.read_at(0, buffer);
  NotWasm found = describe_not_wasm(as_text(std::span(buffer).first(count)), count == bytes.size());
  throw ContentError("not a Wasm binary but " + found.what, std::move(found.hint));
}

std::uint8_t last_section_id(WasmKind kind) { return kind == WasmKind::core_module ? 13 : 12; }

std::string_view name_of(WasmKind kind) { return kind == WasmKind::core_module ? "module" : "component"; }

std::uint16_t u16_at(ByteView bytes, std::size_t index) {
  return static_cast<std::uint16_t>(std::to_integer<unsigned>(bytes[index]) |
                                    (std::to_integer<unsigned>(bytes[index + 1]) << 8U));
}

[[noreturn]] void fail_section(std::uint32_t number, std::uint64_t offset, const std::string& why,
                               std::string_view hint) {
  throw ContentError(
      "broken Wasm binary: section " + std::to_string(number) + " at byte " + std::to_string(offset) + " " + why,
      std::string(hint));
}

}  // namespace

std::optional<WasmHeader> match_wasm_header(ByteView bytes) {
  if (bytes.size() < kWasmHeaderSize || !as_text(bytes).starts_with(kMagic)) {
    return std::nullopt;
  }
  // The version counts on; the layer is what tells modules and components apart.
  const std::uint16_t layer = u16_at(bytes, kLayerOffset);
  if (layer > 1) {
    return std::nullopt;
  }
  return WasmHeader{.kind = layer == 0 ? WasmKind::core_module : WasmKind::component,
                    .version = u16_at(bytes, kVersionOffset)};
}

WasmHeader read_wasm_header(const RandomAccess& bytes) {
  if (bytes.size() == 0) {
    throw ContentError("not a Wasm binary but empty", "the compiler or download that should have written it failed");
  }
  std::array<std::byte, kWasmHeaderSize> header{};
  const std::size_t count = bytes.read_at(0, header);
  if (count < kMagic.size() || !as_text(header).starts_with(kMagic)) {
    fail_not_wasm(bytes);
  }
  if (count < kWasmHeaderSize) {
    throw ContentError("truncated Wasm binary: " + std::to_string(count) + " of the header's 8 bytes",
                       std::string(kCutOff));
  }
  const std::optional<WasmHeader> found = match_wasm_header(header);
  if (!found) {
    throw ContentError("unknown kind of Wasm binary: layer " + std::to_string(u16_at(header, kLayerOffset)),
                       "0 is a module and 1 a component; " + std::string(kDamaged));
  }
  return *found;
}

WasmSectionReader::WasmSectionReader(const RandomAccess& bytes)
    : bytes_(&bytes), header_(read_wasm_header(bytes)), position_(kWasmHeaderSize) {}

std::optional<WasmSection> WasmSectionReader::next() {
  if (position_ == bytes_->size()) {
    return std::nullopt;
  }
  if (count_ == kMaxSections) {
    throw ContentError("broken Wasm binary: more than " + std::to_string(kMaxSections) + " sections",
                       std::string(kDamaged));
  }
  std::array<std::byte, kMaxSectionHeader> buffer{};
  const std::size_t count = bytes_->read_at(position_, buffer);
  if (count == 0) {
    throw ContentError("the file became shorter while it was read");
  }
  const auto id = std::to_integer<std::uint8_t>(buffer.front());
  if (id > last_section_id(header_.kind)) {
    fail_section(count_, position_,
                 "has the id " + std::to_string(id) + ", which no " + std::string(name_of(header_.kind)) + " has",
                 kDamaged);
  }
  const Leb128 size = read_leb128_u32(ByteView(buffer).subspan(1, count - 1));
  if (size.size == 0) {
    fail_section(count_, position_, "ends within its size", kCutOff);
  }
  if (!size.fits) {
    fail_section(count_, position_, "has a size that is no 32-bit number", kDamaged);
  }
  const std::uint64_t payload = position_ + 1 + size.size;
  if (const std::uint64_t rest = bytes_->size() - payload; size.value > rest) {
    fail_section(count_, position_,
                 "needs " + std::to_string(size.value) + " bytes, and " + std::to_string(rest) + " are there", kCutOff);
  }
  position_ = payload + size.value;
  ++count_;
  return WasmSection{.id = id, .offset = payload, .size = static_cast<std::uint32_t>(size.value)};
}

}  // namespace wasm_oci
