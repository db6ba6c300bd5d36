#include "cli/duration.hpp"

#include "oci/error.hpp"

#include <array>
#include <cctype>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

namespace wasm_oci::cli {

namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The longer of two units that begin alike comes first.
constexpr std::array<std::pair<std::string_view, double>, 8> kUnits = {{{"ns", 1e-6},
                                                                        {"us", 1e-3},
                                                                        {"\u00b5s", 1e-3},
                                                                        {"\u03bcs", 1e-3},
                                                                        {"ms", 1.0},
                                                                        {"s", 1e3},
                                                                        {"m", 60e3},
                                                                        {"h", 3600e3}}};

// Takes "NUMBER[.FRACTION]" from the front; nullopt where there is no digit.
std::optional<double> take_number(std::string_view& text) {
  double value = 0;
  double scale = 1;
  bool fraction = false;
  bool any = false;
  while (!text.empty() && (is_digit(text.front()) || (text.front() == '.' && !fraction))) {
    if (text.front() == '.') {
      fraction = true;
    } else {
      any = true;
      const double digit = text.front() - '0';
      if (fraction) {
        scale /= 10;
        value += digit * scale;
      } else {
        value = value * 10 + digit;
      }
    }
    text.remove_prefix(1);
  }
  return any ? std::optional(value) : std::nullopt;
}

std::optional<double> take_unit(std::string_view& text) {
  for (const auto& [unit, milliseconds] : kUnits) {
    if (text.starts_with(unit)) {
      text.remove_prefix(unit.size());
      return milliseconds;
    }
  }
  return std::nullopt;
}

std::optional<Milliseconds> parse(std::string_view text) {
  if (text == "0") {
    return Milliseconds(0);
  }
  if (text.empty()) {
    return std::nullopt;
  }
  double total = 0;
  while (!text.empty()) {
    const auto number = take_number(text);
    const auto unit = number ? take_unit(text) : std::nullopt;
    if (!unit) {
      return std::nullopt;
    }
    total += *number * *unit;
  }
  return Milliseconds(total);
}

}  // namespace

std::chrono::milliseconds parse_duration(std::string_view option, std::string_view text) {
  const auto duration = parse(text);
  const std::string what = std::string(option) + ": '" + std::string(text) + "'";
  if (!duration) {
    const bool bare_number = !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
    throw UsageError(what + " is not a duration", bare_number
                                                      ? "a unit is missing: did you mean " + std::string(text) + "s?"
                                                      : "write it as 500ms, 30s, 2m or 1h30m");
  }
  if (*duration > kMaxDuration) {
    throw UsageError(what + " is longer than a year");
  }
  return std::chrono::milliseconds(static_cast<std::chrono::milliseconds::rep>(std::ceil(duration->count())));
}

}  // namespace wasm_oci::cli
