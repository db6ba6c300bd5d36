#include "registry/sent_secrets.hpp"

#include "oci/base64.hpp"
#include "oci/text.hpp"
#include "registry/url.hpp"

#include <optional>

namespace wasm_oci {
namespace {

// A shorter one is in many words, and what is struck out of them would tell it.
constexpr std::size_t kShortest = 4;
constexpr std::string_view kStruckOut = "***";

}  // namespace

void SentSecrets::add_authorization(std::string_view header) {
  const std::size_t space = header.find(' ');
  const std::string_view value = header.substr(space == std::string_view::npos ? 0 : space + 1);
  add(value);
  add(value.substr(0, value.find_last_not_of('=') + 1));  // base64 without its padding
  if (to_lower(header.substr(0, space)) != "basic") {
    return;
  }
  if (const std::optional<std::string> pair = base64_decode(value)) {
    add(*pair);
    add(std::string_view(*pair).substr(pair->find(':') + 1));
  }
}

void SentSecrets::add(std::string_view secret) {
  if (secret.size() < kShortest) {
    return;
  }
  const std::scoped_lock lock(mutex_);
  spellings_.emplace(secret);
  spellings_.insert(percent_encode(secret));
}

std::string SentSecrets::strike_out(std::string text) const {
  const std::scoped_lock lock(mutex_);
  for (const std::string& spelling : spellings_) {
    for (std::size_t at = text.find(spelling); at != std::string::npos; at = text.find(spelling, at)) {
      text.replace(at, spelling.size(), kStruckOut);
      at += kStruckOut.size();
    }
  }
  return text;
}

}  // namespace wasm_oci
