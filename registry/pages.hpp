// Lists that a registry gives page by page (distribution-spec, "Content Discovery").
#pragma once

#include "registry/registry_client.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace wasm_oci {

struct PageLimits {
  std::size_t page_bytes;
  std::size_t pages;
};

// Gives `read` the text of each page. Returns the refusal where the registry has no first page, so that a caller may
// know another way. Throws ContentError for pages that are too large, lead to another origin (T-06) or never end
// (T-07).
std::optional<ErrorResponse> read_pages(RegistryClient& client, RegistryRequest request, const PageLimits& limits,
                                        const std::function<void(const std::string& page)>& read);

// The target of the link with rel="next" among the values of Link headers (RFC 8288); empty where there is none.
std::string next_link(const std::vector<std::string>& headers);

}  // namespace wasm_oci
