#pragma once

#include <filesystem>

namespace wasm_oci::testing {

// PEM files, valid from now for two days.
struct TlsFiles {
  std::filesystem::path ca;           // what a client must trust
  std::filesystem::path certificate;  // the server's, for localhost, 127.0.0.1 and ::1, signed by the CA
  std::filesystem::path key;          // the server's
};

// Makes them in `folder` with the openssl program.
TlsFiles make_tls_files(const std::filesystem::path& folder);

// A key and a certificate that it signed itself: what a token server signs with and a registry trusts.
TlsFiles make_self_signed(const std::filesystem::path& folder);

}  // namespace wasm_oci::testing
