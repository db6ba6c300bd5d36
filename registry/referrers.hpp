// What refers to a manifest of a repository: by the registry's own list (distribution-spec, "Listing Referrers"), and
// by the index that clients keep under a tag where a registry has no such list ("Referrers Tag Schema").
#pragma once

#include "oci/descriptor.hpp"
#include "registry/registry_client.hpp"
#include "registry/scope.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {

// In the registry's order, each once; nullopt where it has no such lists. Throws ContentError for what is no list,
// leads to another origin (T-06), never ends (T-07) or exceeds the bounds of Store::referrers().
std::optional<std::vector<Descriptor>> list_referrers(RegistryClient& client, const std::string& repository,
                                                      const Digest& subject, const std::vector<Scope>& scopes);

// "sha256-HEX"
std::string referrers_tag(const Digest& subject);

// What a document under a referrers tag lists, each once. Throws ContentError for what is no index of that type (T-33).
std::vector<Descriptor> parse_referrers(std::string_view index, std::string_view media_type);

// The text of the index with `referrer` behind all others, unless it is listed.
std::string add_referrer(std::string_view index, const Descriptor& referrer);

}  // namespace wasm_oci
