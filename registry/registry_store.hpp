// One repository of a registry as a store.
#pragma once

#include "oci/store/store.hpp"
#include "registry/blob_upload.hpp"
#include "registry/registry_client.hpp"

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wasm_oci {

// What tokens are asked to allow. One token serves everything that happens to a repository, so whoever will write asks
// for that from the start.
enum class Access { pull, push };

class RegistryStore final : public WritableStore {
 public:
  // `repository` is the path of a parsed reference: "library/alpine". Stores of one registry share its client.
  RegistryStore(std::shared_ptr<RegistryClient> client, std::string repository, Access access);
  ~RegistryStore() override;
  RegistryStore(const RegistryStore&) = delete;
  RegistryStore& operator=(const RegistryStore&) = delete;

  const std::string& repository() const { return repository_; }
  RegistryClient& client() { return *client_; }

  // `name` is a tag, or a digest. nullopt where the registry has no such manifest or repository.
  std::optional<Descriptor> resolve(const std::string& name) override;
  std::optional<Descriptor> peek(const std::string& name) override;
  // Its media type is that of the header, else the document's own.
  std::optional<Descriptor> resolve_as_it_is(const std::string& name) override;
  // By the registry's list or, where it has none, by the index under the subject's referrers tag.
  std::vector<Descriptor> referrers(const Digest& subject) override;
  bool contains(const Descriptor& descriptor, NodeKind kind) override;
  void put(const Descriptor& descriptor, NodeKind kind, VerifiedSource& source) override;
  bool mount(const Descriptor& descriptor, Store& from) override;
  // As put() of a manifest, it lists what has a subject under the subject's referrers tag where the registry itself
  // does not list it.
  void put_root(const Descriptor& root, std::string_view bytes, std::span<const RootName> names) override;
  std::vector<std::string> tags();

 protected:
  std::unique_ptr<Source> open_unverified(const Descriptor& descriptor, NodeKind kind) override;
  Unjudged open_unjudged(const Descriptor& descriptor, NodeKind kind) override;

 private:
  // Whether a manifest that is not as it should be is an error.
  enum class Judgement : std::uint8_t { refuse, take };

  struct Fetched {
    Descriptor descriptor;
    std::string bytes;
  };
  // A manifest or small blob that was fetched, to be opened without being fetched again.
  struct Kept {
    Digest digest;
    std::string media_type;  // of a manifest
    std::string bytes;
  };

  std::string what(std::string_view name) const;
  std::vector<Scope> scopes() const;
  RegistryRequest manifest_request(std::string method, const std::string& name) const;
  std::optional<Fetched> fetch(const std::string& name, Judgement judgement = Judgement::refuse);
  // Whether the registry keeps track of the manifest's subject, if it has one.
  bool put_manifest(const Descriptor& descriptor, std::string_view bytes, const std::string& name);
  void require_list_of_subject(std::string_view bytes);
  void list_under_tag(const Descriptor& manifest, std::string_view bytes);
  void keep(Kept content);
  std::optional<Kept> kept(const Digest& digest);

  std::shared_ptr<RegistryClient> client_;
  std::string repository_;
  Access access_;

  std::mutex mutex_;
  std::deque<Kept> kept_;  // the newest last
  std::size_t kept_bytes_ = 0;
  std::optional<Descriptor> peeked_;
  std::atomic<bool> has_no_referrers_api_ = false;
  std::mutex referrers_tag_mutex_;
  std::map<Digest, UploadSession> sessions_;  // that a registry opened where it did not mount
};

}  // namespace wasm_oci
