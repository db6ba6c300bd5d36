#include "cli/prompt.hpp"

#include "oci/error.hpp"
#include "oci/file.hpp"
#include "oci/unique_fd.hpp"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

namespace wasm_oci::cli {

namespace {

constexpr std::size_t kMaxLine = 64 * 1024;
constexpr int kPollMilliseconds = 100;

// Turns the terminal's echo off, and on again whatever happens.
class SilentTerminal {
 public:
  SilentTerminal(int terminal, bool silent) : terminal_(terminal) {
    if (!silent || tcgetattr(terminal_, &before_) != 0) {
      return;
    }
    termios changed = before_;
    changed.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    active_ = tcsetattr(terminal_, TCSAFLUSH, &changed) == 0;
  }
  ~SilentTerminal() {
    if (active_) {
      tcsetattr(terminal_, TCSAFLUSH, &before_);
    }
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;

 private:
  int terminal_;
  termios before_{};
  bool active_ = false;
};

void strip_line_end(std::string& text) {
  if (text.ends_with('\n')) {
    text.pop_back();
  }
  if (text.ends_with('\r')) {
    text.pop_back();
  }
}

}  // namespace

std::string prompt(const Context& context, std::string_view question, Echo echo) {
  const UniqueFd terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));  // NOLINT(*-vararg)
  if (!terminal) {
    throw UsageError("there is no terminal to ask on", "wasm-oci login HOST -u USER --password-stdin");
  }
  const SilentTerminal silent(terminal.get(), echo == Echo::off);
  write_all(terminal.get(), as_bytes(question), "the terminal");
  std::string line;
  while (!line.ends_with('\n') && line.size() < kMaxLine) {
    if (context.stop.stop_requested()) {
      throw CancelledError("cancelled");
    }
    pollfd waiting{.fd = terminal.get(), .events = POLLIN, .revents = 0};
    if (poll(&waiting, 1, kPollMilliseconds) <= 0) {
      continue;
    }
    std::array<char, 1024> buffer{};
    const ssize_t count = ::read(terminal.get(), buffer.data(), buffer.size());
    if (count <= 0) {
      break;
    }
    line.append(buffer.data(), static_cast<std::size_t>(count));
  }
  if (echo == Echo::off) {
    write_all(terminal.get(), as_bytes("\n"), "the terminal");
  }
  strip_line_end(line);
  return line;
}

std::string read_standard_input() {
  std::string text;
  std::array<char, 4096> buffer{};
  while (const ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size())) {
    if (count < 0) {
      if (errno == EINTR) {
        continue;
      }
      throw_errno(errno, "cannot read standard input");
    }
    text.append(buffer.data(), static_cast<std::size_t>(count));
    if (text.size() > kMaxLine) {
      throw UsageError("the password on standard input is longer than 64 KiB");
    }
  }
  strip_line_end(text);
  return text;
}

}  // namespace wasm_oci::cli
