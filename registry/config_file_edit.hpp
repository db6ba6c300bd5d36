// Changes of one host's entry in docker's config.json or podman's auth.json. Everything else in the file stays as it
// is, byte for byte. The new text replaces the file at once, in the place that a symbolic link leads to, with the old
// file's permissions (a new one: 0600, its folder 0700), under a lock of its folder, so that of several logins at once
// none is lost (T-29).
#pragma once

#include "registry/credential.hpp"

#include <stop_token>
#include <string>
#include <string_view>

namespace wasm_oci {

// Both throw FailureError, and change nothing, where the file cannot be read, is no JSON object, or has a key twice.

// The entries for the whole host in other spellings go: a client that looks at one of them first would find old
// credentials there.
void put_entry(const std::string& path, std::string_view host, const Credential& credential,
               const std::stop_token& stop);
// False where nothing is there for the whole host. Entries of repositories stay.
bool remove_entries(const std::string& path, std::string_view host, const std::stop_token& stop);

}  // namespace wasm_oci
