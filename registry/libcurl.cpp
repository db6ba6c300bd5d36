#include "registry/libcurl.hpp"

#include "oci/shared_library.hpp"

namespace wasm_oci {
namespace {

Libcurl load() {
  const SharedLibrary library(WASM_OCI_LIBCURL_FILE);
  Libcurl curl{};
#define WASM_OCI_FIND(name) library.find("curl_" #name, curl.name);
  WASM_OCI_LIBCURL(WASM_OCI_FIND)
#undef WASM_OCI_FIND
  return curl;
}

}  // namespace

const Libcurl& libcurl() {
  static const Libcurl curl = load();
  return curl;
}

}  // namespace wasm_oci
