// Progress on a terminal: finished content as lines that scroll away, and below them a bar for each piece that moves.
//
// The bars are the last lines on the screen and the cursor stands below them, visible, at the start of a line: when the
// program is killed at any moment, nothing has to be put right. Each drawing is one write.
#pragma once

#include "cli/progress.hpp"
#include "cli/transfer.hpp"

#include <condition_variable>
#include <thread>
#include <vector>

namespace wasm_oci::cli {

class TtyDisplay final : public Display {
 public:
  enum class Redraw {
    by_itself,  // ten times a second, by a thread that begins with the first transfer
    by_hand,    // only by redraw()
  };

  TtyDisplay(Sink& err, std::function<TerminalSize()> size, Clock clock, Redraw redraw);
  ~TtyDisplay() override;

  void start(const Descriptor& descriptor) noexcept override;
  void advance(const Descriptor& descriptor, std::uint64_t position) noexcept override;
  void finish(const Descriptor& descriptor, TransferOutcome outcome) noexcept override;

  void redraw() noexcept;

 private:
  std::string erasure() override;
  std::string drawing() override;
  void run_thread();

  std::function<TerminalSize()> size_;
  Clock clock_;
  Redraw redraw_;
  Transfers transfers_;
  std::vector<std::size_t> drawn_;  // the widths of the lines on the screen
  std::condition_variable_any wake_;
  std::jthread thread_;
};

// One bar, at most `columns` wide: "LABEL [====>    ] 12.3 MB / 49.5 MB  31 MB/s  2s", without what does not fit. The
// label takes `label` columns, so that bars stand below each other.
std::string bar_line(const Transfer& transfer, TimePoint now, std::size_t label, unsigned columns);

}  // namespace wasm_oci::cli
