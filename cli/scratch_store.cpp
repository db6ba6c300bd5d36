#include "cli/scratch_store.hpp"

#include "oci/error.hpp"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

namespace wasm_oci::cli {

ScratchStore::ScratchStore(const Context& context) {
  const std::string folder = context.environment("TMPDIR").value_or("");
  std::string name = (folder.empty() ? "/tmp" : folder) + "/wasm-oci-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) {
    throw_errno(errno, "cannot make a temporary folder " + name);
  }
  path_ = name;
  store_ = LayoutStore::open_for_writing(path_ / "layout", context.stop);
}

ScratchStore::~ScratchStore() {
  store_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace wasm_oci::cli
