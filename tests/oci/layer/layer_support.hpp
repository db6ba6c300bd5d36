// What the tests of layers share.
#pragma once

#include "oci/layer/layer_writer.hpp"

#include <cstdint>
#include <map>
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

// Counts what it is given and forgets it.
class CountingSink final : public Sink {
 public:
  void write(ByteView bytes) override { size_ += bytes.size(); }
  std::uint64_t size() const { return size_; }

 private:
  std::uint64_t size_ = 0;
};

enum class Keep { nothing, content };

// Takes blobs; hands out those that it keeps.
class BlobStore final : public LocalStore {
 public:
  explicit BlobStore(Keep keep = Keep::content) : keep_(keep) {}

  std::unique_ptr<Ingest> ingest() override;
  std::optional<Descriptor> resolve(const std::string& name) override;
  bool contains(const Descriptor& descriptor, NodeKind kind) override;
  void put(const Descriptor& descriptor, NodeKind kind, VerifiedSource& source) override;
  void put_root(const Descriptor& root, std::string_view bytes, std::span<const RootName> names) override;

  std::size_t count() const { return blobs_.size(); }
  const std::string& blob(const Digest& digest) const { return blobs_.at(digest); }

 protected:
  std::unique_ptr<Source> open_unverified(const Descriptor& descriptor, NodeKind kind) override;

 private:
  class BlobIngest;

  Keep keep_;
  std::map<Digest, std::string> blobs_;
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

// The standard output of a shell command that must succeed.
std::string output_of(const std::string& command);

}  // namespace wasm_oci::testing
