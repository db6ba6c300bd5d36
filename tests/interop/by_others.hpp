// Images and indexes that programs of others made, as archives: packagers/make_by_others.sh makes them,
// testdata/by-others keeps them.
#pragma once

#include "tests/support/wasm_oci.hpp"

#include <filesystem>
#include <map>
#include <set>
#include <string>

namespace wasm_oci::testing {

// The rules that `validate` tells of each, by the name of the file. Each was looked at: nothing here is an error, and
// all of it is so. A mode of 0644 is what a file has that is no program (CFG009), and nobody has an entry for
// wasip1/wasm beside that for wasi/wasm (IDX011).
inline const std::map<std::string, std::set<std::string>>& made_by_others() {
  static const std::map<std::string, std::set<std::string>> all = {
      {"buildah.tar", {"CFG009", "IDX011"}},
      {"crane-index.tar", {"CFG009", "IDX011"}},
      {"crane-mutate.tar", {"CFG009"}},
      {"docker-save.tar", {}},
      {"docker.tar", {}},
      {"ko.tar", {"CFG022"}},  // its paths are absolute
      {"oras-artifact.tar", {}},
      {"oras-index.tar", {"CFG009", "IDX011"}},
      {"podman.tar", {"CFG009"}},
      {"skopeo-docker.tar", {"CFG009", "IDX011"}},
      {"skopeo-zstd.tar", {"CFG009"}},
  };
  return all;
}

// Validates the archives of a folder, with all that is in them; fails where something else is told.
void expect_no_false_alarm(const WasmOci& user, const std::filesystem::path& folder);

}  // namespace wasm_oci::testing
