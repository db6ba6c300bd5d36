#include "oci/error.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

namespace wasm_oci {

Error::Error(ErrorKind kind, std::string message, std::string hint)
    : kind_(kind), message_(std::move(message)), hint_(std::move(hint)) {}

void Error::add_context(std::string_view prefix) { message_.insert(0, std::string(prefix) + ": "); }

void Error::suggest(std::string hint) {
  if (hint_.empty()) {
    hint_ = std::move(hint);
  }
}

void throw_errno(int error_number, const std::string& what) {
  std::string message = what + ": " + std::generic_category().message(error_number);
  if (error_number == ENOENT || error_number == ENOTDIR) {
    throw NotFoundError(std::move(message));
  }
  throw FailureError(std::move(message));
}

}  // namespace wasm_oci
