// A store in memory that counts how often content is opened.
#pragma once

#include "oci/store/memory_store.hpp"

#include <map>

namespace wasm_oci::testing {

class CountingStore final : public MemoryStore {
 public:
  int opened(const Digest& digest) const {
    const auto found = opened_.find(digest);
    return found == opened_.end() ? 0 : found->second;
  }

 protected:
  std::unique_ptr<Source> open_unverified(const Descriptor& descriptor, NodeKind kind) override {
    ++opened_[descriptor.digest];
    return MemoryStore::open_unverified(descriptor, kind);
  }

 private:
  std::map<Digest, int> opened_;
};

}  // namespace wasm_oci::testing
