// The tags of a repository, page by page.
#pragma once

#include "registry/registry_client.hpp"

#include <string>
#include <vector>

namespace wasm_oci {

// In the registry's order. Throws NotFoundError for a repository that does not exist, and ContentError for pages that
// are no lists of tags, lead to another origin (T-06) or never end (T-07).
std::vector<std::string> list_tags(RegistryClient& client, const std::string& repository);

}  // namespace wasm_oci
