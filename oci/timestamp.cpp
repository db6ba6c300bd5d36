#include "oci/timestamp.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace wasm_oci {
namespace {

using Days = std::chrono::sys_days;
using std::chrono::day;
using std::chrono::month;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr std::int64_t kSecondsPerDay = 86'400;

std::int64_t seconds_at(year_month_day date) {
  return std::int64_t{Days(date).time_since_epoch().count()} * kSecondsPerDay;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Reads a text from left to right; every step tells whether it found what it looked for.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool at_end() const { return text_.empty(); }

  bool take_any(std::string_view characters) {
    if (text_.empty() || characters.find(text_.front()) == std::string_view::npos) {
      return false;
    }
    text_.remove_prefix(1);
    return true;
  }

  // Exactly `count` digits, of which the value is at most `largest`.
  bool take_number(std::size_t count, unsigned largest, unsigned& value) {
    if (text_.size() < count || !std::ranges::all_of(text_.substr(0, count), is_digit)) {
      return false;
    }
    value = 0;
    for (const char c : text_.substr(0, count)) {
      value = value * 10 + static_cast<unsigned>(c - '0');
    }
    text_.remove_prefix(count);
    return value <= largest;
  }

  bool take_digits() {
    const auto count = static_cast<std::size_t>(std::ranges::find_if_not(text_, is_digit) - text_.begin());
    text_.remove_prefix(count);
    return count > 0;
  }

 private:
  std::string_view text_;
};

std::optional<Timestamp> parse_epoch(std::string_view text) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc()) {
    return std::nullopt;
  }
  return Timestamp::from_seconds(seconds);
}

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
  Scanner scanner(text);
  unsigned y = 0;
  unsigned mon = 0;
  unsigned d = 0;
  unsigned h = 0;
  unsigned min = 0;
  unsigned s = 0;
  if (!scanner.take_number(4, 9999, y) || !scanner.take_any("-") || !scanner.take_number(2, 12, mon) ||
      !scanner.take_any("-") || !scanner.take_number(2, 31, d) || !scanner.take_any("Tt") ||
      !scanner.take_number(2, 23, h) || !scanner.take_any(":") || !scanner.take_number(2, 59, min) ||
      !scanner.take_any(":") || !scanner.take_number(2, 59, s)) {
    return std::nullopt;
  }
  if (scanner.take_any(".") && !scanner.take_digits()) {
    return std::nullopt;
  }
  std::int64_t offset = 0;
  if (!scanner.take_any("Zz")) {
    const bool is_east = scanner.take_any("+");
    unsigned offset_hours = 0;
    unsigned offset_minutes = 0;
    if ((!is_east && !scanner.take_any("-")) || !scanner.take_number(2, 23, offset_hours) || !scanner.take_any(":") ||
        !scanner.take_number(2, 59, offset_minutes)) {
      return std::nullopt;
    }
    offset = (std::int64_t{offset_hours} * 60 + offset_minutes) * (is_east ? 60 : -60);
  }
  const year_month_day date(year(static_cast<int>(y)), month(mon), day(d));
  if (!scanner.at_end() || !date.ok()) {
    return std::nullopt;
  }
  return Timestamp::from_seconds(seconds_at(date) + (std::int64_t{h} * 60 + min) * 60 + s - offset);
}

void append_number(std::string& out, std::int64_t value, std::size_t digits) {
  const std::string text = std::to_string(value);
  out.append(digits - std::min(digits, text.size()), '0').append(text);
}

}  // namespace

std::optional<Timestamp> Timestamp::from_seconds(std::int64_t seconds) {
  const std::int64_t first = seconds_at(year(0) / 1 / 1);
  const std::int64_t last = seconds_at(year(9999) / 12 / 31) + kSecondsPerDay - 1;
  if (seconds < first || seconds > last) {
    return std::nullopt;
  }
  return Timestamp(seconds);
}

std::optional<Timestamp> Timestamp::parse(std::string_view text) {
  if (!text.empty() && std::ranges::all_of(text, is_digit)) {
    return parse_epoch(text);
  }
  return parse_rfc3339(text);
}

std::string format_rfc3339(Timestamp timestamp) {
  const std::chrono::sys_seconds time{std::chrono::seconds(timestamp.seconds())};
  const Days midnight = std::chrono::floor<std::chrono::days>(time);
  const year_month_day date(midnight);
  const std::chrono::hh_mm_ss clock(time - midnight);
  std::string text;
  append_number(text, static_cast<int>(date.year()), 4);
  text += '-';
  append_number(text, static_cast<unsigned>(date.month()), 2);
  text += '-';
  append_number(text, static_cast<unsigned>(date.day()), 2);
  text += 'T';
  append_number(text, clock.hours().count(), 2);
  text += ':';
  append_number(text, clock.minutes().count(), 2);
  text += ':';
  append_number(text, clock.seconds().count(), 2);
  return text + 'Z';
}

}  // namespace wasm_oci
