// What each client takes of an image, why, and what it does with it then.
#pragma once

#include "oci/clients/client.hpp"
#include "oci/descriptor.hpp"
#include "oci/platform.hpp"
#include "oci/store/store.hpp"

#include <functional>
#include <span>
#include <string>

namespace wasm_oci {

// A client as somebody asked for it.
struct AskedClient {
  const Client* client;
  std::string label;  // "docker", "containerd@1.6"

  bool operator==(const AskedClient&) const = default;
};

struct Explanation {
  AskedClient asked;       // also of an older version or for another action, which nobody named
  std::string title = {};  // its; of older versions those that are told of here: "containerd 2.0 to 2.2"
  Platform wanted;
  Choice choice;
  std::string reason;  // why what is taken is taken; where nothing is, what the client says
  Outlook outlook;
};

struct ExplainRequest {
  std::string name;                      // of the image, as one types it
  std::string repository;                // the same without tag and digest
  bool is_plain_http = false;            // its registry is spoken to without TLS
  std::string location = {};             // "oci:DIR:NAME", where those who read layouts find it so; else empty
  std::span<const Platform> platforms;   // that users want
  std::span<const AskedClient> clients;  // in the order in which they are explained
  bool older_versions = false;           // of the clients are told too
  bool is_document = false;              // the root stands alone: nothing that it leads to is there
};

// Tells of each client for each platform, a platform at a time: first of what it was asked for, then of its other
// actions, and of older versions, where they differ in what they choose, say or do. What is broken or absent below the
// root is told as what the client meets, and never thrown; but ContentError for a root that cannot be read.
void explain(Store& store, const Descriptor& root, const ExplainRequest& request,
             const std::function<void(const Explanation&)>& tell);

}  // namespace wasm_oci
