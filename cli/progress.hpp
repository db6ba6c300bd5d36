// What people see on standard error while content moves, and the one way to write there meanwhile.
#pragma once

#include "cli/global_options.hpp"
#include "oci/progress.hpp"
#include "oci/stream.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace wasm_oci::cli {

using TimePoint = std::chrono::steady_clock::time_point;
using Clock = std::function<TimePoint()>;

struct TerminalSize {
  unsigned columns = 80;
  unsigned rows = 24;
};

// What standard error is.
struct Terminal {
  bool is_terminal = false;
  std::function<TerminalSize()> size = [] { return TerminalSize{}; };  // asked again and again: windows change
};

// Progress that shares standard error with messages. All functions may be called from several threads.
class Display : public Progress {
 public:
  // `err` must outlive the display.
  explicit Display(Sink& err) : err_(err) {}

  // Writes whole lines to standard error, whatever the mode. An error there is dropped: there is nobody left to tell.
  void print(std::string_view lines) noexcept;
  // A line of text from outside, escaped.
  void note(std::string_view text) noexcept override;
  // Runs `other`, which writes to the terminal by other ways, while nothing of the display is on it. What it throws
  // passes.
  void aside(const std::function<void()>& other);

 protected:
  // Both with the mutex held: what takes away all that is drawn, and what draws it again.
  virtual std::string erasure() { return {}; }
  virtual std::string drawing() { return {}; }

  // Both with the mutex held, the second one with what is drawn below the lines.
  void write(std::string_view text) noexcept;
  void write_above(std::string_view lines);
  std::mutex& mutex() { return mutex_; }

 private:
  std::mutex mutex_;
  Sink& err_;
};

// `automatic` is tty where standard error is a terminal that can move its cursor (TERM is set and not "dumb"), else
// plain.
std::unique_ptr<Display> make_display(ProgressMode mode, Sink& err, const Terminal& terminal,
                                      const Environment& environment);

}  // namespace wasm_oci::cli
