#include "cli/progress_tty.hpp"

#include "oci/text.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace wasm_oci::cli {

namespace {

constexpr std::chrono::milliseconds kBetweenDrawings{100};
// What is done sooner never gets a bar: it would only flicker.
constexpr std::chrono::milliseconds kWorthABar{150};
constexpr std::size_t kLabelWidth = 34;
constexpr std::size_t kMinBar = 10;
constexpr std::size_t kMaxBar = 40;

// Without a locale nothing tells the width of a character; taking two columns for all that is not ASCII keeps a line
// from ever wrapping.
std::size_t width_of(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x80 ? 1 : byte < 0xc0 ? 0 : 2;
}

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (const char c : text) {
    width += width_of(c);
  }
  return width;
}

// Cut or filled to `width` columns.
std::string fitted(std::string_view text, std::size_t width) {
  std::string result;
  std::size_t used = 0;
  for (const char c : text) {
    if (used + width_of(c) > width) {
      break;
    }
    used += width_of(c);
    result += c;
  }
  return result + std::string(width - used, ' ');
}

std::string right(const std::string& text, std::size_t width) {
  return text.size() >= width ? text : std::string(width - text.size(), ' ') + text;
}

std::string bar(const Transfer& transfer, std::size_t width) {
  const std::size_t inside = width - 2;
  const double share =
      transfer.size == 0 ? 1 : static_cast<double>(transfer.position) / static_cast<double>(transfer.size);
  const auto filled = static_cast<std::size_t>(std::min(share, 1.0) * static_cast<double>(inside));
  std::string text(filled, '=');
  if (filled < inside) {
    text += '>';
    text += std::string(inside - filled - 1, ' ');
  }
  return "[" + text + "]";
}

std::string time_left(const Transfer& transfer) {
  const double rate = transfer.speed.bytes_per_second();
  if (rate < 1 || transfer.position >= transfer.size) {
    return {};
  }
  const double seconds = std::ceil(static_cast<double>(transfer.size - transfer.position) / rate);
  constexpr double kWorthTelling = 24.0 * 3600;
  return seconds > kWorthTelling ? std::string()
                                 : whole_seconds(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}

}  // namespace

std::string bar_line(const Transfer& transfer, TimePoint now, std::size_t label, unsigned columns) {
  constexpr std::size_t kSize = 7;  // "49.5 MB"
  const std::string sizes =
      right(human_size(transfer.position), kSize) + " / " + right(human_size(transfer.size), kSize);
  std::string rate = right(speed_text(transfer.speed.bytes_per_second()), kSize + 2);
  std::string left = right(time_left(transfer), 6);
  if (now - transfer.started < std::chrono::seconds(1)) {
    left = std::string(left.size(), ' ');  // too early to tell
  }
  std::string tail = "  " + sizes;
  for (const std::string* part : {&rate, &left}) {
    if (label + tail.size() + 2 + part->size() <= columns) {
      tail += "  " + *part;
    }
  }
  if (label + tail.size() > columns) {
    return fitted(transfer.label, columns);
  }
  const std::size_t room = columns - label - tail.size();
  const std::string middle = room >= kMinBar + 1 ? " " + bar(transfer, std::min(room - 1, kMaxBar)) : std::string();
  return fitted(transfer.label, label) + middle + tail;
}

TtyDisplay::TtyDisplay(Sink& err, std::function<TerminalSize()> size, Clock clock, Redraw redraw)
    : Display(err), size_(std::move(size)), clock_(std::move(clock)), redraw_(redraw) {}

TtyDisplay::~TtyDisplay() {
  thread_.request_stop();
  if (thread_.joinable()) {
    thread_.join();
  }
  // A failure leaves bars behind; without their transfers they are taken away and not drawn again.
  transfers_.clear();
  print("");
}

void TtyDisplay::start(const Descriptor& descriptor) noexcept {
  try {
    const std::lock_guard lock(mutex());
    transfers_.emplace(descriptor.digest, begin_transfer(descriptor, clock_()));
    if (redraw_ == Redraw::by_itself && !thread_.joinable()) {
      run_thread();
    }
  } catch (...) {  // NOLINT(bugprone-empty-catch): work goes on without its progress
  }
}

void TtyDisplay::run_thread() {
  thread_ = std::jthread([this](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      {
        std::unique_lock lock(mutex());
        wake_.wait_for(lock, stop, kBetweenDrawings, [] { return false; });
      }
      redraw();
    }
  });
}

void TtyDisplay::advance(const Descriptor& descriptor, std::uint64_t position) noexcept {
  const std::lock_guard lock(mutex());
  if (const auto entry = transfers_.find(descriptor.digest); entry != transfers_.end()) {
    entry->second.position = position;
  }
}

void TtyDisplay::finish(const Descriptor& descriptor, TransferOutcome outcome) noexcept {
  try {
    const std::lock_guard lock(mutex());
    write_above(end_transfer(transfers_, descriptor, outcome, clock_()));
  } catch (...) {  // NOLINT(bugprone-empty-catch): work goes on without its progress
  }
}

void TtyDisplay::redraw() noexcept {
  try {
    const std::lock_guard lock(mutex());
    const TimePoint now = clock_();
    for (auto& [digest, transfer] : transfers_) {
      transfer.speed.update(now, transfer.position);
    }
    write_above("");
  } catch (...) {  // NOLINT(bugprone-empty-catch): work goes on without its progress
  }
}

std::string TtyDisplay::erasure() {
  // In a window that has become narrower, a line takes several rows.
  const std::size_t columns = std::max(size_().columns, 1U);
  std::size_t rows = 0;
  for (const std::size_t width : drawn_) {
    rows += std::max<std::size_t>(1, (width + columns - 1) / columns);
  }
  drawn_.clear();
  return rows == 0 ? std::string() : "\x1b[" + std::to_string(rows) + "A\r\x1b[J";
}

std::string TtyDisplay::drawing() {
  const TerminalSize size = size_();
  const TimePoint now = clock_();
  // One row for the cursor, and a column since some terminals wrap when the last one is filled.
  const std::size_t most = std::max(size.rows, 2U) - 1;
  const unsigned columns = std::max(size.columns, 2U) - 1;
  std::vector<const Transfer*> shown;
  std::size_t label = 0;
  for (const auto& [digest, transfer] : transfers_) {
    if (shown.size() < most && now - transfer.started >= kWorthABar) {
      shown.push_back(&transfer);
      label = std::max(label, std::min(width_of(transfer.label), kLabelWidth));
    }
  }
  std::string text;
  for (const Transfer* transfer : shown) {
    const std::string line = bar_line(*transfer, now, label, columns);
    drawn_.push_back(width_of(line));
    text += line + "\n";
  }
  return text;
}

}  // namespace wasm_oci::cli
