#include "registry/url.hpp"

#include "oci/error.hpp"
#include "oci/text.hpp"
#include "registry/libcurl.hpp"

#include <algorithm>
#include <charconv>
#include <memory>

namespace wasm_oci {
namespace {

constexpr std::size_t kMaxShown = 200;  // characters

using UrlHandle = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

UrlHandle make_handle() { return {libcurl().url(), libcurl().url_cleanup}; }

std::optional<std::string> part(CURLU* handle, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (libcurl().url_get(handle, which, &text, flags) != CURLUE_OK) {
    return std::nullopt;
  }
  const std::unique_ptr<char, decltype(&curl_free)> owner(text, libcurl().free);
  return std::string(text);
}

bool is_forbidden(char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; }

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return text;
}

std::optional<Origin> origin_of(CURLU* handle) {
  const auto scheme = part(handle, CURLUPART_SCHEME);
  auto host = part(handle, CURLUPART_HOST);
  const auto port_text = part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  if (!scheme || !host || host->empty() || !port_text || part(handle, CURLUPART_ZONEID)) {
    return std::nullopt;
  }
  if (host->starts_with('[') && host->ends_with(']')) {
    host = host->substr(1, host->size() - 2);
  }
  unsigned port = 0;
  std::from_chars(port_text->data(), port_text->data() + port_text->size(), port);
  return Origin{.scheme = lower(*scheme), .host = lower(std::move(*host)), .port = port};
}

// "scheme://host[:port]", the port only where it is not the scheme's.
std::string prefix_of(const Origin& origin) {
  const bool is_v6 = origin.host.find(':') != std::string::npos;
  std::string text = origin.scheme + "://" + (is_v6 ? "[" + origin.host + "]" : origin.host);
  if (origin.port != (origin.scheme == "https" ? 443U : 80U)) {
    text += ":" + std::to_string(origin.port);
  }
  return text;
}

}  // namespace

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (is_unreserved(c)) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += '%';
      encoded += kDigits[byte >> 4U];
      encoded += kDigits[byte & 0xFU];
    }
  }
  return encoded;
}

std::optional<Url> Url::parse(std::string_view text) {
  const std::string lowered = lower(std::string(text.substr(0, 8)));
  if ((!lowered.starts_with("https://") && !lowered.starts_with("http://")) ||
      std::ranges::any_of(text, is_forbidden)) {
    return std::nullopt;
  }
  const UrlHandle handle = make_handle();
  if (libcurl().url_set(handle.get(), CURLUPART_URL, std::string(text).c_str(), CURLU_PATH_AS_IS) != CURLUE_OK) {
    return std::nullopt;
  }
  const auto origin = origin_of(handle.get());
  if (!origin) {
    return std::nullopt;
  }
  // Only the authority is libcurl's reading; what follows it stays letter for letter.
  std::string_view tail = text.substr(text.find("://") + 3);
  const std::size_t authority_end = std::min(tail.find_first_of("/?#"), tail.size());
  if (authority_end == 0) {  // libcurl forgives "https:///host"
    return std::nullopt;
  }
  tail = tail.substr(authority_end);
  tail = tail.substr(0, tail.find('#'));
  Url url;
  url.origin_ = *origin;
  url.text_ = prefix_of(*origin) + (tail.starts_with('/') ? "" : "/") + std::string(tail);
  return url;
}

Url Url::at(const Origin& origin, std::string_view path) {
  if (!path.starts_with('/') || std::ranges::any_of(path, is_forbidden)) {
    throw UsageError("not the path of a URL: " + std::string(path));
  }
  Url url;
  url.origin_ = origin;
  url.text_ = prefix_of(origin) + std::string(path);
  return url;
}

std::optional<Url> Url::resolve(std::string_view reference) const {
  if (std::ranges::any_of(reference, is_forbidden)) {
    return std::nullopt;
  }
  const std::string lowered = lower(std::string(reference.substr(0, 8)));
  if (lowered.starts_with("https://") || lowered.starts_with("http://")) {
    return parse(reference);
  }
  const UrlHandle handle = make_handle();
  if (libcurl().url_set(handle.get(), CURLUPART_URL, text_.c_str(), CURLU_PATH_AS_IS) != CURLUE_OK ||
      libcurl().url_set(handle.get(), CURLUPART_URL, std::string(reference).c_str(), CURLU_PATH_AS_IS) != CURLUE_OK) {
    return std::nullopt;
  }
  const auto resolved = part(handle.get(), CURLUPART_URL);
  return resolved ? parse(*resolved) : std::nullopt;
}

std::string Url::display() const { return excerpt(text_.substr(0, text_.find('?')), kMaxShown); }

Url Url::with_query(std::string_view key, std::string_view value) const {
  Url url = *this;
  const std::size_t query = text_.find('?');
  if (query == std::string::npos) {
    url.text_ += '?';
  } else if (!text_.ends_with('?') && !text_.ends_with('&')) {
    url.text_ += '&';
  }
  url.text_ += std::string(key) + "=" + percent_encode(value);
  return url;
}

bool is_loopback_host(std::string_view host) {
  const std::string name = lower(std::string(host));
  if (name == "localhost" || name.ends_with(".localhost") || name == "::1" || name == "[::1]") {
    return true;
  }
  // 127.a.b.c, each a decimal number up to 255.
  std::string_view rest = name;
  for (int i = 0; i < 4; ++i) {
    const std::string_view piece = rest.substr(0, rest.find('.'));
    unsigned value = 256;
    const auto [end, error] = std::from_chars(piece.data(), piece.data() + piece.size(), value);
    if (error != std::errc() || end != piece.data() + piece.size() || value > 255 || piece.size() > 3 ||
        (i == 0 && value != 127) || (piece.size() == rest.size()) != (i == 3)) {
      return false;
    }
    rest.remove_prefix(std::min(piece.size() + 1, rest.size()));
  }
  return true;
}

}  // namespace wasm_oci
