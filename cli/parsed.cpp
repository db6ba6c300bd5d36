#include "cli/parsed.hpp"

#include "oci/error.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace wasm_oci::cli {

namespace {

void require(bool right, std::string_view name, const char* what) {
  if (!right) {
    throw std::logic_error("option '" + std::string(name) + "' " + what);
  }
}

}  // namespace

Parsed::Parsed(std::vector<Entry> entries, std::vector<std::string> arguments, std::string spelled)
    : entries_(std::move(entries)), arguments_(std::move(arguments)), spelled_(std::move(spelled)) {}

const Parsed::Entry& Parsed::entry(std::string_view name) const {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.option->name == name; });
  require(found != entries_.end(), name, "is not declared by this command");
  return *found;
}

bool Parsed::given(std::string_view name) const { return !entry(name).values.empty(); }

std::size_t Parsed::count(std::string_view name) const {
  const Entry& found = entry(name);
  require(found.option->takes == Takes::flag, name, "is no flag");
  return found.values.size();
}

bool Parsed::flag(std::string_view name) const { return count(name) > 0; }

std::optional<std::string> Parsed::value(std::string_view name) const {
  const Entry& found = entry(name);
  require(found.option->takes == Takes::one, name, "does not take one value");
  return found.values.empty() ? std::nullopt : std::optional(found.values.back());
}

std::optional<std::uint64_t> Parsed::number(std::string_view name, std::uint64_t min, std::uint64_t max) const {
  const auto text = value(name);
  if (!text) {
    return std::nullopt;
  }
  std::uint64_t number = 0;
  const char* const end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, number);
  if (error != std::errc() || stop != end || number < min || number > max) {
    throw UsageError("--" + std::string(name) + ": '" + *text + "' is not a number from " + std::to_string(min) +
                     " to " + std::to_string(max));
  }
  return number;
}

const std::vector<std::string>& Parsed::values(std::string_view name) const {
  const Entry& found = entry(name);
  require(found.option->takes != Takes::flag && found.option->takes != Takes::one, name, "does not take many values");
  return found.values;
}

}  // namespace wasm_oci::cli
