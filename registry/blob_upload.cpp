#include "registry/blob_upload.hpp"

#include "oci/error.hpp"
#include "oci/media_type.hpp"
#include "oci/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace wasm_oci {
namespace {

std::string blob_name(const RegistryClient& client, const std::string& repository, const Descriptor& blob) {
  return client.host() + "/" + repository + ": blob " + blob.digest.str();
}

std::vector<Scope> push_scope(const std::string& repository) {
  return {{.repository = repository, .pull = true, .push = true}};
}

UploadSession session_of(RegistryClient& client, const RegistryRequest& request, const HttpResponse& response) {
  auto location = client.location(response, request);
  if (!location) {
    throw ContentError(request.what + ": the registry names no place to upload to, or one that is not safe to use");
  }
  return {.location = std::move(*location)};
}

// The registry has lost the session, or never closed an earlier one: begin anew.
bool is_lost_session(const ErrorResponse& error) {
  return error.has_code("BLOB_UPLOAD_UNKNOWN") || error.has_code("BLOB_UPLOAD_INVALID") || error.status == 416 ||
         (error.status == 404 && error.items.empty());
}

bool ask_for_blob(RegistryClient& client, const std::string& repository, const Descriptor& blob) {
  try {
    const HttpResponse response = client.send_once({.method = "HEAD",
                                                    .path = "/v2/" + repository + "/blobs/" + blob.digest.str(),
                                                    .scopes = push_scope(repository),
                                                    .what = blob_name(client, repository, blob),
                                                    .redirects = Redirects::report});
    if (response.status == 302 || response.status == 303 || response.status == 307) {
      return true;  // to where the bytes are
    }
    const auto length = response.headers.get("Content-Length");
    return response.status == 200 && (!length || *length == std::to_string(blob.size));
  } catch (const AuthError&) {
    return false;
  }
}

class BlobUpload {
 public:
  BlobUpload(RegistryClient& client, const std::string& repository, const Descriptor& blob, Source& source)
      : client_(client),
        repository_(repository),
        blob_(blob),
        source_(source),
        what_(blob_name(client, repository, blob)) {}
  BlobUpload(const BlobUpload&) = delete;
  BlobUpload& operator=(const BlobUpload&) = delete;
  ~BlobUpload() {
    if (session_) {
      cancel_upload(client_, repository_, *session_);
    }
  }

  void use(std::optional<UploadSession> session) { session_ = std::move(session); }

  void attempt() {
    if (has_sent_) {
      // The answer to the last PUT was lost, perhaps not the blob.
      session_.reset();
      if (ask_for_blob(client_, repository_, blob_)) {
        return;
      }
      source_.rewind();
    }
    if (!session_) {
      session_ = open();
    }
    send(session_->location.with_query("digest", blob_.digest.str()));
  }

 private:
  UploadSession open() {
    const RegistryRequest request{.method = "POST",
                                  .path = "/v2/" + repository_ + "/blobs/uploads/",
                                  .scopes = push_scope(repository_),
                                  .what = what_};
    HttpResponse response = client_.send_once(request);
    if (response.status != 202) {
      throw_error(what_, read_error(response));
    }
    return session_of(client_, request, response);
  }

  void send(const Url& target) {
    has_sent_ = true;
    HttpResponse response = client_.send_once({.method = "PUT",
                                               .url = target,
                                               .headers = {{"Content-Type", std::string(media_type::kOctetStream)}},
                                               .body = &source_,
                                               .body_size = blob_.size,
                                               .scopes = push_scope(repository_),
                                               .what = what_});
    if (constexpr std::array kAccepted{200, 201, 202, 204};
        std::ranges::find(kAccepted, response.status) != kAccepted.end()) {
      session_.reset();
      const auto stored = response.headers.get("Docker-Content-Digest");
      if (stored && *stored != blob_.digest.str()) {
        throw ContentError(what_ + ": the registry has stored it as " + excerpt(response.shown(*stored)));
      }
      return;
    }
    const ErrorResponse error = read_error(response);
    try {
      throw_error(what_, error);
    } catch (const Error& refusal) {
      if (!is_lost_session(error)) {
        throw;
      }
      session_.reset();
      throw TemporaryError(NetworkError(refusal.message(), refusal.hint()), std::nullopt);
    }
  }

  RegistryClient& client_;
  const std::string& repository_;
  const Descriptor& blob_;
  Source& source_;
  std::string what_;
  std::optional<UploadSession> session_;
  bool has_sent_ = false;
};

}  // namespace

bool has_blob(RegistryClient& client, const std::string& repository, const Descriptor& blob) {
  bool has = false;
  client.retrying([&] { has = ask_for_blob(client, repository, blob); });
  return has;
}

void upload_blob(RegistryClient& client, const std::string& repository, const Descriptor& blob, Source& source,
                 std::optional<UploadSession> session) {
  BlobUpload upload(client, repository, blob, source);
  upload.use(std::move(session));
  client.retrying([&] { upload.attempt(); });
}

MountResult mount_blob(RegistryClient& client, const std::string& repository, const std::string& from,
                       const Descriptor& blob) {
  RegistryRequest request{.method = "POST",
                          .path = "/v2/" + repository + "/blobs/uploads/?mount=" + blob.digest.str() + "&from=" + from,
                          .scopes = push_scope(repository),
                          .what = blob_name(client, repository, blob)};
  request.scopes.push_back({.repository = from, .pull = true});
  try {
    const HttpResponse response = client.send_once(request);
    if (response.status == 201) {
      return {.mounted = true};
    }
    if (response.status == 202) {
      return {.session = session_of(client, request, response)};
    }
  } catch (const CancelledError&) {
    throw;
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): the upload that follows says what is wrong
  }
  return {};
}

void cancel_upload(RegistryClient& client, const std::string& repository, const UploadSession& session) noexcept {
  client.send_quietly({.method = "DELETE",
                       .url = session.location,
                       .scopes = push_scope(repository),
                       .what = client.host() + "/" + repository + ": upload"});
}

}  // namespace wasm_oci
