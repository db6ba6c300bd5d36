#include "cli/progress.hpp"

#include "cli/progress_json.hpp"
#include "cli/progress_plain.hpp"
#include "cli/progress_tty.hpp"
#include "tests/cli/captured.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>

namespace wasm_oci::cli::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

constexpr std::uint64_t kMega = 1'000'000;

std::string short_digest(const std::string& name) { return digest_of(name).hex().substr(0, 12); }

// As much of a terminal as the display uses: lines, cursor up, erase below; long lines wrap.
class Screen {
 public:
  explicit Screen(std::size_t columns) : columns_(columns) {}

  void write(std::string_view text) {
    while (!text.empty()) {
      if (text.starts_with("\x1b[")) {
        const std::size_t end = text.find_first_not_of("0123456789", 2);
        const std::size_t count = end == 2 ? 1 : std::stoul(std::string(text.substr(2, end - 2)));
        if (text[end] == 'A') {
          ASSERT_LE(count, row_) << "would move above what it has drawn";
          row_ -= count;
        } else if (text[end] == 'J') {
          rows_.resize(row_);
        } else {
          FAIL() << "unknown sequence " << text[end];
        }
        text.remove_prefix(end + 1);
        continue;
      }
      const char c = text.front();
      text.remove_prefix(1);
      if (c == '\r') {
        column_ = 0;
      } else if (c == '\n') {
        rows_.resize(std::max(rows_.size(), row_ + 1));
        ++row_;
        column_ = 0;
      } else {
        if (column_ == columns_) {
          ++row_;
          column_ = 0;
        }
        rows_.resize(std::max(rows_.size(), row_ + 1));
        rows_[row_].resize(std::max(rows_[row_].size(), column_ + 1), ' ');
        rows_[row_][column_++] = c;
      }
    }
  }

  const std::vector<std::string>& rows() const { return rows_; }

 private:
  std::size_t columns_;
  std::size_t row_ = 0;
  std::size_t column_ = 0;
  std::vector<std::string> rows_;
};

struct Tty {
  explicit Tty(unsigned columns = 100, unsigned rows = 24)
      : size{columns, rows}, display(err, [this] { return size; }, clock.clock(), TtyDisplay::Redraw::by_hand) {}

  // What has been written, as a screen.
  std::vector<std::string> screen() const {
    Screen screen(size.columns);
    screen.write(err.text);
    return screen.rows();
  }
  void pass(milliseconds time) {
    clock.now += time;
    display.redraw();
  }

  TerminalSize size;
  TestClock clock;
  TextSink err;
  TtyDisplay display;
};

TEST(TtyProgress, DrawsABarForWhatMoves) {
  Tty tty;
  const Descriptor big = layer("big", 40 * kMega);
  tty.display.start(big);
  EXPECT_EQ(tty.err.text, "");
  tty.pass(milliseconds(1000));
  tty.display.advance(big, 10 * kMega);
  tty.pass(milliseconds(1000));
  const auto rows = tty.screen();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_THAT(rows[0], HasSubstr(short_digest("big") + " layer"));
  EXPECT_THAT(rows[0], HasSubstr("[=========>"));
  EXPECT_THAT(rows[0], HasSubstr("10 MB /   40 MB"));
  EXPECT_THAT(rows[0], HasSubstr("MB/s"));
  EXPECT_LT(rows[0].size(), 100U);
}

TEST(TtyProgress, LeavesOneLineForWhatIsDone) {
  Tty tty;
  const Descriptor a = layer("a", 40 * kMega);
  const Descriptor b = layer("b", 20 * kMega);
  tty.display.start(a);
  tty.display.start(b);
  tty.pass(milliseconds(200));
  EXPECT_EQ(tty.screen().size(), 2U);
  tty.display.finish(a, TransferOutcome::copied);
  auto rows = tty.screen();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0], short_digest("a") + " layer: copied 40 MB in 0.2s");
  EXPECT_THAT(rows[1], HasSubstr(short_digest("b")));
  tty.display.finish(b, TransferOutcome::failed);
  rows = tty.screen();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[1], short_digest("b") + " layer: failed");
}

TEST(TtyProgress, DrawsNoBarForWhatIsDoneAtOnce) {
  Tty tty;
  const Descriptor small = layer("small", 500);
  tty.display.start(small);
  tty.pass(milliseconds(100));
  EXPECT_EQ(tty.err.text, "");
  tty.display.finish(small, TransferOutcome::copied);
  EXPECT_EQ(tty.err.text, short_digest("small") + " layer: copied 500 B in 0.1s\n");
}

TEST(TtyProgress, KeepsMessagesAndBarsApart) {
  Tty tty;
  const Descriptor a = layer("a", 40 * kMega);
  tty.display.start(a);
  tty.pass(milliseconds(200));
  tty.display.note("waiting for \x1b[2J ghcr.io");
  tty.display.print("error: x\nhint: y\n");
  tty.display.aside([&] { tty.err.write(as_bytes("docker.io/me/a:1@sha256:…\n")); });
  tty.pass(milliseconds(200));
  const auto rows = tty.screen();
  ASSERT_EQ(rows.size(), 5U);
  EXPECT_EQ(rows[0], "waiting for \\x1b[2J ghcr.io");
  EXPECT_EQ(rows[1], "error: x");
  EXPECT_EQ(rows[2], "hint: y");
  EXPECT_EQ(rows[3], "docker.io/me/a:1@sha256:…");
  EXPECT_THAT(rows[4], HasSubstr(short_digest("a")));
}

TEST(TtyProgress, TakesItsBarsAwayAtTheEnd) {
  TextSink err;
  TestClock clock;
  {
    TtyDisplay display(err, [] { return TerminalSize{}; }, clock.clock(), TtyDisplay::Redraw::by_hand);
    display.start(layer("a", kMega));
    clock.now += seconds(1);
    display.redraw();
  }
  Screen screen(80);
  screen.write(err.text);
  EXPECT_TRUE(screen.rows().empty());
}

TEST(TtyProgress, NeverFillsMoreThanTheWindow) {
  Tty tty(40, 4);
  for (int i = 0; i < 10; ++i) {
    Descriptor descriptor = layer(std::to_string(i), kMega);
    descriptor.annotations.emplace(annotation::kTitle,
                                   "ein-sehr-langer-name-\u00fc\u00fc\u6c34\u6c34\u6c34\u6c34\u6c34.wasm");
    tty.display.start(descriptor);
  }
  tty.pass(seconds(2));
  const auto rows = tty.screen();
  EXPECT_EQ(rows.size(), 3U);
  for (unsigned columns = 1; columns < 200; ++columns) {
    Transfer transfer = begin_transfer(layer("a", 3 * kMega), tty.clock.now);
    transfer.position = kMega;
    const std::string line = bar_line(transfer, tty.clock.now + seconds(2), 20, columns);
    EXPECT_LE(line.size(), columns) << line;
  }
}

TEST(TtyProgress, ErasesWhatWrappedInANarrowerWindow) {
  Tty tty(100, 24);
  tty.display.start(layer("a", kMega));
  tty.pass(seconds(1));
  const std::string before = tty.err.take();
  ASSERT_GT(before.size(), 80U);
  tty.size.columns = 40;
  tty.pass(milliseconds(100));
  EXPECT_TRUE(tty.err.text.starts_with("\x1b[" + std::to_string((before.size() - 1 + 39) / 40) + "A\r\x1b[J"))
      << before.size();
}

TEST(PlainProgress, WritesALineAtTheStartAndEndAndEveryFewSecondsBetween) {
  TextSink err;
  TestClock clock;
  PlainDisplay display(err, clock.clock());
  const Descriptor big = layer("big", 40 * kMega);
  const std::string label = short_digest("big") + " layer: ";
  display.start(big);
  EXPECT_EQ(err.take(), label + "40 MB\n");
  for (int i = 1; i <= 49; ++i) {
    clock.now += milliseconds(100);
    display.advance(big, static_cast<std::uint64_t>(i) * 200'000);
  }
  EXPECT_EQ(err.take(), "");
  clock.now += milliseconds(100);
  display.advance(big, 10 * kMega);
  EXPECT_EQ(err.take(), label + "10 MB of 40 MB (25%), 2 MB/s\n");
  clock.now += milliseconds(100);
  display.advance(big, 11 * kMega);
  EXPECT_EQ(err.take(), "");
  clock.now += milliseconds(900);
  display.finish(big, TransferOutcome::copied);
  EXPECT_EQ(err.take(), label + "copied 40 MB in 6.0s\n");
}

TEST(PlainProgress, WritesOneLineForSmallContent) {
  TextSink err;
  TestClock clock;
  PlainDisplay display(err, clock.clock());
  const Descriptor small = layer("small", 700);
  display.start(small);
  display.advance(small, 700);
  display.finish(small, TransferOutcome::copied);
  EXPECT_EQ(err.take(), short_digest("small") + " layer: copied 700 B\n");
  display.finish(layer("there", 5 * kMega), TransferOutcome::exists);
  EXPECT_EQ(err.take(), short_digest("there") + " layer: exists\n");
  display.note("a\x1b[2J\rb");
  EXPECT_EQ(err.take(), "a\\x1b[2J\\rb\n");
}

TEST(JsonProgress, WritesOneObjectALine) {
  TextSink err;
  TestClock clock;
  JsonDisplay display(err, clock.clock());
  const Descriptor big = layer("big", 1000);
  display.start(big);
  display.advance(big, 100);
  clock.now += milliseconds(100);
  display.advance(big, 200);
  display.advance(big, 300);
  display.finish(big, TransferOutcome::mounted);
  display.note("wait \xff\x1b");
  std::istringstream lines(err.text);
  std::vector<nlohmann::json> events;
  for (std::string line; std::getline(lines, line);) {
    events.push_back(nlohmann::json::parse(line));
  }
  ASSERT_EQ(events.size(), 4U);
  const std::string digest = digest_of("big").str();
  const std::string type = big.media_type;
  EXPECT_EQ(events[0], nlohmann::json({{"event", "start"}, {"digest", digest}, {"mediaType", type}, {"size", 1000}}));
  EXPECT_EQ(events[1], nlohmann::json({{"event", "advance"}, {"digest", digest}, {"position", 200}, {"size", 1000}}));
  EXPECT_EQ(
      events[2],
      nlohmann::json(
          {{"event", "finish"}, {"digest", digest}, {"mediaType", type}, {"size", 1000}, {"outcome", "mounted"}}));
  EXPECT_EQ(events[3]["event"], "note");
}

TEST(Progress, IsChosenByTheTerminal) {
  TextSink err;
  const auto chosen = [&](ProgressMode mode, bool is_terminal, const Variables& environment) -> std::string {
    const auto display = make_display(mode, err, {.is_terminal = is_terminal}, environment_of(environment));
    return dynamic_cast<TtyDisplay*>(display.get()) != nullptr     ? "tty"
           : dynamic_cast<PlainDisplay*>(display.get()) != nullptr ? "plain"
           : dynamic_cast<JsonDisplay*>(display.get()) != nullptr  ? "json"
                                                                   : "quiet";
  };
  EXPECT_EQ(chosen(ProgressMode::automatic, true, {{"TERM", "xterm"}}), "tty");
  EXPECT_EQ(chosen(ProgressMode::automatic, true, {{"TERM", "dumb"}}), "plain");
  EXPECT_EQ(chosen(ProgressMode::automatic, true, {}), "plain");
  EXPECT_EQ(chosen(ProgressMode::automatic, false, {{"TERM", "xterm"}}), "plain");
  EXPECT_EQ(chosen(ProgressMode::tty, false, {}), "tty");
  EXPECT_EQ(chosen(ProgressMode::plain, true, {{"TERM", "xterm"}}), "plain");
  EXPECT_EQ(chosen(ProgressMode::rawjson, true, {{"TERM", "xterm"}}), "json");
  EXPECT_EQ(chosen(ProgressMode::quiet, true, {{"TERM", "xterm"}}), "quiet");
}

TEST(Progress, IsSilentWhenQuietButForMessages) {
  TextSink err;
  const auto display = make_display(ProgressMode::quiet, err, {}, environment_of({}));
  display->start(layer("a", 5 * kMega));
  display->advance(layer("a", 5 * kMega), kMega);
  display->finish(layer("a", 5 * kMega), TransferOutcome::copied);
  display->note("x");
  EXPECT_EQ(err.take(), "");
  display->print("error: x\n");
  EXPECT_EQ(err.take(), "error: x\n");
}

TEST(Progress, GoesOnWhenStandardErrorIsBroken) {
  BrokenSink err;
  for (const auto mode : {ProgressMode::tty, ProgressMode::plain, ProgressMode::rawjson}) {
    const auto display = make_display(mode, err, {}, environment_of({}));
    display->start(layer("a", 5 * kMega));
    display->print("x\n");
    display->finish(layer("a", 5 * kMega), TransferOutcome::copied);
  }
  EXPECT_THROW(make_display(ProgressMode::plain, err, {}, environment_of({}))->aside([&] { err.write({}); }),
               FailureError);
}

}  // namespace
}  // namespace wasm_oci::cli::testing
