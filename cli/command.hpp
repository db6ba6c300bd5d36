// Commands are data: a table of names, options, arguments and words for people, and one function. Parsing, help,
// suggestions and completions are all derived from these tables, so that they cannot disagree.
//
// Everything here is a literal type: tables are constants in the binary and cost nothing at start-up.
#pragma once

#include "cli/exit_code.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace wasm_oci::cli {

struct Context;
class Parsed;

enum class Takes : std::uint8_t {
  flag,             // no value; how often it was given can be asked (-vv)
  one,              // "--x V" or "--x=V"; the last one wins
  many,             // the same, and each one counts
  list,             // like many, and each value is split at its commas
  optional_equals,  // alone, or with a value as "--x=V"; never takes the next word
};

// What a shell offers in the place of a value.
enum class Completion : std::uint8_t {
  none,
  file,
  directory,
  location,
  platform,
  choice,  // one of `choices`; anything else is wrong usage
  offer,   // `choices` are offered, other values are taken as well
};

struct Option {
  std::string_view name;        // "platform"
  char short_name = 0;          // 'p'; 0: none
  std::string_view value = {};  // "P[,P…]", as help shows it; empty for flags
  std::string_view help;
  Takes takes = Takes::flag;
  Completion completion = Completion::none;
  std::span<const std::string_view> choices = {};
};

struct Argument {
  static constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

  std::string_view name;  // "SRC"
  std::size_t min = 1;
  std::size_t max = 1;
  Completion completion = Completion::none;
  std::span<const std::string_view> choices = {};
};

struct Example {
  std::string_view what;
  std::string_view line;
};

enum class Group : std::uint8_t { everyday, more };

// Errors are thrown (oci/error.hpp); what is returned is for outcomes that are no error of their own: findings, or the
// worst of several targets.
using Run = ExitCode (*)(const Parsed& parsed, Context& context);

struct Command {
  std::string_view name;                           // one or two words: "copy", "index create"
  std::span<const std::string_view> aliases = {};  // as many words as `name` or not: "cp", "index append"
  std::string_view summary;                        // one line, no full stop
  std::string_view details = {};                   // paragraphs separated by empty lines; help wraps them
  std::span<const Example> examples = {};
  std::span<const Argument> arguments = {};
  std::span<const Option> options = {};
  Group group = Group::more;
  Run run = nullptr;
};

using Catalog = std::span<const Command* const>;

}  // namespace wasm_oci::cli
