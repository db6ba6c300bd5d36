#include "tests/oci/layer/layer_support.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <stdexcept>

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

class BlobStore::BlobIngest final : public Ingest {
 public:
  explicit BlobIngest(BlobStore& store) : store_(store) {}

 protected:
  void store(ByteView bytes) override {
    if (store_.keep_ == Keep::content) {
      content_.append(as_text(bytes));
    }
  }
  void publish(const Descriptor& descriptor) override {
    store_.blobs_.insert_or_assign(descriptor.digest, std::move(content_));
  }

 private:
  BlobStore& store_;
  std::string content_;
};

std::unique_ptr<Ingest> BlobStore::ingest() { return std::make_unique<BlobIngest>(*this); }

std::optional<Descriptor> BlobStore::resolve(const std::string& /*name*/) { return std::nullopt; }

bool BlobStore::contains(const Descriptor& descriptor, NodeKind /*kind*/) { return blobs_.contains(descriptor.digest); }

void BlobStore::put(const Descriptor& descriptor, NodeKind /*kind*/, VerifiedSource& source) {
  blobs_.insert_or_assign(descriptor.digest, read_all(source, descriptor.size));
}

void BlobStore::put_root(const Descriptor& root, std::string_view bytes, std::span<const RootName> /*names*/) {
  blobs_.insert_or_assign(root.digest, std::string(bytes));
}

std::unique_ptr<Source> BlobStore::open_unverified(const Descriptor& descriptor, NodeKind /*kind*/) {
  return std::make_unique<StringSource>(blobs_.at(descriptor.digest));
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

std::string output_of(const std::string& command) {
  // NOLINTNEXTLINE(cert-env33-c): the commands are the tests' own
  FILE* pipe = popen(command.c_str(), "re");
  if (pipe == nullptr) {
    throw std::runtime_error("cannot run " + command);
  }
  std::string output;
  std::array<char, 4096> buffer{};
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    output.append(buffer.data(), count);
  }
  if (pclose(pipe) != 0) {
    throw std::runtime_error(command + " failed: " + output);
  }
  return output;
}

}  // namespace wasm_oci::testing
