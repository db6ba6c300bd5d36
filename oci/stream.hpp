// Bytes on the move. A Source is pulled from, a Sink is pushed to; everything that carries content speaks one of them.
//
// A Source can be rewound, since an upload that failed is sent again from its first byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace wasm_oci {

using ByteView = std::span<const std::byte>;

// The buffer size for moving content: large enough that calls do not count, small enough for a core's cache.
inline constexpr std::size_t kChunkSize = std::size_t{256} * 1024;

class Source {
 public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;

  // Puts up to `into.size()` bytes (at least 1) into `into` and returns how many; 0 only at the end.
  virtual std::size_t read(std::span<std::byte> into) = 0;
  // Starts again at the first byte.
  virtual void rewind() = 0;
};

class Sink {
 public:
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  virtual ~Sink() = default;

  virtual void write(ByteView bytes) = 0;
};

// Reads from memory that it owns.
class StringSource final : public Source {
 public:
  explicit StringSource(std::string text) : text_(std::move(text)) {}
  std::size_t read(std::span<std::byte> into) override;
  void rewind() override { position_ = 0; }

 private:
  std::string text_;
  std::size_t position_ = 0;
};

// Collects in memory what is written. Throws ContentError past `limit` bytes.
class StringSink final : public Sink {
 public:
  explicit StringSink(std::size_t limit) : limit_(limit) {}
  void write(ByteView bytes) override;
  const std::string& text() const { return text_; }
  std::string take() { return std::move(text_); }

 private:
  std::size_t limit_;
  std::string text_;
};

inline ByteView as_bytes(std::string_view text) { return std::as_bytes(std::span(text)); }
std::string_view as_text(ByteView bytes);

// The rest of `source`. Throws ContentError where it holds more than `limit` bytes.
std::string read_all(Source& source, std::size_t limit);

// Moves the rest of `source` into `sink`; returns the number of bytes.
std::uint64_t copy(Source& source, Sink& sink);

}  // namespace wasm_oci
