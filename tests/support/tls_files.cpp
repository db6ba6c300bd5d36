#include "tests/support/tls_files.hpp"

#include "tests/support/process.hpp"

#include <string>
#include <vector>

namespace wasm_oci::testing {
namespace {

// `openssl req -x509` with a new P-256 key; `more` says who signs and what for.
void make_certificate(const std::filesystem::path& key, const std::filesystem::path& certificate,
                      const std::string& name, const std::vector<std::string>& more) {
  std::vector<std::string> argv = {"openssl",
                                   "req",
                                   "-x509",
                                   "-newkey",
                                   "ec",
                                   "-pkeyopt",
                                   "ec_paramgen_curve:prime256v1",
                                   "-nodes",
                                   "-days",
                                   "2",
                                   "-subj",
                                   "/CN=" + name,
                                   "-keyout",
                                   key.string(),
                                   "-out",
                                   certificate.string()};
  argv.insert(argv.end(), more.begin(), more.end());
  run_or_throw(argv);
}

}  // namespace

TlsFiles make_tls_files(const std::filesystem::path& folder) {
  const auto ca_key = folder / "ca.key";
  TlsFiles files{folder / "ca.crt", folder / "server.crt", folder / "server.key"};
  make_certificate(ca_key, files.ca, "wasm-oci test CA", {});
  make_certificate(
      files.key, files.certificate, "localhost",
      {"-CA", files.ca.string(), "-CAkey", ca_key.string(), "-addext",
       "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1", "-addext", "basicConstraints=critical,CA:FALSE"});
  return files;
}

TlsFiles make_self_signed(const std::filesystem::path& folder) {
  TlsFiles files{folder / "signer.crt", folder / "signer.crt", folder / "signer.key"};
  make_certificate(files.key, files.certificate, "wasm-oci test token server", {});
  return files;
}

}  // namespace wasm_oci::testing
