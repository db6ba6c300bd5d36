// Reads the payload of one section forward. Its bytes come from outside: nothing is believed before it was checked
// against what is really there.
#pragma once

#include "oci/random_access.hpp"
#include "oci/wasm/sections.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace wasm_oci {

// What it reads must outlive it. Every function but peek() throws ContentError where the payload does not hold what is
// asked for, with the place in the file; the position is then undefined.
class PayloadCursor {
 public:
  PayloadCursor(const RandomAccess& bytes, const WasmSection& section);

  // The bytes up to the payload's end.
  std::uint64_t remaining() const { return end_ - position_; }

  // The next `count` bytes (at most kMaxWindow), fewer where the payload ends; valid until the next call. The position
  // stays.
  ByteView peek(std::size_t count);

  std::uint8_t u8();
  std::uint32_t u32();
  std::uint64_t u64();
  std::int64_t s33();
  // `size` bytes. Takes as much memory.
  std::string bytes(std::uint64_t size);
  // `size` bytes of UTF-8. Takes as much memory.
  std::string text(std::uint64_t size);
  // A length and so many bytes of UTF-8, at most `limit` (core specification 5.2.4).
  std::string name(std::uint64_t limit);
  void skip(std::uint64_t count);

  // Throws ContentError: "WHY at byte N", where N is how far the file was read.
  [[noreturn]] void fail(const std::string& why) const;
  // Fails unless the payload ends here.
  void expect_end() const;

  // How much of the payload is in memory at a time, at most. It begins with less: of many sections little is read.
  static constexpr std::size_t kMaxWindow = std::size_t{64} * 1024;

 private:
  void require(std::uint64_t count, const char* what) const;

  const RandomAccess* bytes_;
  std::uint64_t position_;
  std::uint64_t end_;
  std::vector<std::byte> window_;
  std::uint64_t window_begin_;  // where in the file
  std::size_t next_window_;
};

// The memory that all names of a binary may take together.
class NameBudget {
 public:
  static constexpr std::uint64_t kMaxNames = std::uint64_t{16} * 1024 * 1024;

  // As PayloadCursor::name; fails where the names would take more than kMaxNames bytes.
  std::string read(PayloadCursor& payload);
  // The same for another copy of a name.
  std::string copy(const std::string& name, const PayloadCursor& payload);

 private:
  std::uint64_t left_ = kMaxNames;
};

}  // namespace wasm_oci
