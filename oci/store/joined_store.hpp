// Several stores read as one: what is made but not written yet, with what it was made of.
#pragma once

#include "oci/store/store.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wasm_oci {

// Asks one store after the other; each must outlive it.
class JoinedStore final : public Store {
 public:
  explicit JoinedStore(std::vector<Store*> stores) : stores_(std::move(stores)) {}

  std::optional<Descriptor> resolve(const std::string& name) override;

 protected:
  // Throws where none holds it: ContentError where that makes one of them a broken one, else NotFoundError.
  std::unique_ptr<Source> open_unverified(const Descriptor& descriptor, NodeKind kind) override;

 private:
  std::vector<Store*> stores_;
};

}  // namespace wasm_oci
