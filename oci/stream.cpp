#include "oci/stream.hpp"

#include "oci/error.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

namespace wasm_oci {

std::size_t StringSource::read(std::span<std::byte> into) {
  const std::size_t count = std::min(into.size(), text_.size() - position_);
  if (count > 0) {
    std::memcpy(into.data(), text_.data() + position_, count);
  }
  position_ += count;
  return count;
}

void StringSink::write(ByteView bytes) {
  if (bytes.size() > limit_ - text_.size()) {
    throw ContentError("content is larger than the limit of " + std::to_string(limit_) + " bytes");
  }
  text_.append(as_text(bytes));
}

std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};  // NOLINT(*-reinterpret-cast)
}

std::string read_all(Source& source, std::size_t limit) {
  StringSink sink(limit);
  copy(source, sink);
  return sink.take();
}

std::uint64_t copy(Source& source, Sink& sink) {
  std::vector<std::byte> buffer(kChunkSize);
  std::uint64_t total = 0;
  while (const std::size_t count = source.read(buffer)) {
    sink.write(std::span(buffer).first(count));
    total += count;
  }
  return total;
}

}  // namespace wasm_oci
