// Sends a blob the way that every registry understands: POST opens an upload, one PUT with all bytes closes it
// (distribution-spec, "POST then PUT").
#pragma once

#include "oci/descriptor.hpp"
#include "registry/registry_client.hpp"

#include <optional>
#include <string>

namespace wasm_oci {

// Whether the repository has the blob. Refusals count as no: some may push and not pull, and an upload tells more.
bool has_blob(RegistryClient& client, const std::string& repository, const Descriptor& blob);

// An upload that is open.
struct UploadSession {
  Url location;
};

// Sends `source` into `session`, or into a new one; rewinds and begins anew where that is worth it. An upload that
// stays open is cancelled, as far as the registry lets us.
void upload_blob(RegistryClient& client, const std::string& repository, const Descriptor& blob, Source& source,
                 std::optional<UploadSession> session = std::nullopt);

struct MountResult {
  bool mounted = false;
  std::optional<UploadSession> session = std::nullopt;  // what some registries open where they do not mount
};

// Asks the registry to take the blob over from another of its repositories. Never fails: what cannot be mounted is
// uploaded.
MountResult mount_blob(RegistryClient& client, const std::string& repository, const std::string& from,
                       const Descriptor& blob);

// Ends an upload that is not wanted any more; whether it works, nobody waits to know.
void cancel_upload(RegistryClient& client, const std::string& repository, const UploadSession& session) noexcept;

}  // namespace wasm_oci
