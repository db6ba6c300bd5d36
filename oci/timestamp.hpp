// A moment in whole seconds, as images record them: "created", times in tar, SOURCE_DATE_EPOCH.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wasm_oci {

// Always within the years 0000 to 9999, which RFC 3339 can write. By default 1970-01-01T00:00:00Z.
class Timestamp {
 public:
  constexpr Timestamp() = default;

  // Seconds since 1970-01-01T00:00:00Z; nullopt outside of the years above.
  static std::optional<Timestamp> from_seconds(std::int64_t seconds);
  // Digits alone are seconds since 1970, as in SOURCE_DATE_EPOCH; else RFC 3339 ("2026-08-01T12:00:00+02:00"), of which
  // fractions of a second are dropped. nullopt for everything else: blanks, dates that do not exist, leap seconds.
  static std::optional<Timestamp> parse(std::string_view text);

  // Whether it is written in RFC 3339, as configs have to: Go reads nothing of one with another time.
  static bool is_rfc3339(std::string_view text) { return text.contains('T') && parse(text); }

  std::int64_t seconds() const { return seconds_; }

  auto operator<=>(const Timestamp&) const = default;

 private:
  explicit constexpr Timestamp(std::int64_t seconds) : seconds_(seconds) {}

  std::int64_t seconds_ = 0;
};

// In UTC: "1970-01-01T00:00:00Z".
std::string format_rfc3339(Timestamp timestamp);

}  // namespace wasm_oci
