#include "tests/oci/layer/layer_support.hpp"

#include <algorithm>
#include <cstring>

namespace wasm_oci::testing {

std::string compressible(std::size_t size) {
  std::string result;
  result.reserve(size + 16);
  std::uint64_t state = 1;
  while (result.size() < size) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    const std::uint64_t bits = state >> 33U;
    if (bits % 4 == 0 || result.size() < 4096) {
      result += static_cast<char>(bits >> 8U);
    } else {
      result.append(result, result.size() - 64 - (bits >> 8U) % 3968, 3 + bits % 13);
    }
  }
  result.resize(size);
  return result;
}

std::size_t ChunkedSource::read(std::span<std::byte> into) {
  const std::size_t count = std::min({into.size(), chunk_, text_.size() - position_});
  std::memcpy(into.data(), text_.data() + position_, count);
  position_ += count;
  return count;
}

LayerFile file_of(std::string path, std::string content, unsigned mode) {
  const std::size_t size = content.size();
  return {.path = std::move(path),
          .mode = mode,
          .size = size,
          .content = std::make_unique<StringSource>(std::move(content))};
}

LayerFile folder_of(std::string path) {
  return {.path = std::move(path), .mode = kFolderMode, .size = 0, .content = nullptr};
}

}  // namespace wasm_oci::testing
