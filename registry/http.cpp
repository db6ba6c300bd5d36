#include "registry/http.hpp"

#include <algorithm>

namespace wasm_oci {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal_without_case(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, lower, lower);
}

}  // namespace

std::optional<std::string> Headers::get(std::string_view name) const {
  const auto found =
      std::ranges::find_if(fields_, [&](const auto& field) { return equal_without_case(field.first, name); });
  return found == fields_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::string> Headers::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : fields_) {
    if (equal_without_case(key, name)) {
      values.push_back(value);
    }
  }
  return values;
}

}  // namespace wasm_oci
