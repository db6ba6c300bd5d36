// A lock on a name while it is edited, among processes that share a local store: what one of them reads is still what
// the name names when it writes. Registries know no such thing (distribution-spec has no conditional PUT).
#pragma once

#include "cli/context.hpp"
#include "oci/file.hpp"

#include <optional>
#include <string>

namespace wasm_oci::cli {

class TagLock {
 public:
  // Waits for others that edit `name`, a location. Goes on without a lock where there is no place for one. Throws
  // CancelledError when the context's stop is requested first.
  TagLock(const Context& context, const std::string& name);
  TagLock(const TagLock&) = delete;
  TagLock& operator=(const TagLock&) = delete;
  ~TagLock();

 private:
  bool acquire(const Context& context);

  std::string path_;  // of a directory that exists as long as somebody has or wants the lock
  std::optional<DirectoryLock> lock_;
};

}  // namespace wasm_oci::cli
