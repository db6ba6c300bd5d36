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

struct Explanation {
  const Client* client;
  Platform wanted;
  Choice choice;
  std::string reason;  // why what is taken is taken; where nothing is, what the client says
  Outlook outlook;     // without a command where nothing is taken
};

struct ExplainRequest {
  std::string name;                        // of the image, as one types it
  std::string repository;                  // the same without tag and digest
  std::span<const Platform> platforms;     // that users want
  std::span<const Client* const> clients;  // in the order in which they are explained
};

// Tells of each client for each platform, a platform at a time. What is broken or absent below the root is told as what
// the client meets, and never thrown; but ContentError for a root that cannot be read.
void explain(Store& store, const Descriptor& root, const ExplainRequest& request,
             const std::function<void(const Explanation&)>& tell);

}  // namespace wasm_oci
