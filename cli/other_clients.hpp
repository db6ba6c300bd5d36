// How the clients that are installed are asked which image they take: each by its own means and with its own
// credentials, and where it has to fetch for that, in a place of its own that is gone afterwards.
#pragma once

#include "cli/context.hpp"
#include "oci/platform.hpp"

#include <span>
#include <string>
#include <string_view>

namespace wasm_oci::cli {

// An installed client that can be asked.
struct OtherClient {
  const Context& context;
  std::string path;     // of the program
  std::string version;  // as it says, at most 60 characters; not escaped
  std::string client;   // whose rules it follows, as --for names them; empty: it was not looked at
};

struct ClientQuestion {
  std::string image;  // "HOST/PATH@DIGEST", or of a layout "oci:DIR:NAME"
  bool is_layout = false;
  bool plain_http = false;  // the registry was spoken to without TLS
  Platform platform;
};

struct ClientAnswer {
  // Holds the digest of the manifest that it took, or of its config, perhaps among others that are no manifests of the
  // index; empty where it took nothing.
  std::string named;
  std::string said;  // on standard error where it failed, one line; not escaped
};

struct AskableClient {
  std::string_view program;  // in --check-with and PATH
  std::string_view client;   // in --for, as far as that is known before it is looked at
  bool reads_layouts = false;
  std::span<const std::string_view> refusals;  // what it says where it takes nothing, not because it failed
  // Fills in the version, and the client where it depends on that. Throws FailureError, in the program's words, where
  // it cannot be asked.
  void (*look)(OtherClient& client) = nullptr;
  // Throws FailureError where it does not end in time or says too much.
  ClientAnswer (*ask)(const OtherClient& client, const ClientQuestion& question) = nullptr;
};

// docker, podman, skopeo, ctr.
std::span<const AskableClient> askable_clients();

}  // namespace wasm_oci::cli
