#include "oci/libarchive.hpp"

#include "oci/shared_library.hpp"

namespace wasm_oci {
namespace {

Libarchive load() {
  const SharedLibrary library(WASM_OCI_LIBARCHIVE_FILE);
  Libarchive archive{};
#define WASM_OCI_FIND(name) library.find("archive_" #name, archive.name);
  WASM_OCI_LIBARCHIVE(WASM_OCI_FIND)
#undef WASM_OCI_FIND
  return archive;
}

}  // namespace

const Libarchive& libarchive() {
  static const Libarchive archive = load();
  return archive;
}

}  // namespace wasm_oci
