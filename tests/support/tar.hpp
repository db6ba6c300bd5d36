// Tar archives as others write them, for tests of reading.
#pragma once

#include <string>
#include <vector>

namespace wasm_oci::testing {

struct TarMember {
  std::string path;
  std::string content = {};
  std::string link = {};  // a symbolic link to it, where not empty
};

// `format` is libarchive's name of it: "ustar", "pax", "gnutar"; `filter` "none", "gzip", "bzip2", "xz" or "zstd".
std::string make_tar(const std::vector<TarMember>& members, const std::string& format = "ustar",
                     const std::string& filter = "none");

}  // namespace wasm_oci::testing
