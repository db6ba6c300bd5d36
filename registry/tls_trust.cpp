#include "registry/tls_trust.hpp"

#include "oci/error.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace wasm_oci {
namespace {

// Folders that OpenSSL can look certificates up in hold links named by the hash of the subject: 8 hex digits, a dot and
// a number. A folder without them is only a folder.
bool is_hashed_folder(const std::string& path) {
  std::error_code error;
  const std::filesystem::directory_iterator entries(path, error);
  if (error) {
    return false;
  }
  return std::ranges::any_of(entries, [](const std::filesystem::directory_entry& entry) {
    const std::string name = entry.path().filename().string();
    return name.size() == 10 && name.ends_with(".0") && name.find_first_not_of("0123456789abcdef") == name.size() - 2;
  });
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing here changes the environment
  return value == nullptr ? "" : value;
}

std::string read_pem(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file) {
    throw_errno(errno != 0 ? errno : EIO, "cannot read " + path);
  }
  return text;
}

void require_readable(const std::string& path) {
  if (!path.empty()) {
    read_pem(path);
  }
}

}  // namespace

TrustRoots TrustRoots::system() {
  const curl_version_info_data* info = libcurl().version_info(CURLVERSION_NOW);
  const std::string folder = info->capath == nullptr ? "/etc/ssl/certs" : info->capath;
  const std::string bundle = info->cainfo == nullptr ? "" : info->cainfo;
  TrustRoots chosen{.file = environment("SSL_CERT_FILE"), .dir = environment("SSL_CERT_DIR")};
  // Many shells export the system's own bundle: that changes no root, so it need not cost the time of parsing it.
  const bool is_the_system =
      (chosen.file.empty() || chosen.file == bundle) && (chosen.dir.empty() || chosen.dir == folder);
  if (!is_the_system) {
    return chosen;
  }
  if (is_hashed_folder(folder)) {
    return {.file = "", .dir = folder};
  }
  return {.file = bundle, .dir = ""};
}

void apply_tls(CurlHandle& handle, const TrustRoots& roots, const TlsOptions& options) {
  handle.set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
  handle.set(CURLOPT_CAPATH, roots.dir.empty() ? nullptr : roots.dir.c_str());
  handle.set(CURLOPT_CAINFO, static_cast<const char*>(nullptr));
  if (!options.ca_file.empty() && !roots.file.empty()) {
    // libcurl takes one file: two of them go in as one text.
    std::string both = read_pem(roots.file) + "\n" + read_pem(options.ca_file);
    curl_blob blob{.data = both.data(), .len = both.size(), .flags = CURL_BLOB_COPY};
    handle.set_pointer(CURLOPT_CAINFO_BLOB, &blob);
  } else if (!options.ca_file.empty() || !roots.file.empty()) {
    require_readable(options.ca_file);
    handle.set(CURLOPT_CAINFO, options.ca_file.empty() ? roots.file : options.ca_file);
  }
  if (!options.cert_file.empty()) {
    require_readable(options.cert_file);
    handle.set(CURLOPT_SSLCERT, options.cert_file);
  }
  if (!options.key_file.empty()) {
    require_readable(options.key_file);
    handle.set(CURLOPT_SSLKEY, options.key_file);
  }
}

}  // namespace wasm_oci
