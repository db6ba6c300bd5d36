#include "cli/progress.hpp"

#include "cli/progress_json.hpp"
#include "cli/progress_plain.hpp"
#include "cli/progress_tty.hpp"
#include "oci/text.hpp"

namespace wasm_oci::cli {

namespace {

class QuietDisplay final : public Display {
 public:
  using Display::Display;
  void start(const Descriptor& /*descriptor*/) noexcept override {}
  void advance(const Descriptor& /*descriptor*/, std::uint64_t /*position*/) noexcept override {}
  void finish(const Descriptor& /*descriptor*/, TransferOutcome /*outcome*/) noexcept override {}
  void note(std::string_view /*text*/) noexcept override {}
};

bool can_move_cursor(const Terminal& terminal, const Environment& environment) {
  return terminal.is_terminal && environment.get("TERM").value_or("dumb") != "dumb";
}

}  // namespace

void Display::print(std::string_view lines) noexcept {
  try {
    const std::lock_guard lock(mutex_);
    write_above(lines);
  } catch (...) {  // NOLINT(bugprone-empty-catch): see its declaration
  }
}

void Display::note(std::string_view text) noexcept {
  try {
    print(escape_for_terminal(text) + "\n");
  } catch (...) {  // NOLINT(bugprone-empty-catch): work goes on without its progress
  }
}

void Display::aside(const std::function<void()>& other) {
  const std::lock_guard lock(mutex_);
  write(erasure());
  other();
  write(drawing());
}

void Display::write(std::string_view text) noexcept {
  try {
    if (!text.empty()) {
      err_.write(as_bytes(text));
    }
  } catch (...) {  // NOLINT(bugprone-empty-catch): as print() says
  }
}

void Display::write_above(std::string_view lines) {
  std::string text = erasure();
  text += lines;
  text += drawing();
  write(text);
}

std::unique_ptr<Display> make_display(ProgressMode mode, Sink& err, const Terminal& terminal,
                                      const Environment& environment) {
  if (mode == ProgressMode::automatic) {
    mode = can_move_cursor(terminal, environment) ? ProgressMode::tty : ProgressMode::plain;
  }
  const Clock clock = [] { return std::chrono::steady_clock::now(); };
  switch (mode) {
    case ProgressMode::tty:
      return std::make_unique<TtyDisplay>(err, terminal.size, clock, TtyDisplay::Redraw::by_itself);
    case ProgressMode::rawjson:
      return std::make_unique<JsonDisplay>(err, clock);
    case ProgressMode::quiet:
      return std::make_unique<QuietDisplay>(err);
    case ProgressMode::plain:
    case ProgressMode::automatic:
      break;
  }
  return std::make_unique<PlainDisplay>(err, clock);
}

}  // namespace wasm_oci::cli
