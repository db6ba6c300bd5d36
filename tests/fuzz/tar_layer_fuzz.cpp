// A layer as a registry might send it. The first byte chooses the compression, the rest is the blob.
//
// Holds for whatever is read to its end: paths stay inside and are spelled in one way, sizes are what is handed out,
// the bounds are kept, and how the blob is cut into reads changes nothing.
#include "oci/digest.hpp"
#include "oci/error.hpp"
#include "oci/layer/layer_reader.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace wasm_oci;

constexpr LayerLimits kLimits = {.expansion = {.max_size = 1U << 20U}, .max_entries = 100};

void require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

class ChunkedSource final : public Source {
 public:
  ChunkedSource(std::string_view text, std::size_t chunk) : text_(text), chunk_(chunk) {}
  std::size_t read(std::span<std::byte> into) override {
    const std::size_t count = std::min({into.size(), chunk_, text_.size() - position_});
    std::memcpy(into.data(), text_.data() + position_, count);
    position_ += count;
    return count;
  }
  void rewind() override { position_ = 0; }
  bool ended() const { return position_ == text_.size(); }

 private:
  std::string_view text_;
  std::size_t chunk_;
  std::size_t position_ = 0;
};

void check_path(const LayerEntry& entry) {
  const std::string& path = entry.path;
  require(!path.empty() || entry.type == LayerEntryType::folder);
  const std::string framed = "/" + path + "/";
  for (const char* const bad : {"/../", "/./"}) {
    require(!framed.contains(bad));
  }
  require(path.empty() || !framed.contains("//"));
}

// All that is in the layer; nullopt where it is refused.
std::optional<std::string> read_layer(std::string_view blob, Compression compression, std::size_t chunk) {
  ChunkedSource in(blob, chunk);
  std::string result;
  try {
    LayerReader reader(in, compression, kLimits, DigestAlgorithm::sha256);
    std::uint64_t count = 0;
    std::vector<std::byte> buffer(10'000);
    while (const auto entry = reader.next()) {
      check_path(*entry);
      require(++count <= kLimits.max_entries);
      result += entry->path + '\0' + std::to_string(static_cast<int>(entry->type)) + entry->link_target + '\0';
      std::uint64_t size = 0;
      while (const std::size_t part = reader.read(buffer)) {
        size += part;
        result += as_text(ByteView(buffer).first(part));
      }
      require(size == entry->size);
    }
    require(in.ended());
    result += reader.diff_id().str();
  } catch (const ContentError&) {
    return std::nullopt;
  }
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) {
    return 0;
  }
  constexpr std::array kCompressions = {Compression::none, Compression::gzip, Compression::zstd};
  const Compression compression = kCompressions[data[0] % kCompressions.size()];
  const std::string blob(data + 1, data + size);
  const auto whole = read_layer(blob, compression, kChunkSize);
  require(whole == read_layer(blob, compression, 97));
  return 0;
}
