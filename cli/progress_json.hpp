// Progress for programs: one JSON object a line on standard error.
//
//   {"event":"start","digest":…,"mediaType":…,"size":BYTES}
//   {"event":"advance","digest":…,"position":BYTES,"size":BYTES}   at most ten a second for each digest
//   {"event":"finish","digest":…,"mediaType":…,"size":BYTES,"outcome":"copied"|"exists"|"mounted"|"failed"}
//   {"event":"note","text":…}
//
// "exists" and "mounted" come without a start. Messages ("error: …") stay lines of text.
#pragma once

#include "cli/progress.hpp"

#include <map>

namespace wasm_oci::cli {

class JsonDisplay final : public Display {
 public:
  JsonDisplay(Sink& err, Clock clock) : Display(err), clock_(std::move(clock)) {}

  void start(const Descriptor& descriptor) noexcept override;
  void advance(const Descriptor& descriptor, std::uint64_t position) noexcept override;
  void finish(const Descriptor& descriptor, TransferOutcome outcome) noexcept override;
  void note(std::string_view text) noexcept override;

 private:
  Clock clock_;
  std::map<Digest, TimePoint> told_;  // of what is moving: when its last line was written
};

}  // namespace wasm_oci::cli
