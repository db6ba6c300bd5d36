#include "registry/version.hpp"

#include "registry/libcurl.hpp"

namespace wasm_oci {

std::string http_library_version() {
  const curl_version_info_data* info = libcurl().version_info(CURLVERSION_NOW);
  const std::string version = info->version;
  return info->ssl_version == nullptr ? version : version + " (" + info->ssl_version + ")";
}

}  // namespace wasm_oci
