// A store in memory: small graphs on their way to somewhere else, and tests.
#pragma once

#include "oci/store/referrers.hpp"
#include "oci/store/store.hpp"

#include <map>
#include <mutex>
#include <vector>

namespace wasm_oci {

class MemoryStore : public LocalStore {
 public:
  std::optional<Descriptor> resolve(const std::string& name) override;
  // In the order of their digests.
  std::vector<Descriptor> referrers(const Digest& subject) override;
  bool contains(const Descriptor& descriptor, NodeKind kind) override;
  void put(const Descriptor& descriptor, NodeKind kind, VerifiedSource& source) override;
  // `bytes` are believed to be what `root` says.
  void put_root(const Descriptor& root, std::string_view bytes, std::span<const RootName> names) override;
  std::unique_ptr<Ingest> ingest() override;

 protected:
  std::unique_ptr<Source> open_unverified(const Descriptor& descriptor, NodeKind kind) override;

 private:
  class MemoryIngest;

  void keep(const Descriptor& descriptor, std::string bytes);

  std::mutex mutex_;
  std::map<Digest, std::string> content_;
  std::map<Digest, Descriptor> described_;  // as stored: the media type of what is asked for by digest
  std::map<std::string, Descriptor> names_;
  Subjects subjects_{*this};
};

}  // namespace wasm_oci
