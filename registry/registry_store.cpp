#include "registry/registry_store.hpp"

#include "oci/error.hpp"
#include "oci/media_type.hpp"
#include "oci/packaging/packaging.hpp"
#include "oci/reference.hpp"
#include "oci/store/referrers.hpp"
#include "oci/text.hpp"
#include "registry/manifest_response.hpp"
#include "registry/referrers.hpp"
#include "registry/tag_list.hpp"

#include <algorithm>
#include <charconv>

namespace wasm_oci {
namespace {

constexpr std::size_t kMaxKeptBytes = 16UL * 1024 * 1024;
// Configs are read more than once: for the platform, and to be copied.
constexpr std::uint64_t kMaxKeptBlob = 64UL * 1024;
// Each one lost to another writer of the same referrers tag.
constexpr int kMaxTries = 10;

// What `work` throws of content says what it is about.
auto about(const std::string& what, const auto& work) {
  try {
    return work();
  } catch (ContentError& error) {
    error.add_context(what);
    throw;
  }
}

std::string describe_name(std::string_view name) {
  return (Digest::parse(name) ? "manifest " : "tag ") + std::string(name);
}

std::optional<std::uint64_t> content_length(const HttpResponse& response) {
  const auto text = response.headers.get("Content-Length");
  std::uint64_t length = 0;
  if (!text) {
    return std::nullopt;
  }
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), length);
  return error == std::errc() && end == text->data() + text->size() ? std::optional(length) : std::nullopt;
}

// The bytes of a blob as they come; asked for anew by the first read after a rewind.
class BlobSource final : public Source {
 public:
  BlobSource(std::shared_ptr<RegistryClient> client, RegistryRequest request, std::uint64_t size)
      : client_(std::move(client)), request_(std::move(request)), size_(size) {
    open();
  }

  std::size_t read(std::span<std::byte> into) override {
    if (!body_) {
      open();
    }
    return body_->read(into);
  }
  void rewind() override { body_ = nullptr; }

 private:
  void open() {
    HttpResponse response = client_->send(request_);
    if (response.status != 200) {
      throw_error(request_.what, read_error(response));
    }
    check_is_content(request_.what, response);
    if (const auto length = content_length(response); length && *length != size_) {
      throw ContentError(request_.what + ": the registry has " + std::to_string(*length) + " bytes of it, not " +
                         std::to_string(size_));
    }
    body_ = std::move(response.body);
  }

  std::shared_ptr<RegistryClient> client_;
  RegistryRequest request_;
  std::uint64_t size_;
  std::unique_ptr<Source> body_;
};

// Some registries take images alone, and say so in words of their own or in none: of a module packaged otherwise the
// types are likely the reason.
std::string other_packaging(const Descriptor& descriptor, std::string_view bytes) {
  if (!media_type::is_image_manifest(descriptor.media_type)) {
    return {};
  }
  const Manifest manifest = parse_manifest(bytes, descriptor.media_type);
  const std::optional<Packaging> packaging = packaging_of(manifest);
  if (!packaging || packaging == Packaging::image || manifest.layers.empty()) {
    return {};
  }
  const bool is_config = !media_type::is_image_config(manifest.config.media_type);
  return "this registry may not take the type " +
         excerpt(is_config ? manifest.config.media_type : manifest.layers.front().media_type) +
         "; every registry takes images: package it with --as image";
}

// Whether it is the types that are refused, in the registry's own words: some answer with 403 as for a wrong password.
bool speaks_of_types(const ErrorResponse& refusal) {
  return std::ranges::any_of(refusal.items, [](const ErrorItem& item) {
    std::string text = item.message;
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return text.contains("media type") || text.contains("mediatype") || text.contains("artifact type");
  });
}

}  // namespace

RegistryStore::RegistryStore(std::shared_ptr<RegistryClient> client, std::string repository, Access access)
    : client_(std::move(client)), repository_(std::move(repository)), access_(access) {}

RegistryStore::~RegistryStore() {
  for (const auto& [digest, session] : sessions_) {
    cancel_upload(*client_, repository_, session);
  }
}

std::string RegistryStore::what(std::string_view name) const {
  return client_->host() + "/" + repository_ + ": " + std::string(name);
}

std::vector<Scope> RegistryStore::scopes() const {
  return {{.repository = repository_, .pull = true, .push = access_ == Access::push}};
}

RegistryRequest RegistryStore::manifest_request(std::string method, const std::string& name) const {
  if (!Digest::parse(name) && !is_tag(name)) {  // T-10, T-25: it becomes part of a URL
    throw UsageError(what(name) + " is neither a tag nor a digest");
  }
  return {.method = std::move(method),
          .path = "/v2/" + repository_ + "/manifests/" + name,
          .headers = {{"Accept", manifest_accept()}},
          .scopes = scopes(),
          .what = what(describe_name(name))};
}

std::optional<RegistryStore::Fetched> RegistryStore::fetch(const std::string& name, Judgement judgement) {
  const RegistryRequest request = manifest_request("GET", name);
  std::optional<Fetched> fetched;
  client_->retrying([&] {
    HttpResponse response = client_->send_once(request);
    if (response.status != 200) {
      const ErrorResponse error = read_error(response);
      if (error_kind(error) == ErrorKind::not_found) {
        return;
      }
      throw_error(request.what, error);
    }
    check_is_content(request.what, response);
    if (content_length(response).value_or(0) > kMaxManifestSize) {
      throw ContentError(request.what + ": the manifest is larger than " + std::to_string(kMaxManifestSize) + " bytes");
    }
    std::string bytes = read_all(*response.body, kMaxManifestSize);
    const auto wanted = Digest::parse(name);
    const DigestAlgorithm algorithm = wanted ? wanted->algorithm() : DigestAlgorithm::sha256;
    const std::string type = response.headers.get("Content-Type").value_or("");
    if (judgement == Judgement::take) {
      Descriptor descriptor = describe_as_sent(bytes, type, algorithm);
      fetched = Fetched{.descriptor = std::move(descriptor), .bytes = std::move(bytes)};
      return;
    }
    Descriptor descriptor = describe_manifest(request.what, bytes, type, algorithm);
    if (wanted && descriptor.digest != *wanted) {  // T-09: whatever the header says
      throw ContentError(request.what + ": the registry sent content with digest " + descriptor.digest.str());
    }
    fetched = Fetched{.descriptor = std::move(descriptor), .bytes = std::move(bytes)};
  });
  if (fetched) {
    const Descriptor& descriptor = fetched->descriptor;
    keep({.digest = descriptor.digest, .media_type = descriptor.media_type, .bytes = fetched->bytes});
  }
  return fetched;
}

std::optional<Descriptor> RegistryStore::resolve(const std::string& name) {
  auto fetched = fetch(name);
  return fetched ? std::optional(std::move(fetched->descriptor)) : std::nullopt;
}

std::optional<Descriptor> RegistryStore::resolve_as_it_is(const std::string& name) {
  auto fetched = fetch(name, Judgement::take);
  return fetched ? std::optional(std::move(fetched->descriptor)) : std::nullopt;
}

std::optional<Descriptor> RegistryStore::peek(const std::string& name) {
  const RegistryRequest request = manifest_request("HEAD", name);
  try {
    const HttpResponse response = client_->send_once(request);
    if (response.status == 404) {
      return std::nullopt;
    }
    const auto digest = Digest::parse(response.headers.get("Docker-Content-Digest").value_or(""));
    const auto length = content_length(response);
    const std::string type = bare_media_type(response.headers.get("Content-Type").value_or(""));
    const auto wanted = Digest::parse(name);
    if (response.status == 200 && digest && length && media_type::is_manifest(type) &&
        (!wanted || *wanted == *digest)) {
      const std::scoped_lock lock(mutex_);
      peeked_ = Descriptor{.media_type = type, .digest = *digest, .size = *length};
      return peeked_;
    }
  } catch (const TemporaryError&) {  // NOLINT(bugprone-empty-catch): some registries fail on HEAD alone
  } catch (const AuthError&) {       // NOLINT(bugprone-empty-catch): the answer to GET says why
  }
  return resolve(name);
}

std::vector<Descriptor> RegistryStore::referrers(const Digest& subject) {
  if (!has_no_referrers_api_) {
    if (auto listed = list_referrers(*client_, repository_, subject, scopes())) {
      return std::move(*listed);
    }
    has_no_referrers_api_ = true;
  }
  const std::string tag = referrers_tag(subject);
  const std::optional<Fetched> index = fetch(tag);
  return !index
             ? std::vector<Descriptor>()
             : about(what("tag " + tag), [&] { return parse_referrers(index->bytes, index->descriptor.media_type); });
}

std::unique_ptr<Source> RegistryStore::open_unverified(const Descriptor& descriptor, NodeKind kind) {
  const std::string digest = descriptor.digest.str();
  if (auto known = kept(descriptor.digest)) {
    return std::make_unique<StringSource>(std::move(known->bytes));
  }
  if (kind == NodeKind::blob) {
    auto blob = std::make_unique<BlobSource>(
        client_,
        RegistryRequest{
            .path = "/v2/" + repository_ + "/blobs/" + digest, .scopes = scopes(), .what = what("blob " + digest)},
        descriptor.size);
    if (descriptor.size > kMaxKeptBlob) {
      return blob;
    }
    std::string bytes = read_all(*blob, kMaxKeptBlob);
    if (digest_of(bytes, descriptor.digest.algorithm()) == descriptor.digest) {
      keep({.digest = descriptor.digest, .media_type = {}, .bytes = bytes});
    }
    return std::make_unique<StringSource>(std::move(bytes));
  }
  auto fetched = fetch(digest);
  if (!fetched) {
    throw NotFoundError(what("manifest " + digest) + " does not exist");
  }
  return std::make_unique<StringSource>(std::move(fetched->bytes));
}

Store::Unjudged RegistryStore::open_unjudged(const Descriptor& descriptor, NodeKind kind) {
  if (kind == NodeKind::blob) {
    return {.bytes = open_unverified(descriptor, kind)};
  }
  if (auto known = kept(descriptor.digest)) {
    return {.bytes = std::make_unique<StringSource>(std::move(known->bytes)),
            .media_type = std::move(known->media_type)};
  }
  auto fetched = fetch(descriptor.digest.str(), Judgement::take);
  if (!fetched) {
    throw NotFoundError(what("manifest " + descriptor.digest.str()) + " does not exist");
  }
  return {.bytes = std::make_unique<StringSource>(std::move(fetched->bytes)),
          .media_type = std::move(fetched->descriptor.media_type)};
}

bool RegistryStore::contains(const Descriptor& descriptor, NodeKind kind) {
  if (kind == NodeKind::blob) {
    return has_blob(*client_, repository_, descriptor);
  }
  {
    const std::scoped_lock lock(mutex_);
    if (peeked_ && peeked_->digest == descriptor.digest && peeked_->size == descriptor.size) {
      return true;
    }
  }
  try {
    const HttpResponse response = client_->send(manifest_request("HEAD", descriptor.digest.str()));
    const auto length = content_length(response);
    return response.status == 200 && (!length || *length == descriptor.size);
  } catch (const AuthError&) {
    return false;  // some may push and not pull
  }
}

void RegistryStore::put(const Descriptor& descriptor, NodeKind kind, VerifiedSource& source) {
  if (kind == NodeKind::manifest) {
    const std::string bytes = read_all(source, kMaxManifestSize);
    if (!put_manifest(descriptor, bytes, descriptor.digest.str())) {
      list_under_tag(descriptor, bytes);
    }
    return;
  }
  std::optional<UploadSession> session;
  {
    const std::scoped_lock lock(mutex_);
    if (auto node = sessions_.extract(descriptor.digest)) {
      session = std::move(node.mapped());
    }
  }
  client_->uploads().run(repository_ + "@" + descriptor.digest.str(), client_->stop(), [&] {
    upload_blob(*client_, repository_, descriptor, source, std::exchange(session, std::nullopt));
  });
  if (session) {
    cancel_upload(*client_, repository_, *session);
  }
}

bool RegistryStore::mount(const Descriptor& descriptor, Store& from) {
  auto* other = dynamic_cast<RegistryStore*>(&from);
  if (other == nullptr || other->client_ != client_ || other->repository_ == repository_) {
    return false;
  }
  MountResult result = mount_blob(*client_, repository_, other->repository_, descriptor);
  if (result.session) {
    const std::scoped_lock lock(mutex_);
    sessions_.insert_or_assign(descriptor.digest, std::move(*result.session));
  }
  return result.mounted;
}

void RegistryStore::put_root(const Descriptor& root, std::string_view bytes, std::span<const RootName> names) {
  if (!names.empty()) {
    require_list_of_subject(bytes);
  }
  bool tracked = true;
  if (names.empty()) {
    tracked = put_manifest(root, bytes, root.digest.str());
  }
  for (const RootName& name : names) {
    tracked = put_manifest(root, bytes, name.ref_name);
  }
  if (!tracked) {
    list_under_tag(root, bytes);
  }
}

bool RegistryStore::put_manifest(const Descriptor& descriptor, std::string_view bytes, const std::string& name) {
  RegistryRequest request = manifest_request("PUT", name);
  request.headers = {{"Content-Type", descriptor.media_type}};
  StringSource body{std::string(bytes)};
  request.body = &body;
  request.body_size = bytes.size();
  HttpResponse response = client_->send(request);
  if (response.status != 201 && response.status != 200 && response.status != 202 && response.status != 204) {
    const ErrorResponse refusal = read_error(response);
    try {
      throw_error(request.what, refusal);
    } catch (FailureError& error) {
      if (!refusal.has_code("NAME_INVALID") && !refusal.has_code("TAG_INVALID") &&
          !refusal.has_code("MANIFEST_BLOB_UNKNOWN")) {
        if (std::string hint = other_packaging(descriptor, bytes); !hint.empty()) {
          error.suggest(std::move(hint));
        }
      }
      throw;
    } catch (const AuthError& error) {
      const std::string hint = speaks_of_types(refusal) ? other_packaging(descriptor, bytes) : "";
      throw AuthError(error.message(), hint.empty() ? error.hint() : hint);
    }
  }
  const auto stored = response.headers.get("Docker-Content-Digest");
  if (stored && *stored != descriptor.digest.str()) {
    throw ContentError(request.what + ": the registry has stored it as " + excerpt(response.shown(*stored)) + ", not " +
                       descriptor.digest.str());
  }
  return response.headers.get("OCI-Subject").has_value();
}

// A list that cannot be added to is found before a tag moves.
void RegistryStore::require_list_of_subject(std::string_view bytes) {
  const std::optional<Digest> subject = subject_of(bytes);
  if (!subject) {
    return;
  }
  const std::string tag = referrers_tag(*subject);
  if (const std::optional<Fetched> found = fetch(tag)) {
    about(what("tag " + tag), [&] { return parse_referrers(found->bytes, found->descriptor.media_type); });
  }
}

// What a client must do where a registry knows no subjects (distribution-spec, "Pushing Manifests with Subject"). No
// registry writes a tag only if it is what it was, so what another has overwritten is found by reading it again.
void RegistryStore::list_under_tag(const Descriptor& manifest, std::string_view bytes) {
  const std::optional<Digest> subject = subject_of(bytes);
  if (!subject) {
    return;
  }
  const Descriptor referrer = describe_referrer(manifest, bytes);
  const std::string tag = referrers_tag(*subject);
  const std::string shown = what("tag " + tag);
  const std::scoped_lock lock(referrers_tag_mutex_);
  std::string type(media_type::kOciIndex);
  std::string index = serialize(Index{.media_type = type});
  for (int tries = 0; tries < kMaxTries; ++tries) {
    // Where the tag is not there any more, what it held still counts.
    if (std::optional<Fetched> found = fetch(tag)) {
      type = std::move(found->descriptor.media_type);
      index = std::move(found->bytes);
      const auto listed = about(shown, [&] { return parse_referrers(index, type); });
      if (std::ranges::find(listed, referrer.digest, &Descriptor::digest) != listed.end()) {
        return;
      }
    }
    index = about(shown, [&] { return add_referrer(index, referrer); });
    put_manifest(describe(type, index), index, tag);
  }
  throw ConflictError(shown + ": others keep overwriting the list of what refers to " + subject->str(),
                      "push " + manifest.digest.str() + " again");
}

std::vector<std::string> RegistryStore::tags() { return list_tags(*client_, repository_); }

void RegistryStore::keep(Kept content) {
  const std::scoped_lock lock(mutex_);
  kept_bytes_ += content.bytes.size();
  kept_.push_back(std::move(content));
  while (kept_bytes_ > kMaxKeptBytes) {
    kept_bytes_ -= kept_.front().bytes.size();
    kept_.pop_front();
  }
}

std::optional<RegistryStore::Kept> RegistryStore::kept(const Digest& digest) {
  const std::scoped_lock lock(mutex_);
  const auto found = std::ranges::find(kept_, digest, &Kept::digest);
  return found == kept_.end() ? std::nullopt : std::optional(*found);
}

}  // namespace wasm_oci
