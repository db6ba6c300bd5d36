// The options that every command understands: their table, and their values with types.
#pragma once

#include "cli/command.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci::cli {

std::span<const Option> global_options();

// A variable of the environment; nullopt where it is not set.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

enum class Format : std::uint8_t {
  text,
  json,
  other,  // one that only the command knows
};

enum class ProgressMode : std::uint8_t { automatic, tty, plain, rawjson, quiet };

// The value of an option that may begin with "HOST=". Without a host it is meant for the one registry that the command
// speaks to.
struct HostValue {
  std::optional<std::string> host;  // as written: HOST or HOST:PORT
  std::string value;

  bool operator==(const HostValue&) const = default;
};

// HOST is what Docker takes for a registry (it has a dot or a port, or is "localhost" or a bracketed IPv6 address), so
// that passwords and paths may hold a "=".
HostValue parse_host_value(std::string_view text);

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
  std::vector<HostValue> creds = {};  // value: USER:PASS, never to be printed
  std::vector<HostValue> ca_file = {};
  std::vector<HostValue> cert = {};
  std::vector<HostValue> key = {};
  bool plain_http = false;                         // for the registries named on the command line
  std::vector<std::string> plain_http_hosts = {};  // --plain-http=HOST
};

// Throws UsageError for values that cannot be, without quoting a secret.
GlobalOptions read_global_options(const Parsed& parsed, const Environment& environment);

}  // namespace wasm_oci::cli
