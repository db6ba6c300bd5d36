#include "cli/transfer.hpp"

#include "oci/media_type.hpp"
#include "oci/text.hpp"

#include <algorithm>
#include <cmath>

namespace wasm_oci::cli {

namespace {

constexpr double kSpeedMemorySeconds = 3;
constexpr std::size_t kShortDigest = 12;
constexpr std::chrono::milliseconds kWorthTelling{100};

std::string_view kind_of(std::string_view type) {
  if (media_type::is_index(type)) {
    return "index";
  }
  if (media_type::is_manifest(type)) {
    return "manifest";
  }
  if (media_type::is_image_config(type)) {
    return "config";
  }
  return media_type::layer_compression(type) ? "layer" : "blob";
}

}  // namespace

void Speed::update(TimePoint now, std::uint64_t position) {
  if (last_) {
    const double seconds = std::chrono::duration<double>(now - *last_).count();
    if (seconds <= 0) {
      return;
    }
    if (position >= position_) {
      const double recent = static_cast<double>(position - position_) / seconds;
      const double weight = rate_ == 0 ? 1 : 1 - std::exp(-seconds / kSpeedMemorySeconds);
      rate_ += weight * (recent - rate_);
    }
  }
  last_ = now;
  position_ = position;
}

Transfer begin_transfer(const Descriptor& descriptor, TimePoint now) {
  Transfer transfer{.label = label_of(descriptor), .size = descriptor.size, .started = now, .told = now};
  transfer.speed.update(now, 0);
  return transfer;
}

std::string label_of(const Descriptor& descriptor) {
  std::string label =
      descriptor.digest.hex().substr(0, kShortDigest) + " " + std::string(kind_of(descriptor.media_type));
  if (const auto title = descriptor.annotations.find(std::string(annotation::kTitle));
      title != descriptor.annotations.end()) {
    label += " " + escape_for_terminal(excerpt(title->second));
  } else if (descriptor.platform) {
    const Platform& platform = *descriptor.platform;
    label += " " + escape_for_terminal(excerpt(platform.os + "/" + platform.architecture +
                                               (platform.variant.empty() ? "" : "/" + platform.variant)));
  }
  return label;
}

std::string outcome_line(const Descriptor& descriptor, TransferOutcome outcome,
                         std::optional<std::chrono::nanoseconds> duration) {
  std::string line = label_of(descriptor) + ": ";
  switch (outcome) {
    case TransferOutcome::exists:
      return line + "exists";
    case TransferOutcome::mounted:
      return line + "mounted from another repository";
    case TransferOutcome::failed:
      return line + "failed";
    case TransferOutcome::copied:
      break;
  }
  line += "copied " + human_size(descriptor.size);
  return duration && *duration >= kWorthTelling ? line + " in " + short_duration(*duration) : line;
}

std::string end_transfer(Transfers& transfers, const Descriptor& descriptor, TransferOutcome outcome, TimePoint now) {
  std::optional<std::chrono::nanoseconds> duration;
  if (const auto entry = transfers.find(descriptor.digest); entry != transfers.end()) {
    duration = now - entry->second.started;
    transfers.erase(entry);
  }
  return outcome_line(descriptor, outcome, duration) + "\n";
}

std::string short_duration(std::chrono::nanoseconds duration) {
  const double seconds = std::max(std::chrono::duration<double>(duration).count(), 0.0);
  if (seconds >= 9.95) {
    return whole_seconds(std::chrono::seconds(std::llround(seconds)));
  }
  const auto tenths = std::llround(seconds * 10);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + "s";
}

std::string whole_seconds(std::chrono::seconds duration) {
  const auto seconds = duration.count();
  if (seconds < 60) {
    return std::to_string(seconds) + "s";
  }
  const bool hours = seconds >= 3600;
  const auto large = seconds / (hours ? 3600 : 60);
  const auto small = hours ? seconds % 3600 / 60 : seconds % 60;
  return std::to_string(large) + (hours ? "h" : "m") + (small < 10 ? "0" : "") + std::to_string(small) +
         (hours ? "m" : "s");
}

std::string speed_text(double bytes_per_second) {
  return human_size(static_cast<std::uint64_t>(std::max(bytes_per_second, 0.0))) + "/s";
}

}  // namespace wasm_oci::cli
