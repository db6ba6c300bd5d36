// The program's surroundings as values that a test can read.
#pragma once

#include "cli/command.hpp"
#include "cli/context.hpp"
#include "cli/exit_code.hpp"
#include "cli/progress.hpp"
#include "cli/signals.hpp"
#include "oci/descriptor.hpp"
#include "oci/stream.hpp"

#include <map>
#include <string>
#include <vector>

namespace wasm_oci::cli::testing {

// A stream that takes nothing, as a full disk does.
class BrokenSink final : public Sink {
 public:
  void write(ByteView bytes) override;
};

class TextSink final : public Sink {
 public:
  void write(ByteView bytes) override { text += as_text(bytes); }
  // What came since the last call.
  std::string take();
  std::string text;
};

using Variables = std::map<std::string, std::string>;
Environment environment_of(Variables variables);

struct Ran {
  ExitCode code;
  std::string out;
  std::string err;
};

struct Setting {
  Variables environment = {};
  bool is_terminal = false;
  bool broken_output = false;
  Interrupts* interrupts = nullptr;
};

Ran run(const std::vector<std::string>& words, Catalog catalog, const Setting& setting = {});

// A context for testing what commands call.
struct TestContext {
  explicit TestContext(GlobalOptions given = {});

  GlobalOptions options;
  Environment environment;
  TextSink out;
  TextSink err;
  std::unique_ptr<Display> display;
  std::stop_source stop;
  Context context;
};

// Time that stands still until it is moved.
struct TestClock {
  TimePoint now = TimePoint(std::chrono::hours(1));
  Clock clock() {
    return [this] { return now; };
  }
};

// Content of a size, not of any bytes; its digest is that of `name`.
Descriptor layer(const std::string& name, std::uint64_t size);

}  // namespace wasm_oci::cli::testing
