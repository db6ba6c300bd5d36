#include "cli/spool.hpp"

#include "oci/file.hpp"

#include <string>

namespace wasm_oci::cli {
namespace {

const std::string kShown = "a temporary file";

}  // namespace

void Spool::write(ByteView bytes) {
  text_ += as_text(bytes);
  if (text_.size() <= most_in_memory_) {
    return;
  }
  if (!file_) {
    file_ = make_unlinked_file();
  }
  write_all(file_.get(), as_bytes(text_), kShown);
  size_in_file_ += text_.size();
  text_.clear();
}

void Spool::copy_to(Sink& sink) const {
  if (file_) {
    FileSource source(file_.get(), kShown, 0, size_in_file_);
    copy(source, sink);
  }
  sink.write(as_bytes(text_));
}

}  // namespace wasm_oci::cli
