// Whatever a server sends as WWW-Authenticate: what is read stays within its bounds, and written in the plain form of
// the grammar it reads the same again.
#include "registry/challenge.hpp"
#include "registry/scope.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

std::string quoted(std::string_view value) {
  std::string text = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      text += '\\';
    }
    text += c;
  }
  return text + "\"";
}

std::string written(const wasm_oci::Challenge& challenge) {
  std::string text = challenge.scheme;
  if (!challenge.token68.empty()) {
    return text + " " + challenge.token68;
  }
  const char* separator = " ";
  for (const auto& [name, value] : challenge.parameters) {
    text += separator + name + "=" + quoted(value);
    separator = ", ";
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view header(reinterpret_cast<const char*>(data), size);
  const auto challenges = wasm_oci::parse_challenges(header);
  require(challenges.size() <= 16 && challenges.size() <= size);
  for (const auto& challenge : challenges) {
    require(!challenge.scheme.empty() && challenge.parameters.size() <= 32);
    for (const auto& [name, value] : challenge.parameters) {
      require(!name.empty() && value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
    }
    const std::string text = written(challenge);
    // Quoting may make it longer than a header that is read.
    if (text.size() <= 16 * 1024) {
      require(wasm_oci::parse_challenges(text) == std::vector{challenge});
    }
    const auto scopes = wasm_oci::ScopeSet::parse(challenge.get("scope").value_or(""));
    std::string joined;
    for (const std::string& scope : scopes.strings()) {
      joined += (joined.empty() ? "" : " ") + scope;
    }
    require(wasm_oci::ScopeSet::parse(joined).strings() == scopes.strings());
    require(scopes.covers(scopes));
  }
  return 0;
}
