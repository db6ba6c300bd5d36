#include "oci/layer/layer_writer.hpp"

#include "oci/error.hpp"
#include "oci/tar_writer.hpp"

#include <map>

namespace wasm_oci {
namespace {

// By path: the order in the layer.
using Entries = std::map<std::string, LayerFile>;

void add(Entries& entries, LayerFile entry) {
  const bool folder = !entry.content;
  const auto [found, added] = entries.try_emplace(entry.path, std::move(entry));
  const bool folder_before = !found->second.content;
  if (added || (folder && folder_before)) {
    return;
  }
  const std::string path = "'/" + found->first + "'";
  throw UsageError(
      folder || folder_before ? path + " cannot be a file and a folder in one layer" : path + " is added twice",
      "give one of them another path in the image");
}

Entries arrange(std::vector<LayerFile> files) {
  Entries entries;
  for (LayerFile& file : files) {
    for (std::size_t slash = file.path.find('/'); slash != std::string::npos; slash = file.path.find('/', slash + 1)) {
      add(entries, {.path = file.path.substr(0, slash), .mode = kFolderMode, .size = 0, .content = nullptr});
    }
    add(entries, std::move(file));
  }
  return entries;
}

// Promises the archive exactly the announced number of bytes, and looks at the stop token with each chunk.
class SteadySource final : public Source {
 public:
  SteadySource(const LayerFile& file, const std::stop_token& stop) : file_(file), stop_(stop) {}

  std::size_t read(std::span<std::byte> into) override {
    if (stop_.stop_requested()) {
      throw CancelledError("stopped");
    }
    const std::size_t count = file_.content->read(into);
    position_ += count;
    if (position_ > file_.size || (count == 0 && position_ < file_.size)) {
      throw ContentError("'/" + file_.path + "' changed while it was read",
                         "try again when nothing writes to the file any more");
    }
    return count;
  }
  void rewind() override {
    file_.content->rewind();
    position_ = 0;
  }

 private:
  const LayerFile& file_;
  const std::stop_token& stop_;
  std::uint64_t position_ = 0;
};

class HashingSink final : public Sink {
 public:
  HashingSink(Hasher& hasher, Sink& out) : hasher_(hasher), out_(out) {}
  void write(ByteView bytes) override {
    hasher_.update(bytes);
    out_.write(bytes);
  }

 private:
  Hasher& hasher_;
  Sink& out_;
};

void write_tar(Entries entries, const LayerOptions& options, Sink& sink) {
  TarWriter tar(sink);
  for (auto& [path, file] : entries) {
    if (!file.content) {
      tar.add_directory(path + "/", file.mode, options.mtime);
      continue;
    }
    SteadySource content(file, options.stop);
    tar.add_file(path, file.mode, options.mtime, content, file.size);
    file.content.reset();
  }
  tar.finish();
}

}  // namespace

Layer write_layer(LocalStore& store, std::vector<LayerFile> files, const LayerOptions& options) {
  Entries entries = arrange(std::move(files));
  const std::unique_ptr<Ingest> blob = store.ingest();
  const std::unique_ptr<CompressingSink> compressed = make_compressor(options.compression, options.level, *blob);
  const std::string_view type = media_type::layer_type(options.compression);
  if (options.compression == Compression::none) {
    write_tar(std::move(entries), options, *compressed);
    compressed->finish();
    const Descriptor descriptor = blob->commit(type);
    return {descriptor, descriptor.digest};
  }
  Hasher tar_hasher;
  HashingSink hashed(tar_hasher, *compressed);
  write_tar(std::move(entries), options, hashed);
  compressed->finish();
  return {blob->commit(type), tar_hasher.finish()};
}

}  // namespace wasm_oci
