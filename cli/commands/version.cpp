#include "registry/version.hpp"

#include "cli/commands/commands.hpp"
#include "cli/output.hpp"
#include "oci/libarchive.hpp"

#include <libdeflate.h>
#include <nlohmann/detail/abi_macros.hpp>
#include <openssl/crypto.h>
#include <zstd.h>

#include <array>
#include <string>
#include <string_view>

namespace wasm_oci::cli {

namespace {

struct Component {
  std::string_view name;
  std::string version;
};

std::string libarchive_version() {
  const int number = libarchive().version_number();  // 3006002 is 3.6.2
  return std::to_string(number / 1'000'000) + "." + std::to_string(number / 1000 % 1000) + "." +
         std::to_string(number % 1000);
}

// The versions that run, where a library can tell; libdeflate and libzstd are part of the binary and decide what
// compressed layers look like.
std::array<Component, 7> components() {
  return {{{"version", WASM_OCI_VERSION},
           {"libcurl", http_library_version()},
           {"OpenSSL", OpenSSL_version(OPENSSL_VERSION_STRING)},
           {"libarchive", libarchive_version()},
           {"libdeflate", LIBDEFLATE_VERSION_STRING},
           {"libzstd", ZSTD_versionString()},
           {"nlohmann_json", std::to_string(NLOHMANN_JSON_VERSION_MAJOR) + "." +
                                 std::to_string(NLOHMANN_JSON_VERSION_MINOR) + "." +
                                 std::to_string(NLOHMANN_JSON_VERSION_PATCH)}}};
}

ExitCode run(const Parsed& /*parsed*/, Context& context) {
  if (context.options.format == Format::json) {
    print_json(context, [&](JsonWriter& json) {
      json.begin_object();
      for (const auto& [name, version] : components()) {
        json.member(name, version);
      }
      json.end_object();
    });
    return ExitCode::ok;
  }
  for (const auto& [name, version] : components()) {
    if (name == "version") {
      print_line(context, "wasm-oci " + version);
    } else if (!context.options.quiet) {
      print_line(context, "  " + std::string(name) + " " + version);
    }
  }
  return ExitCode::ok;
}

constexpr std::array<Example, 2> kExamples = {
    {{"Which library made the bytes of a compressed layer", "wasm-oci version"},
     {"For programs", "wasm-oci version --format json"}}};

}  // namespace

constexpr Command kVersionCommand{.name = "version",
                                  .summary = "Show the versions of wasm-oci and its libraries",
                                  .details =
                                      "Layers that are compressed by the same version of libdeflate (gzip) or "
                                      "libzstd (zstd) are the same bytes everywhere.",
                                  .examples = kExamples,
                                  .run = run};

}  // namespace wasm_oci::cli
