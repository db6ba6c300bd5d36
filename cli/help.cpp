#include "cli/help.hpp"

#include "cli/global_options.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <span>
#include <utility>
#include <vector>

namespace wasm_oci::cli {

namespace {

constexpr std::size_t kWidth = 100;
// A left column wider than this does not push the others away: its text starts on the next line.
constexpr std::size_t kMaxLeft = 34;

struct Row {
  std::string left;
  std::string right;
};

// Breaks `text` at spaces; lines after the first begin with `indent` spaces. `at` is the column where the text begins.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t at) {
  std::string result;
  std::size_t column = at;
  bool first = true;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (!first && column + 1 + word.size() > kWidth) {
      result += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (!first) {
      result += ' ';
      ++column;
    }
    result += word;
    column += word.size();
    first = false;
  }
  return result;
}

std::string table(const std::vector<Row>& rows) {
  std::size_t width = 0;
  for (const Row& row : rows) {
    if (row.left.size() <= kMaxLeft) {
      width = std::max(width, row.left.size());
    }
  }
  std::string text;
  for (const Row& row : rows) {
    text += "  " + row.left;
    const std::size_t indent = width + 4;
    text += row.left.size() > width ? "\n" + std::string(indent, ' ') : std::string(indent - 2 - row.left.size(), ' ');
    text += wrapped(row.right, indent, indent) + "\n";
  }
  return text;
}

// "--plain-http[=HOST]": the value's form says how it may be given.
std::string option_column(const Option& option) {
  std::string text = option.short_name == 0 ? "    " : std::string("-") + option.short_name + ", ";
  text += "--" + std::string(option.name);
  if (option.takes == Takes::optional_equals) {
    text += "[=" + std::string(option.value) + "]";
  } else if (option.takes != Takes::flag) {
    text += " " + std::string(option.value);
  }
  return text;
}

std::vector<Row> option_rows(std::span<const Option> options) {
  std::vector<const Option*> sorted;
  std::transform(options.begin(), options.end(), std::back_inserter(sorted),
                 [](const Option& option) { return &option; });
  std::sort(sorted.begin(), sorted.end(), [](const Option* a, const Option* b) { return a->name < b->name; });
  std::vector<Row> rows;
  for (const Option* option : sorted) {
    std::string right(option->help);
    if (option->takes == Takes::many || option->takes == Takes::list) {
      right += " (repeatable)";
    }
    rows.push_back({.left = option_column(*option), .right = std::move(right)});
  }
  return rows;
}

std::string commands_section(std::string_view title, Catalog catalog, Group group) {
  std::vector<Row> rows;
  for (const Command* command : catalog) {
    if (command->group == group) {
      rows.push_back({.left = std::string(command->name), .right = std::string(command->summary)});
    }
  }
  return rows.empty() ? std::string() : std::string(title) + ":\n" + table(rows) + "\n";
}

constexpr std::string_view kTitle = "From .wasm files to OCI images that Docker, containerd, podman and Kubernetes run";
constexpr std::string_view kMoreOnCommand = "Run 'wasm-oci COMMAND --help' for more on a command.\n";

std::string header() { return "Usage:  wasm-oci [OPTIONS] COMMAND\n\n" + std::string(kTitle) + "\n\n"; }

// An argument as usage shows it: "DST", "[HOST]", "REF...", "[NAME...]".
std::string usage_word(const Argument& argument) {
  std::string word(argument.name);
  if (argument.max > 1) {
    word += "...";
  }
  return argument.min == 0 ? "[" + word + "]" : word;
}

}  // namespace

std::string usage_line(const Command& command) {
  std::string line = "wasm-oci " + std::string(command.name);
  if (!command.options.empty()) {
    line += " [OPTIONS]";
  }
  for (const Argument& argument : command.arguments) {
    line += " " + usage_word(argument);
  }
  return line;
}

std::string overview(Catalog catalog) {
  return header() + commands_section("Everyday commands", catalog, Group::everyday) +
         "Run 'wasm-oci --help' for all commands and the global options.\n" + std::string(kMoreOnCommand);
}

std::string full_help(Catalog catalog) {
  return header() + commands_section("Everyday commands", catalog, Group::everyday) +
         commands_section("More commands", catalog, Group::more) + "Global options:\n" +
         table(option_rows(global_options())) + "\n" + std::string(kMoreOnCommand);
}

std::string group_help(Catalog catalog, std::string_view group) {
  std::vector<Row> rows;
  for (const Command* command : catalog) {
    if (command->name.starts_with(std::string(group) + " ")) {
      rows.push_back({.left = std::string(command->name), .right = std::string(command->summary)});
    }
  }
  return "Usage:  wasm-oci " + std::string(group) + " COMMAND\n\nCommands:\n" + table(rows) + "\n" +
         std::string(kMoreOnCommand);
}

std::string command_help(const Command& command) {
  std::string text = "Usage:  " + usage_line(command) + "\n\n" + std::string(command.summary) + "\n";
  if (!command.details.empty()) {
    text += "\n";
    for (std::string_view rest = command.details; !rest.empty();) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      text += wrapped(line, 0, 0) + "\n";
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    }
  }
  if (!command.aliases.empty()) {
    text += "\nAliases:\n ";
    for (const std::string_view alias : command.aliases) {
      text += (alias == command.aliases.front() ? " " : ", ") + std::string("wasm-oci ") + std::string(alias);
    }
    text += "\n";
  }
  if (!command.options.empty()) {
    text += "\nOptions:\n" + table(option_rows(command.options));
  }
  if (!command.examples.empty()) {
    text += "\nExamples:\n";
    for (const Example& example : command.examples) {
      text += "  # " + std::string(example.what) + "\n  " + std::string(example.line) + "\n";
    }
  }
  return text + "\nGlobal options (--format, --quiet, --progress, --creds, ...): wasm-oci --help\n";
}

}  // namespace wasm_oci::cli
