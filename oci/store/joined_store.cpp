#include "oci/store/joined_store.hpp"

#include "oci/error.hpp"

namespace wasm_oci {

std::optional<Descriptor> JoinedStore::resolve(const std::string& name) {
  for (Store* const store : stores_) {
    if (std::optional<Descriptor> found = store->resolve(name)) {
      return found;
    }
  }
  return std::nullopt;
}

std::unique_ptr<Source> JoinedStore::open_unverified(const Descriptor& descriptor, NodeKind kind) {
  std::optional<ContentError> broken;
  for (Store* const store : stores_) {
    try {
      return std::unique_ptr<Source>(new VerifiedSource(store->open(descriptor, kind)));  // it cannot be moved
    } catch (const NotFoundError&) {
      continue;
    } catch (const ContentError& error) {  // a layout that lacks it
      broken = broken ? broken : error;
    }
  }
  if (broken) {
    throw ContentError(*broken);
  }
  throw NotFoundError(descriptor.digest.str() + ": not found");
}

}  // namespace wasm_oci
