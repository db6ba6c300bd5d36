// What the tests of layers share.
#pragma once

#include "oci/layer/layer_writer.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wasm_oci::testing {

// `size` bytes that compress to about a third, the same everywhere.
std::string compressible(std::size_t size);

// Hands out its text in pieces of `chunk` bytes.
class ChunkedSource final : public Source {
 public:
  ChunkedSource(std::string text, std::size_t chunk) : text_(std::move(text)), chunk_(chunk) {}
  std::size_t read(std::span<std::byte> into) override;
  void rewind() override { position_ = 0; }

 private:
  std::string text_;
  std::size_t chunk_;
  std::size_t position_ = 0;
};

LayerFile file_of(std::string path, std::string content, unsigned mode = kExecutableMode);
LayerFile folder_of(std::string path);

// A LayerFile cannot be copied, so no initializer list makes a vector of it.
template <class... Files>
std::vector<LayerFile> files_of(Files... files) {
  std::vector<LayerFile> result;
  (result.push_back(std::move(files)), ...);
  return result;
}

}  // namespace wasm_oci::testing
