// The errors of the whole program: one base class, one kind each, one exit code a kind (the table is in cli/).
//
// A message says what failed, on what and why; the hint says what to do next. Both may quote bytes from a file or a
// registry as they came: they are escaped where they are printed, not here.
//
// "Absent" is no error where a caller may expect it: such functions return std::optional.
#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace wasm_oci {

enum class ErrorKind {
  failure,    // everything without a kind of its own: disk full, permissions, a credential helper
  usage,      // wrong flag, reference, platform or location
  gate,       // findings, or a gate that failed
  not_found,  // something named does not exist
  auth,       // 401 or 403
  network,    // name, connection, TLS trust, time-out, 408, 429, 5xx
  content,    // content is not what it should be
  conflict,   // immutable tag, no-clobber, a lost race
  cancelled,  // stopped by a signal or by the caller's stop token
};

class Error : public std::exception {
 public:
  Error(ErrorKind kind, std::string message, std::string hint = {});

  ErrorKind kind() const noexcept { return kind_; }
  const char* what() const noexcept override { return message_.c_str(); }
  const std::string& message() const noexcept { return message_; }
  const std::string& hint() const noexcept { return hint_; }

  // Puts `prefix` and ": " before the message: for callers that know on what the operation was.
  void add_context(std::string_view prefix);
  // Sets the hint where there is none yet: the place nearest to the failure knows best.
  void suggest(std::string hint);
  // The same in the place of a hint that there is.
  void suggest_instead(std::string hint) { hint_ = std::move(hint); }

 private:
  ErrorKind kind_;
  std::string message_;
  std::string hint_;
};

// One type a kind, so that a handler can name what it can deal with.
template <ErrorKind Kind>
class ErrorOf : public Error {
 public:
  explicit ErrorOf(std::string message, std::string hint = {}) : Error(Kind, std::move(message), std::move(hint)) {}
};

using FailureError = ErrorOf<ErrorKind::failure>;
using UsageError = ErrorOf<ErrorKind::usage>;
using GateError = ErrorOf<ErrorKind::gate>;
using NotFoundError = ErrorOf<ErrorKind::not_found>;
using AuthError = ErrorOf<ErrorKind::auth>;
using NetworkError = ErrorOf<ErrorKind::network>;
using ContentError = ErrorOf<ErrorKind::content>;
using ConflictError = ErrorOf<ErrorKind::conflict>;
using CancelledError = ErrorOf<ErrorKind::cancelled>;

// Content that may be as it should be, and goes beyond what is read.
class BeyondBoundsError : public ContentError {
 public:
  using ContentError::ContentError;
};

// Throws the error that `error_number` (errno) stands for: NotFoundError for ENOENT and ENOTDIR, else FailureError.
// The message is "WHAT: REASON" with the C library's words for the reason.
[[noreturn]] void throw_errno(int error_number, const std::string& what);

}  // namespace wasm_oci
