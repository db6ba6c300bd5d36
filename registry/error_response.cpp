#include "registry/error_response.hpp"

#include "oci/json/document.hpp"
#include "oci/text.hpp"

#include <algorithm>
#include <array>

namespace wasm_oci {
namespace {

constexpr std::size_t kMaxItems = 10;
constexpr std::size_t kMaxText = 500;

bool contains_word(std::string_view text, std::string_view word) {
  return to_lower(text).find(word) != std::string::npos;
}

std::string string_member(const JsonValue& object, std::string_view name) {
  const auto member = object.find(name);
  return member ? std::string(member->string()) : std::string();
}

ErrorItem read_item(const JsonValue& value) {
  if (value.is(JsonKind::string)) {
    return {.code = {}, .message = std::string(value.string())};
  }
  ErrorItem item{.code = string_member(value, "code"), .message = string_member(value, "message")};
  if (item.message.empty()) {
    item.message = string_member(value, "detail");
  }
  return item;
}

// Token servers and gateways have shapes of their own: {"error", "error_description"}, {"message"}, {"details"}.
ErrorItem read_other_shape(const JsonValue& root) {
  ErrorItem item{.code = string_member(root, "code"), .message = {}};
  for (const std::string_view name : {"error_description", "message", "details", "error"}) {
    if (item.message.empty()) {
      item.message = string_member(root, name);
    }
  }
  return item;
}

void read_json(std::string_view body, ErrorResponse& response) {
  const Document document = Document::parse(std::string(body), {.max_bytes = kMaxErrorBody, .max_depth = 32});
  const JsonValue root = document.root();
  const auto errors = root.find("errors");
  if (errors && errors->is(JsonKind::array)) {
    for (const JsonValue& value : *errors) {
      if (response.items.size() < kMaxItems) {
        response.items.push_back(read_item(value));
      }
    }
  } else if (root.is(JsonKind::object)) {
    response.items.push_back(read_other_shape(root));
  }
  std::erase_if(response.items, [](const ErrorItem& item) { return item.code.empty() && item.message.empty(); });
}

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  return begin == std::string_view::npos ? std::string_view()
                                         : text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

ErrorResponse parse_whole(int status, std::string_view body) {
  ErrorResponse response{.status = status};
  body = trim(body);
  response.html = looks_like_html(body);
  if (body.empty() || response.html) {
    return response;
  }
  if (body.starts_with('{')) {
    try {
      read_json(body, response);
      return response;
    } catch (const ContentError&) {  // shown as the text it is
      response.items.clear();
    }
  }
  response.items.push_back({.code = {}, .message = std::string(body)});
  return response;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 400:
      return "bad request";
    case 401:
      return "not logged in, or the password is wrong";
    case 403:
      return "access denied";
    case 404:
      return "not found";
    case 405:
      return "the registry does not support this";
    case 413:
      return "too large for this registry";
    case 415:
      return "the registry does not take this media type";
    case 429:
      return "too many requests";
    default:
      return status >= 500 ? "the registry has a problem" : "refused";
  }
}

std::string hint_for(const ErrorResponse& response) {
  switch (response.status) {
    case 401:
    case 403:
      return "log in with `wasm-oci login`, and check that the account may do this";
    case 429:
      return "wait a while, or log in for a higher limit";
    default:
      return {};
  }
}

}  // namespace

bool ErrorResponse::has_code(std::string_view code) const {
  return std::ranges::any_of(items, [&](const ErrorItem& item) { return item.code == code; });
}

bool looks_like_html(std::string_view body) {
  const std::string start = to_lower(trim(body).substr(0, 20));
  return start.starts_with("<!doctype") || start.starts_with("<html") || start.starts_with("<head") ||
         start.starts_with("<body");
}

ErrorResponse parse_error(int status, std::string_view body, const SentSecrets* sent) {
  ErrorResponse response = parse_whole(status, body);
  // First struck out, then cut: half a secret would not be found any more.
  for (ErrorItem& item : response.items) {
    for (std::string* const text : {&item.code, &item.message}) {
      *text = excerpt(sent == nullptr ? *text : sent->strike_out(std::move(*text)), kMaxText);
    }
  }
  return response;
}

ErrorResponse read_error(HttpResponse& response) {
  std::string body(kMaxErrorBody, '\0');
  std::size_t size = 0;
  try {
    while (size < body.size()) {
      const std::size_t count = response.body->read(std::as_writable_bytes(std::span(body)).subspan(size));
      if (count == 0) {
        break;
      }
      size += count;
    }
  } catch (const NetworkError&) {  // NOLINT(bugprone-empty-catch): the status is what counts
  }
  body.resize(size);
  return parse_error(response.status, body, response.sent.get());
}

ErrorKind error_kind(const ErrorResponse& response) {
  const int status = response.status;
  const auto any = [&](auto&& predicate) { return std::ranges::any_of(response.items, predicate); };
  if (status == 401) {
    return ErrorKind::auth;
  }
  if (status == 408 || status == 429 || status >= 500 || response.has_code("TOOMANYREQUESTS")) {
    return ErrorKind::network;
  }
  // Registries refuse to move an immutable tag with 400, 403, 409 or 412 and codes of their own.
  if (status == 409 || status == 412 || any([](const ErrorItem& item) {
        return contains_word(item.code, "immutable") || contains_word(item.message, "immutable");
      })) {
    return ErrorKind::conflict;
  }
  if (status == 403) {
    return ErrorKind::auth;
  }
  if (status == 404 || status == 410 || any([](const ErrorItem& item) {
        return item.code.ends_with("_UNKNOWN") || (item.code == "UNKNOWN" && contains_word(item.message, "not found"));
      })) {
    return ErrorKind::not_found;
  }
  return ErrorKind::failure;
}

void throw_error(const std::string& what, const ErrorResponse& response) {
  std::string reason;
  for (const ErrorItem& item : response.items) {
    reason += reason.empty() ? "" : "; ";
    reason += item.code.empty() || item.message.empty() ? item.code + item.message : item.code + ": " + item.message;
  }
  if (reason.empty()) {
    reason = reason_phrase(response.status);
  }
  std::string message = what + ": " + reason + " (HTTP " + std::to_string(response.status) + ")";
  switch (error_kind(response)) {
    case ErrorKind::auth:
      throw AuthError(std::move(message), hint_for(response));
    case ErrorKind::network:
      throw NetworkError(std::move(message), hint_for(response));
    case ErrorKind::conflict:
      throw ConflictError(std::move(message));
    case ErrorKind::not_found:
      throw NotFoundError(std::move(message));
    default:
      throw FailureError(std::move(message));
  }
}

}  // namespace wasm_oci
