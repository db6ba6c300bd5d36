// The options that every command understands: their table, and their values with types.
#pragma once

#include "cli/command.hpp"
#include "registry/environment.hpp"
#include "registry/hosts.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wasm_oci::cli {

std::span<const Option> global_options();

enum class Format : std::uint8_t {
  text,
  json,
  other,  // one that only the command knows
};

enum class ProgressMode : std::uint8_t { automatic, tty, plain, rawjson, quiet };

struct GlobalOptions {
  Format format = Format::text;
  ProgressMode progress = ProgressMode::automatic;
  bool quiet = false;
  std::size_t verbosity = 0;  // 1: what is decided, 2: every request
  bool color = true;          // whether colours are allowed; the terminal decides as well

  unsigned jobs = 4;
  unsigned retries = 5;
  std::chrono::milliseconds retry_budget = std::chrono::minutes(2);
  std::chrono::milliseconds timeout = std::chrono::seconds(60);
  std::optional<std::chrono::milliseconds> deadline = std::nullopt;
  std::string deadline_text = {};  // as the user wrote it

  std::optional<std::string> authfile = std::nullopt;
  HostFlags hosts = {};  // --creds, --ca-file, --cert, --key, --plain-http as written: it holds secrets
};

// Throws UsageError for values that cannot be; what is said of hosts is judged where the registries are known (Hosts).
GlobalOptions read_global_options(const Parsed& parsed, const Environment& environment);

}  // namespace wasm_oci::cli
