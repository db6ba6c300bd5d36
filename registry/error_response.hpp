// What a registry says when it says no. The specification has {"errors": [{"code", "message", "detail"}]}
// (distribution-spec, "Error Codes"); in the wild there are other JSON shapes, plain text, the HTML of proxies,
// nothing.
#pragma once

#include "oci/error.hpp"
#include "registry/http.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {

struct ErrorItem {
  std::string code;  // "MANIFEST_UNKNOWN"; empty where there is none
  std::string message;
};

struct ErrorResponse {
  int status = 0;
  std::vector<ErrorItem> items = {};  // at most 10, each text at most 500 bytes
  bool html = false;

  bool has_code(std::string_view code) const;
};

// More of a body is not looked at.
inline constexpr std::size_t kMaxErrorBody = 64UL * 1024;

// Reads the body as far as it goes; a body that breaks off is no error of its own.
ErrorResponse read_error(HttpResponse& response);
// Without what was `sent` and comes back in the body.
ErrorResponse parse_error(int status, std::string_view body, const SentSecrets* sent = nullptr);

ErrorKind error_kind(const ErrorResponse& response);

// "WHAT: REASON", where the reason is the registry's own words and, always, the status.
[[noreturn]] void throw_error(const std::string& what, const ErrorResponse& response);

// Whether a body is a page for people, as proxies and login portals send with status 200.
bool looks_like_html(std::string_view body);

}  // namespace wasm_oci
