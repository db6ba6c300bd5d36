// An archive as anybody may hand it over, read as both kinds.
//
// Holds for whatever is accepted: every entry is found under its digest, what is handed out has that digest and size,
// and no content lies outside the file.
#include "oci/error.hpp"
#include "oci/file.hpp"
#include "oci/store/archive_store.hpp"
#include "tests/fuzz/require.hpp"

#include <unistd.h>

#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace wasm_oci;

void check_archive(std::string_view bytes, ArchiveFormat format) {
  try {
    UniqueFd file = make_unlinked_file();
    write_all(file.get(), as_bytes(bytes), "archive");
    // A regular file is read where it lies from its first byte on; what is compressed is unpacked.
    if (::lseek(file.get(), 0, SEEK_SET) != 0) {
      return;
    }
    ArchiveReader reader(std::move(file), "archive", format);
    for (const Descriptor& entry : reader.entries()) {
      const std::optional<Descriptor> found = reader.resolve(entry.digest.str());
      require(found && found->digest == entry.digest, "an entry is found under its digest");
      try {
        const std::string content = reader.load(entry, NodeKind::manifest);
        require(content.size() == entry.size, "content has the size of its descriptor");
        require(digest_of(content, entry.digest.algorithm()) == entry.digest, "content has its digest");
        for (const Edge& edge : required_children(entry, content)) {
          const std::string child = reader.load(edge.target, edge.kind);
          require(digest_of(child, edge.target.digest.algorithm()) == edge.target.digest, "a child has its digest");
        }
      } catch (const NotFoundError&) {
        require(!reader.digests_are_new(), "what was made here is complete");
      }
    }
  } catch (const ContentError&) {
    return;  // refused, as nearly everything is
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(data, data + size);
  check_archive(bytes, ArchiveFormat::oci);
  check_archive(bytes, ArchiveFormat::docker);
  return 0;
}
