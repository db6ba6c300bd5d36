#include "cli/command_line.hpp"

#include "cli/global_options.hpp"
#include "cli/habits.hpp"
#include "cli/help.hpp"
#include "oci/error.hpp"
#include "oci/text.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace wasm_oci::cli {

namespace {

using Words = std::vector<std::string>;
using Entries = std::vector<Parsed::Entry>;

// CLI11 takes the next word for the value of "--x=", accepts "--flag=value", and ends at "++". A NUL, which no argument
// can hold, at the end of such words makes them ordinary values; decode() removes it.
std::string encode(const std::string& word) {
  const bool long_with_value = word.starts_with("--") && word.find('=') != std::string::npos;
  return long_with_value || word == "++" ? word + '\0' : word;
}

bool is_encoded(const std::string& word) { return !word.empty() && word.back() == '\0'; }

std::string decode(std::string word) {
  if (is_encoded(word)) {
    word.pop_back();
  }
  return word;
}

Words decode(Words words) {
  std::transform(words.begin(), words.end(), words.begin(), [](std::string& word) { return decode(std::move(word)); });
  return words;
}

std::string long_flag(const Option& option) { return "--" + std::string(option.name); }

bool takes_word(const Option& option) { return option.takes != Takes::flag && option.takes != Takes::optional_equals; }

std::string read_value(const Option& option, const std::string& result) {
  if (!takes_word(option)) {
    if (!is_encoded(result)) {
      return {};
    }
    if (option.takes == Takes::flag) {
      throw UsageError("flag takes no value: " + long_flag(option));
    }
  }
  // "-t=V" is "-t V", as users of pflag's programs write it; "--tag==V" keeps its second sign.
  if (option.short_name != 0 && !is_encoded(result) && result.starts_with('=')) {
    return result.substr(1);
  }
  return decode(result);
}

enum class Until { first_word, end };

// Takes the options of `entries` out of `words` (encoded), adds their values there, and returns the other words: all of
// them, or from the first one that is no option.
Words take_options(Entries& entries, Words words, Until until) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  app.prefix_command(until == Until::first_word);
  std::vector<const CLI::Option*> handles;
  for (const auto& [option, values] : entries) {
    const std::string names =
        long_flag(*option) + (option->short_name == 0 ? std::string() : std::string(",-") + option->short_name);
    CLI::Option* handle =
        takes_word(*option) ? app.add_option(names, CLI::callback_t()) : app.add_flag(std::string(names));
    handle->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->allow_extra_args(false);
    handles.push_back(handle);
  }
  const std::string last = words.empty() ? std::string() : words.back();
  std::reverse(words.begin(), words.end());
  try {
    app.parse(words);
  } catch (const CLI::ArgumentMismatch&) {
    // Only the last word can lack its value; of "-qt" it is the last letter that does.
    throw UsageError("flag needs a value: " + (last.starts_with("--") ? last : std::string("-") + last.back()));
  } catch (const CLI::Error& error) {
    throw UsageError(error.what());
  }
  for (std::size_t i = 0; i < entries.size(); ++i) {
    for (const std::string& result : handles[i]->results()) {
      entries[i].values.push_back(read_value(*entries[i].option, result));
    }
  }
  return app.remaining();
}

Entries entries_of(std::span<const Option> options) {
  Entries entries;
  std::transform(options.begin(), options.end(), std::back_inserter(entries),
                 [](const Option& option) { return Parsed::Entry{.option = &option, .values = {}}; });
  return entries;
}

// The command's options, and the global ones that it does not redefine, but --version, which is a command of its own.
// What was given before the command counts.
Entries entries_for(const Command& command, const Entries& globals) {
  Entries entries = entries_of(command.options);
  for (const Parsed::Entry& global : globals) {
    if (global.option->name == "version") {
      continue;
    }
    const auto own = std::find_if(entries.begin(), entries.end(), [&](const Parsed::Entry& entry) {
      return entry.option->name == global.option->name;
    });
    if (own == entries.end()) {
      entries.push_back(global);
    } else {
      own->values = global.values;
    }
  }
  return entries;
}

bool was_given(const Entries& entries, std::string_view name) {
  return std::any_of(entries.begin(), entries.end(),
                     [&](const Parsed::Entry& entry) { return entry.option->name == name && !entry.values.empty(); });
}

bool is_flag(const std::string& word) { return word.size() > 1 && word.front() == '-'; }

[[noreturn]] void throw_unknown_flag(const std::string& word, const Command* command, const Entries& entries) {
  // What is left of "-q=V" after CLI11 took the flag.
  if (word.starts_with("-=")) {
    throw UsageError("flag takes no value: '" + decode(word.substr(1)) + "'");
  }
  // What follows the name may be a secret: --cred=USER:PASS, -pPASS.
  const bool is_long = word.starts_with("--");
  const std::string flag = decode(is_long ? word.substr(0, word.find('=')) : word.substr(0, 2));
  const std::string_view command_name = command == nullptr ? std::string_view() : command->name;
  std::string hint(answer_to_flag(command_name, flag));
  if (hint.empty() && is_long) {
    std::vector<std::string_view> names;
    std::transform(entries.begin(), entries.end(), std::back_inserter(names),
                   [](const Parsed::Entry& entry) { return entry.option->name; });
    if (const auto near = nearest(flag.substr(2), names)) {
      hint = "did you mean --" + std::string(*near) + "?";
    }
  }
  if (hint.empty()) {
    hint = command == nullptr ? "options of a command stand after it; see wasm-oci --help"
                              : "see wasm-oci " + std::string(command_name) + " --help";
  }
  throw UsageError("unknown flag: " + flag, hint);
}

void check_choice(const std::string& what, std::string_view value, std::span<const std::string_view> choices) {
  if (std::find(choices.begin(), choices.end(), value) != choices.end()) {
    return;
  }
  std::string hint;
  if (value.find("{{") != std::string_view::npos) {
    hint =
        "Go templates are not known here: add --format json and a pipe to jq, as in "
        "wasm-oci inspect REF --format json | jq .";
  } else if (const auto near = nearest(value, choices)) {
    hint = "did you mean " + std::string(*near) + "?";
  } else {
    hint = "one of";
    for (const std::string_view choice : choices) {
      hint += (choice == choices.front() ? " " : ", ") + std::string(choice);
    }
  }
  throw UsageError(what + ": unknown value '" + std::string(value) + "'", hint);
}

Words split_at_commas(const Option& option, const Words& values) {
  Words items;
  for (const std::string& value : values) {
    for (std::size_t at = 0; at <= value.size();) {
      const std::size_t comma = std::min(value.find(',', at), value.size());
      items.push_back(value.substr(at, comma - at));
      if (items.back().empty()) {
        throw UsageError(long_flag(option) + ": empty item in '" + value + "'");
      }
      at = comma + 1;
    }
  }
  return items;
}

void check_values(Entries& entries) {
  for (auto& [option, values] : entries) {
    if (option->takes == Takes::list) {
      values = split_at_commas(*option, values);
    }
    if (option->completion == Completion::choice) {
      for (const std::string& value : values) {
        check_choice(long_flag(*option), value, option->choices);
      }
    }
  }
}

void check_arguments(const Command& command, const Words& words) {
  const std::string name(command.name);
  if (const std::string line = answer_to_arguments(command, words); !line.empty()) {
    throw UsageError(name + " takes other arguments here", "use: " + line);
  }
  auto word = words.begin();
  for (const Argument& argument : command.arguments) {
    const auto left = static_cast<std::size_t>(words.end() - word);
    if (left < argument.min) {
      throw UsageError(name + ": " + std::string(argument.name) + " is missing", "usage: " + usage_line(command));
    }
    const auto end = word + static_cast<std::ptrdiff_t>(std::min(left, argument.max));
    for (; word != end; ++word) {
      if (argument.completion == Completion::choice) {
        check_choice(std::string(argument.name), *word, argument.choices);
      }
    }
  }
  if (word != words.end()) {
    throw UsageError(name + ": unexpected argument '" + *word + "'", "usage: " + usage_line(command));
  }
}

const Command* find_command(Catalog catalog, std::string_view name) {
  const auto found = std::find_if(catalog.begin(), catalog.end(), [&](const Command* command) {
    return command->name == name ||
           std::find(command->aliases.begin(), command->aliases.end(), name) != command->aliases.end();
  });
  return found == catalog.end() ? nullptr : *found;
}

Words names_of(Catalog catalog) {
  Words names;
  for (const Command* command : catalog) {
    names.emplace_back(command->name);
    names.insert(names.end(), command->aliases.begin(), command->aliases.end());
  }
  return names;
}

bool is_group(Catalog catalog, const std::string& word) {
  const Words names = names_of(catalog);
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) { return name.starts_with(word + " "); });
}

// The name or alias that was probably meant; of two words the second one was mistyped, since the first is known.
std::optional<std::string> nearest_command(const std::string& name, Catalog catalog) {
  const std::size_t space = name.find(' ');
  const std::string group = space == std::string::npos ? std::string() : name.substr(0, space + 1);
  const Words names = names_of(catalog);
  std::vector<std::string_view> candidates;
  for (const std::string& candidate : names) {
    if (candidate.starts_with(group)) {
      candidates.push_back(std::string_view(candidate).substr(group.size()));
    }
  }
  const auto near = nearest(std::string_view(name).substr(group.size()), candidates);
  return near ? std::optional(group + std::string(*near)) : std::nullopt;
}

[[noreturn]] void throw_unknown_command(const std::string& name, const Words& words, Catalog catalog) {
  const std::string group = name.substr(0, name.find(' '));
  std::string hint = is_group(catalog, group) ? "see wasm-oci " + group + " --help" : "see wasm-oci --help";
  if (const std::string line = answer_to_command(words); !line.empty()) {
    hint = "use: " + line;
  } else if (const auto near = nearest_command(name, catalog)) {
    hint = "did you mean wasm-oci " + *near + "?";
  }
  throw UsageError("unknown command: " + name, hint);
}

Words after_first(const Words& words) { return words.empty() ? Words() : Words(words.begin() + 1, words.end()); }

// The options before a command's word; the word itself is then the first of the rest.
Words take_globals(Entries& globals, Words words) {
  Words rest = take_options(globals, std::move(words), Until::first_word);
  if (!rest.empty() && is_flag(rest.front())) {
    throw_unknown_flag(rest.front(), nullptr, globals);
  }
  return rest;
}

// The words after the command: `rest` without the options, which go to `entries`.
Words take_arguments(const Command& command, Entries& entries, Words rest) {
  Words words = take_options(entries, std::move(rest), Until::end);
  const auto mark = std::find(words.begin(), words.end(), "--");
  const auto unknown = std::find_if(words.begin(), mark, is_flag);
  if (unknown != mark && !was_given(entries, "help")) {
    throw_unknown_flag(*unknown, &command, entries);
  }
  if (mark != words.end()) {
    words.erase(mark);
  }
  return decode(std::move(words));
}

CommandLine help_or(CommandLine::Wants otherwise, const Entries& globals, std::string group) {
  return {.wants = was_given(globals, "help") ? CommandLine::Wants::help : otherwise,
          .command = nullptr,
          .group = std::move(group),
          .parsed = Parsed(globals, {}, {})};
}

CommandLine parse_command(const Command& command, std::string spelled, const Entries& globals, Words rest) {
  Entries entries = entries_for(command, globals);
  Words arguments = take_arguments(command, entries, std::move(rest));
  const bool help = was_given(entries, "help");
  if (!help) {
    check_values(entries);
    check_arguments(command, arguments);
  }
  return {.wants = help ? CommandLine::Wants::help : CommandLine::Wants::run,
          .command = &command,
          .group = {},
          .parsed = Parsed(std::move(entries), std::move(arguments), std::move(spelled))};
}

}  // namespace

CommandLine parse_command_line(std::span<const std::string> words, Catalog catalog) {
  Entries globals = entries_of(global_options());
  Words encoded;
  std::transform(words.begin(), words.end(), std::back_inserter(encoded), encode);

  Words rest = take_globals(globals, std::move(encoded));
  if (was_given(globals, "version")) {
    rest = {"version"};
  }
  if (!rest.empty() && rest.front() == "help") {
    rest = after_first(rest);
    rest.emplace_back("--help");
    rest = take_globals(globals, std::move(rest));
  }
  if (rest.empty()) {
    return help_or(CommandLine::Wants::overview, globals, {});
  }

  std::string name = decode(rest.front());
  const Command* command = find_command(catalog, name);
  Words asked = decode(rest);
  rest = after_first(rest);
  if (command == nullptr && is_group(catalog, name)) {
    rest = take_globals(globals, std::move(rest));
    if (rest.empty()) {
      return help_or(CommandLine::Wants::help, globals, name);
    }
    asked = decode(rest);
    asked.insert(asked.begin(), name);
    name += " " + asked[1];
    rest = after_first(rest);
    command = find_command(catalog, name);
  }
  if (command == nullptr) {
    throw_unknown_command(name, asked, catalog);
  }
  return parse_command(*command, std::move(name), globals, std::move(rest));
}

}  // namespace wasm_oci::cli
