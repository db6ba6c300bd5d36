// The tags of a repository, page by page.
#pragma once

#include "registry/registry_client.hpp"

#include <string>
#include <vector>

namespace wasm_oci {

// In the registry's order. Throws NotFoundError for a repository that does not exist, and ContentError for pages that
// are no lists of tags, lead to another origin (T-06) or never end (T-07).
std::vector<std::string> list_tags(RegistryClient& client, const std::string& repository);

// The target of the link with rel="next" among the values of Link headers (RFC 8288); empty where there is none.
std::string next_link(const std::vector<std::string>& headers);

}  // namespace wasm_oci
