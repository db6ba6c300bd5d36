#include "cli/output.hpp"

#include "cli/index_report.hpp"
#include "oci/text.hpp"

#include <utility>

namespace wasm_oci::cli {

namespace {

std::string label(bool color, std::string_view name, std::string_view code) {
  return color ? "\x1b[" + std::string(code) + "m" + std::string(name) + ":\x1b[0m " : std::string(name) + ": ";
}

// Whoever quotes something bounds it; this is for what was forgotten.
std::string line_of(const std::string& message) {
  constexpr std::size_t kLongest = 4000;
  return escape_for_terminal(excerpt(message, kLongest)) + "\n";
}

void write_results(JsonWriter& json, const std::vector<Result>& results,
                   const std::function<void(JsonWriter&)>& more = {}) {
  json.begin_object().key("results").begin_array();
  for (const Result& result : results) {
    json.begin_object()
        .member("name", result.name)
        .member("digest", result.digest.str())
        .member("mediaType", result.media_type)
        .member("size", result.size);
    if (result.previous_digest) {
      json.member("previousDigest", result.previous_digest->str());
    }
    json.member("platforms", result.platforms);
    if (result.changes) {
      json.key("changes");
      write(json, *result.changes);
    }
    json.end_object();
  }
  json.end_array();
  if (more) {
    more(json);
  }
  json.end_object();
}

}  // namespace

void print_error(Display& display, bool color, const Error& error) {
  std::string text = label(color, "error", "1;31") + line_of(error.message());
  if (!error.hint().empty()) {
    text += label(color, "hint", "36") + line_of(error.hint());
  }
  display.print(text);
}

std::string with_digest(const std::string& name, const Digest& digest) {
  const std::string suffix = "@" + digest.str();
  return name.ends_with(suffix) ? name : name + suffix;
}

std::string shortened(const Digest& digest) {
  constexpr std::size_t kDigits = 12;
  return std::string(to_string(digest.algorithm())) + ":" + digest.hex().substr(0, kDigits);
}

void print_note(const Context& context, std::string_view text) {
  if (!context.options.quiet) {
    context.display.print(escape_for_terminal(text) + "\n");
  }
}

void print_line(const Context& context, std::string_view line) {
  print_text(context, escape_for_terminal(line) + "\n");
}

void print_text(const Context& context, std::string_view text) {
  context.display.aside([&] { context.out.write(as_bytes(text)); });
}

void print_json(const Context& context, const std::function<void(JsonWriter&)>& write) {
  context.display.aside([&] {
    JsonWriter json(JsonStyle::pretty, context.out);
    write(json);
    std::move(json).finish();
    context.out.write(as_bytes("\n"));
  });
}

void print_results(const Context& context, const std::vector<Result>& results) {
  print_json(context, [&](JsonWriter& json) { write_results(json, results); });
}

void Results::print(const std::string& text) {
  if (stream_ == Stream::standard_output) {
    print_text(context_, text);
  } else {
    context_.display.print(text);
  }
}

void Results::add(Result result) {
  if (context_.options.format == Format::text) {
    const std::string digest = result.digest.str();
    print((context_.options.quiet ? digest : escape_for_terminal(result.name) + "@" + digest) + "\n");
  }
  results_.push_back(std::move(result));
}

void Results::fail(const Error& error) {
  if (context_.stop.stop_requested() || error.kind() == ErrorKind::cancelled) {
    throw Error(error);
  }
  print_error(context_.display, context_.color, error);
  code_ = worse(code_, exit_code(error.kind()));
}

ExitCode Results::finish(const std::function<void(JsonWriter&)>& more) {
  if (context_.options.format == Format::json && code_ == ExitCode::ok) {
    JsonWriter json(JsonStyle::pretty);
    write_results(json, results_, more);
    print(std::move(json).take() + "\n");
  }
  return code_;
}

}  // namespace wasm_oci::cli
