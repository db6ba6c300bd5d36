#include "cli/global_options.hpp"

#include "cli/duration.hpp"
#include "cli/parsed.hpp"
#include "oci/error.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace wasm_oci::cli {

namespace {

constexpr unsigned kMaxJobs = 64;
constexpr unsigned kMaxRetries = 100;

constexpr std::array<std::string_view, 2> kFormats = {"text", "json"};
constexpr std::array<std::string_view, 5> kProgressModes = {"auto", "tty", "plain", "rawjson", "quiet"};

constexpr std::array kOptions = {
    Option{.name = "authfile",
           .value = "FILE",
           .help = "Read and write credentials in this file only",
           .takes = Takes::one,
           .completion = Completion::file},
    Option{.name = "ca-file",
           .value = "[HOST=]FILE",
           .help = "Trust the certificates in this file as well",
           .takes = Takes::many,
           .completion = Completion::file},
    Option{.name = "cert",
           .value = "[HOST=]FILE",
           .help = "Client certificate (PEM)",
           .takes = Takes::many,
           .completion = Completion::file},
    Option{.name = "creds",
           .value = "[HOST=]USER:PASS",
           .help = "Credentials for the registry; other users of this machine may see them",
           .takes = Takes::many},
    Option{.name = "deadline",
           .value = "DURATION",
           .help = "Give up when the whole command takes longer than this",
           .takes = Takes::one},
    Option{.name = "format",
           .value = "text|json",
           .help = "What to print on standard output",
           .takes = Takes::one,
           .completion = Completion::choice,
           .choices = kFormats},
    Option{.name = "help", .short_name = 'h', .help = "Show help"},
    Option{.name = "jobs", .value = "N", .help = "Transfers at the same time (default 4)", .takes = Takes::one},
    Option{.name = "key",
           .value = "[HOST=]FILE",
           .help = "Private key of the client certificate (PEM)",
           .takes = Takes::many,
           .completion = Completion::file},
    Option{.name = "no-color", .help = "No colours; NO_COLOR in the environment does the same"},
    Option{.name = "plain-http",
           .value = "HOST",
           .help = "Speak http without TLS to this host, or to the registries on the command line",
           .takes = Takes::optional_equals},
    Option{.name = "progress",
           .value = "auto|tty|plain|rawjson|quiet",
           .help = "How progress is shown on standard error",
           .takes = Takes::one,
           .completion = Completion::choice,
           .choices = kProgressModes},
    Option{.name = "quiet",
           .short_name = 'q',
           .help = "Print digests alone, of findings those that fail, and no progress"},
    Option{
        .name = "retries", .value = "N", .help = "How often a request is tried again (default 5)", .takes = Takes::one},
    Option{.name = "retry-budget",
           .value = "DURATION",
           .help = "How long to wait for a registry that asks for patience (default 2m)",
           .takes = Takes::one},
    Option{.name = "timeout",
           .value = "DURATION",
           .help = "How long to wait when no byte arrives (default 60s)",
           .takes = Takes::one},
    Option{.name = "verbose", .short_name = 'v', .help = "Say what is decided; -vv shows every request"},
    Option{.name = "version", .help = "Show the versions of wasm-oci and its libraries"},
};

ProgressMode progress_mode(const std::string& name) {
  const auto* const found = std::find(kProgressModes.begin(), kProgressModes.end(), name);
  return static_cast<ProgressMode>(found - kProgressModes.begin());
}

}  // namespace

std::span<const Option> global_options() { return kOptions; }

GlobalOptions read_global_options(const Parsed& parsed, const Environment& environment) {
  GlobalOptions options;
  const auto format = parsed.value("format").value_or("text");
  options.format = format == "text" ? Format::text : format == "json" ? Format::json : Format::other;
  options.progress = progress_mode(parsed.value("progress").value_or("auto"));
  options.quiet = parsed.flag("quiet");
  options.verbosity = parsed.count("verbose");
  options.color = !parsed.flag("no-color") && !environment.get("NO_COLOR");

  options.jobs = static_cast<unsigned>(parsed.number("jobs", 1, kMaxJobs).value_or(options.jobs));
  options.retries = static_cast<unsigned>(parsed.number("retries", 0, kMaxRetries).value_or(options.retries));
  if (const auto text = parsed.value("retry-budget")) {
    options.retry_budget = parse_duration("--retry-budget", *text);
  }
  if (const auto text = parsed.value("timeout")) {
    options.timeout = parse_duration("--timeout", *text);
  }
  if (const auto text = parsed.value("deadline")) {
    options.deadline = parse_duration("--deadline", *text);
    options.deadline_text = *text;
  }

  options.authfile = parsed.value("authfile");
  options.hosts = {.creds = parsed.values("creds"),
                   .ca_file = parsed.values("ca-file"),
                   .cert = parsed.values("cert"),
                   .key = parsed.values("key"),
                   .plain_http = parsed.values("plain-http")};
  return options;
}

}  // namespace wasm_oci::cli
