#include "cli/progress_plain.hpp"

#include "oci/text.hpp"

namespace wasm_oci::cli {

namespace {

constexpr std::uint64_t kWorthAStartLine = 1 << 20;
constexpr std::chrono::seconds kBetweenLines{5};

std::string position_line(const Transfer& transfer) {
  const auto percent = transfer.size == 0 ? 100 : transfer.position * 100 / transfer.size;
  return transfer.label + ": " + human_size(transfer.position) + " of " + human_size(transfer.size) + " (" +
         std::to_string(percent) + "%), " + speed_text(transfer.speed.bytes_per_second()) + "\n";
}

}  // namespace

void PlainDisplay::start(const Descriptor& descriptor) noexcept {
  try {
    const std::lock_guard lock(mutex());
    const auto [entry, is_new] = transfers_.emplace(descriptor.digest, begin_transfer(descriptor, clock_()));
    if (is_new && descriptor.size >= kWorthAStartLine) {
      write(entry->second.label + ": " + human_size(descriptor.size) + "\n");
    }
  } catch (...) {  // NOLINT(bugprone-empty-catch): work goes on without its progress
  }
}

void PlainDisplay::advance(const Descriptor& descriptor, std::uint64_t position) noexcept {
  try {
    const std::lock_guard lock(mutex());
    const auto entry = transfers_.find(descriptor.digest);
    if (entry == transfers_.end()) {
      return;
    }
    Transfer& transfer = entry->second;
    transfer.position = position;
    const TimePoint now = clock_();
    if (now - transfer.told >= kBetweenLines) {
      transfer.told = now;
      transfer.speed.update(now, position);
      write(position_line(transfer));
    }
  } catch (...) {  // NOLINT(bugprone-empty-catch): work goes on without its progress
  }
}

void PlainDisplay::finish(const Descriptor& descriptor, TransferOutcome outcome) noexcept {
  try {
    const std::lock_guard lock(mutex());
    write(end_transfer(transfers_, descriptor, outcome, clock_()));
  } catch (...) {  // NOLINT(bugprone-empty-catch): work goes on without its progress
  }
}

}  // namespace wasm_oci::cli
