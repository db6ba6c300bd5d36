// Progress as lines, for logs: no carriage return, no escape sequence, nothing that repeats more often than every few
// seconds.
#pragma once

#include "cli/progress.hpp"
#include "cli/transfer.hpp"

namespace wasm_oci::cli {

class PlainDisplay final : public Display {
 public:
  PlainDisplay(Sink& err, Clock clock) : Display(err), clock_(std::move(clock)) {}

  void start(const Descriptor& descriptor) noexcept override;
  void advance(const Descriptor& descriptor, std::uint64_t position) noexcept override;
  void finish(const Descriptor& descriptor, TransferOutcome outcome) noexcept override;

 private:
  Clock clock_;
  Transfers transfers_;
};

}  // namespace wasm_oci::cli
