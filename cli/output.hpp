// What is printed, and how: results on standard output, messages on standard error. Text from outside is escaped here
// (T-19), and nowhere before.
#pragma once

#include "cli/context.hpp"
#include "cli/exit_code.hpp"
#include "oci/descriptor.hpp"
#include "oci/error.hpp"
#include "oci/index/changes.hpp"
#include "oci/json/writer.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci::cli {

// "error: …" and "hint: …", each one line.
void print_error(Display& display, bool color, const Error& error);
// A line for people on standard error; not with --quiet.
void print_note(const Context& context, std::string_view text);

// Both to standard output; a failure there is a FailureError. The line is escaped, the text is not.
void print_line(const Context& context, std::string_view line);
void print_text(const Context& context, std::string_view text);
// The document that `write` makes, and a newline. What may fail belongs before it: by then the first part is printed.
void print_json(const Context& context, const std::function<void(JsonWriter&)>& write);

// "sha256:" and the twelve digits that docker, too, tells images apart by.
std::string shortened(const Digest& digest);

// What a command that moves content did, one for each target.
struct Result {
  std::string name;  // normalised, with its prefix
  Digest digest;
  std::string media_type;
  std::uint64_t size = 0;
  std::optional<Digest> previous_digest = std::nullopt;  // what the tag named before
  std::vector<std::string> platforms = {};
  std::optional<IndexChanges> changes = std::nullopt;  // where an index was edited
};

// {"results": […]} and a newline.
void print_results(const Context& context, const std::vector<Result>& results);

// The results of several targets, all of which are tried. As text each is printed when it is there ("NAME@DIGEST", with
// --quiet the digest); as JSON all of them at the end, or nothing where one failed.
// "NAME@DIGEST", with the digest once.
std::string with_digest(const std::string& name, const Digest& digest);

class Results {
 public:
  enum class Stream {
    standard_output,
    standard_error,  // where content goes to standard output
  };

  explicit Results(Context& context, Stream stream = Stream::standard_output) : context_(context), stream_(stream) {}

  void add(Result result);
  // Tells the error and lets the next target have its turn. A stop that was requested ends them all: then this throws
  // `error` again.
  void fail(const Error& error);
  // Prints what is left to print; the code of the worst failure. `more` writes further members of the JSON document.
  ExitCode finish(const std::function<void(JsonWriter&)>& more = {});
  ExitCode code() const { return code_; }
  const std::vector<Result>& all() const { return results_; }

 private:
  void print(const std::string& text);

  Context& context_;
  Stream stream_;
  std::vector<Result> results_;
  ExitCode code_ = ExitCode::ok;
};

}  // namespace wasm_oci::cli
