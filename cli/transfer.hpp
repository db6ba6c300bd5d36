// One piece of content on its way, and how it is told.
#pragma once

#include "cli/progress.hpp"
#include "oci/descriptor.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace wasm_oci::cli {

// Bytes a second over about the last three seconds, so that it neither jumps nor lags behind.
class Speed {
 public:
  // What was moved by now. A position that falls (a retry) keeps the speed and counts on from there.
  void update(TimePoint now, std::uint64_t position);
  double bytes_per_second() const { return rate_; }

 private:
  std::optional<TimePoint> last_;
  std::uint64_t position_ = 0;
  double rate_ = 0;
};

struct Transfer {
  std::string label;
  std::uint64_t size = 0;
  std::uint64_t position = 0;
  TimePoint started;
  TimePoint told;  // when something was last said about it
  Speed speed = {};
};

// By digest. One digest may go to two places at the same time; it is shown once.
using Transfers = std::map<Digest, Transfer>;

Transfer begin_transfer(const Descriptor& descriptor, TimePoint now);

// "4f3c2a1b9d0e layer app.wasm": the short digest as docker shows it, what it is, and its title or platform where it
// has one. Safe to print.
std::string label_of(const Descriptor& descriptor);

// "4f3c2a1b9d0e layer: copied 49.5 MB in 1.6s"; the time only where it is worth telling.
std::string outcome_line(const Descriptor& descriptor, TransferOutcome outcome,
                         std::optional<std::chrono::nanoseconds> duration);

// Takes it off the list; outcome_line() and a newline.
std::string end_transfer(Transfers& transfers, const Descriptor& descriptor, TransferOutcome outcome, TimePoint now);

// "0.4s", "12s", "2m05s", "1h02m"
std::string short_duration(std::chrono::nanoseconds duration);
// The same without tenths: "4s"
std::string whole_seconds(std::chrono::seconds duration);
// "31 MB/s"
std::string speed_text(double bytes_per_second);

}  // namespace wasm_oci::cli
