// Files and folders on disk to entries of a layer: `--add SRC[:DST]`.
#pragma once

#include "oci/layer/layer_writer.hpp"

#include <string_view>
#include <vector>

namespace wasm_oci {

struct AddedPath {
  std::string source;       // on disk
  std::string destination;  // in the image, as LayerFile::path; empty: the root folder
};

// SRC and DST are parted at the last colon that a slash follows, since DST is absolute: SRC may hold colons of its own.
// Without DST it is "/BASENAME of SRC", and a DST that ends in a slash is the folder to put it into, under that name.
// Of a SRC that ends in "/." the folder's content is meant, as cp understands it, not the folder. Throws UsageError for
// an empty SRC, a ".." or a zero byte in DST, or a SRC without a name of its own where one is needed.
AddedPath parse_add(std::string_view text);

// The file, or the folder with all that is below it. Links and special files are refused and never followed; more than
// 100,000 entries or 64 levels are refused as well. Files are 0755 where any of their x bits is set, else 0644.
// A file is opened when its content is first read; one that was replaced by then is a ContentError.
// Throws NotFoundError where there is nothing, UsageError for what is refused, FailureError for what cannot be read.
std::vector<LayerFile> collect_files(const AddedPath& added);

}  // namespace wasm_oci
