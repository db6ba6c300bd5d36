#include "cli/completion.hpp"

#include "cli/global_options.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <span>
#include <string_view>
#include <vector>

namespace wasm_oci::cli {

namespace {

constexpr std::string_view kPlatforms =
    "wasi/wasm wasip1/wasm linux/amd64 linux/arm64 linux/arm/v7 linux/386 linux/ppc64le linux/riscv64 linux/s390x "
    "windows/amd64";
constexpr std::string_view kPrefixes = "local: oci: oci-archive: docker-archive: docker:// file:";

std::string joined(std::span<const std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) {
    text += (text.empty() ? "" : " ") + std::string(word);
  }
  return text;
}

// What the scripts below call the completion of a value: "file", "directory", "location", "none" or "words A B C".
std::string kind_of(Completion completion, std::span<const std::string_view> choices) {
  switch (completion) {
    case Completion::file:
      return "file";
    case Completion::directory:
      return "directory";
    case Completion::location:
      return "location";
    case Completion::platform:
      return "words " + std::string(kPlatforms);
    case Completion::choice:
    case Completion::offer:
      return "words " + joined(choices);
    case Completion::none:
      break;
  }
  return "none";
}

bool takes_word(const Option& option) { return option.takes != Takes::flag && option.takes != Takes::optional_equals; }

std::string pattern(std::string_view command, const std::string& flag) {
  return "'" + std::string(command) + "|" + flag + "'";
}

// One case: 'build|--tag'|'build|-t') …
std::string value_case(std::string_view command, const Option& option) {
  std::string patterns =
      command.empty() ? "*'|--" + std::string(option.name) + "'" : pattern(command, "--" + std::string(option.name));
  if (option.short_name != 0) {
    const std::string flag = std::string("-") + option.short_name;
    patterns += command.empty() ? "|*'|" + flag + "'" : "|" + pattern(command, flag);
  }
  return "    " + patterns + ") kind='" + kind_of(option.completion, option.choices) + "' ;;\n";
}

std::string flags_of(std::span<const Option> options) {
  std::string text;
  for (const Option& option : options) {
    if (option.short_name != 0) {
      text += std::string(" -") + option.short_name;
    }
    text += " --" + std::string(option.name);
  }
  return text;
}

std::string argument_cases(const Command& command) {
  std::string text;
  std::size_t index = 0;
  for (const Argument& argument : command.arguments) {
    const std::string kind = kind_of(argument.completion, argument.choices);
    const bool last = &argument == &command.arguments.back();
    text += "    '" + std::string(command.name) + "|'" + (last && argument.max > 1 ? "*" : std::to_string(index)) +
            ") kind='" + kind + "' ;;\n";
    ++index;
  }
  return text;
}

// The words that may follow `group` ("": the first words of all commands).
std::string words_after(Catalog catalog, std::string_view group) {
  std::set<std::string_view> words;
  for (const Command* command : catalog) {
    std::string_view name = command->name;
    if (!group.empty()) {
      if (!name.starts_with(std::string(group) + " ")) {
        continue;
      }
      name.remove_prefix(group.size() + 1);
    }
    words.insert(name.substr(0, name.find(' ')));
  }
  return joined(std::vector<std::string_view>(words.begin(), words.end()));
}

std::set<std::string_view> groups_of(Catalog catalog) {
  std::set<std::string_view> groups;
  for (const Command* command : catalog) {
    if (const std::size_t space = command->name.find(' '); space != std::string_view::npos) {
      groups.insert(command->name.substr(0, space));
    }
  }
  return groups;
}

// Functions in the common tongue of bash and zsh. Their answers are in the caller's variables `kind`, `flags`,
// `command`.
std::string common_functions(Catalog catalog) {
  std::string text =
      "# What the option $2 of the command $1 takes; empty: no word.\n_wasm_oci_value() {\n  kind=''\n"
      "  case \"$1|$2\" in\n";
  for (const Command* command : catalog) {
    for (const Option& option : command->options) {
      if (takes_word(option)) {
        text += value_case(command->name, option);
      }
    }
  }
  for (const Option& option : global_options()) {
    if (takes_word(option)) {
      text += value_case("", option);
    }
  }
  text +=
      "  esac\n}\n\n# What stands at place $2 of the command $1.\n_wasm_oci_argument() {\n  kind='none'\n"
      "  case \"$1|$2\" in\n    '|'*) kind='words " +
      words_after(catalog, "") + "' ;;\n";
  for (const std::string_view group : groups_of(catalog)) {
    text += "    '" + std::string(group) + "|'*) kind='words " + words_after(catalog, group) + "' ;;\n";
  }
  for (const Command* command : catalog) {
    text += argument_cases(*command);
  }
  text +=
      "  esac\n}\n\n_wasm_oci_flags() {\n  flags='" + flags_of(global_options()).substr(1) + "'\n  case \"$1\" in\n";
  for (const Command* command : catalog) {
    if (!command->options.empty()) {
      text += "    '" + std::string(command->name) + "') flags=\"" + flags_of(command->options).substr(1) +
              " $flags\" ;;\n";
    }
  }
  text +=
      "  esac\n}\n\n# The command that the word $2 after the command $1 leads to; fails where it is an argument.\n"
      "_wasm_oci_enter() {\n  case \"$1|$2\" in\n";
  for (const std::string_view group : groups_of(catalog)) {
    text += "    '|" + std::string(group) + "') command='" + std::string(group) + "' ;;\n";
  }
  for (const Command* command : catalog) {
    std::vector<std::string_view> names(command->aliases.begin(), command->aliases.end());
    names.insert(names.begin(), command->name);
    for (const std::string_view name : names) {
      const std::size_t space = name.find(' ');
      const std::string_view group = space == std::string_view::npos ? std::string_view() : name.substr(0, space);
      const std::string_view word = space == std::string_view::npos ? name : name.substr(space + 1);
      text += "    '" + std::string(group) + "|" + std::string(word) + "') command='" + std::string(command->name) +
              "' ;;\n";
    }
  }
  return text + "    *) return 1 ;;\n  esac\n}\n\n";
}

// The caller's variables `command`, `place` and `kind` say what is to be completed after the words $@.
constexpr std::string_view kWalk = R"(_wasm_oci_walk() {
  local word pending=''
  command='' place=0 kind=''
  for word in "$@"; do
    if [[ -n $pending ]]; then
      pending=''
      continue
    fi
    case "$word" in
      -*)
        _wasm_oci_value "$command" "$word"
        pending=$kind
        ;;
      *) _wasm_oci_enter "$command" "$word" || place=$((place + 1)) ;;
    esac
  done
  kind=$pending
  if [[ -z $kind ]]; then
    _wasm_oci_argument "$command" "$place"
    return 1
  fi
}

)";

// Bash splits words at the characters of COMP_WORDBREAKS, ":" and "=" among them, and replaces only the last piece.
constexpr std::string_view kBash = R"(_wasm_oci_complete() {
  local cur='' piece glue='' head value prefix='' command place kind flags i
  local -a typed=()
  COMPREPLY=()
  for ((i = 1; i <= COMP_CWORD; i++)); do
    piece=${COMP_WORDS[i]}
    if [[ $piece == [:=]* && ${#typed[@]} -gt 0 ]] || [[ -n $glue && -n $piece ]]; then
      typed[${#typed[@]}-1]+=$piece
    else
      typed+=("$piece")
    fi
    glue=''
    [[ $piece == *[:=] && $piece != *[!:=]* ]] && glue=1
  done
  cur=${typed[${#typed[@]}-1]}
  piece=${COMP_WORDS[COMP_CWORD]}
  [[ -n $piece && $piece != *[!:=]* ]] && piece=''
  head=${cur%"$piece"}

  value=$cur
  if ! _wasm_oci_walk "${typed[@]:0:${#typed[@]}-1}" && [[ $cur == -* ]]; then
    if [[ $cur == --*=* ]]; then
      _wasm_oci_value "$command" "${cur%%=*}"
      prefix=${cur%%=*}= value=${cur#*=}
    else
      _wasm_oci_flags "$command"
      kind="words $flags"
    fi
  fi

  local candidate
  case "$kind" in
    words\ *)
      [[ $value == *,* ]] && prefix+=${value%,*}, value=${value##*,}
      while IFS= read -r candidate; do COMPREPLY+=("$prefix$candidate"); done < <(compgen -W "${kind#words }" -- "$value")
      ;;
    file | directory | location)
      local action=-f
      [[ $kind == directory ]] && action=-d
      if [[ $kind == location ]]; then
        case "$value" in
          oci:*) action=-d prefix+=oci: value=${value#oci:} ;;
          oci-archive:* | docker-archive:* | file:*) prefix+=${value%%:*}: value=${value#*:} ;;
          *)
            while IFS= read -r candidate; do COMPREPLY+=("$prefix$candidate"); done \
              < <(compgen -W "LOCATION_PREFIXES" -- "$value")
            [[ ${#COMPREPLY[@]} -gt 0 ]] && compopt -o nospace 2>/dev/null
            ;;
        esac
      fi
      while IFS= read -r candidate; do COMPREPLY+=("$prefix$candidate"); done < <(compgen "$action" -- "$value")
      compopt -o filenames 2>/dev/null
      ;;
  esac
  for ((i = 0; i < ${#COMPREPLY[@]}; i++)); do
    COMPREPLY[i]=${COMPREPLY[i]#"$head"}
  done
}

complete -F _wasm_oci_complete wasm-oci
)";

constexpr std::string_view kZsh = R"(_wasm_oci_locations() {
  if compset -P 'oci:'; then
    _files -/
  elif compset -P '(oci-archive|docker-archive|file):'; then
    _files
  else
    compadd -S '' -- LOCATION_PREFIXES
    _files
  fi
}

_wasm_oci() {
  local command place kind flags current=${words[CURRENT]}
  if ! _wasm_oci_walk "${(@)words[2,CURRENT-1]}" && [[ $current == -* ]]; then
    if [[ $current == --*=* ]]; then
      _wasm_oci_value "$command" "${current%%=*}"
      compset -P '*='
    else
      _wasm_oci_flags "$command"
      kind="words $flags"
    fi
  fi
  case "$kind" in
    words\ *)
      compset -P '*,'
      compadd -- ${=kind#words }
      ;;
    file) _files ;;
    directory) _files -/ ;;
    location) _wasm_oci_locations ;;
  esac
}

if [[ $funcstack[1] == _wasm-oci ]]; then
  _wasm_oci "$@"
else
  compdef _wasm_oci wasm-oci
fi
)";

std::string with_prefixes(std::string_view script) {
  constexpr std::string_view kPlace = "LOCATION_PREFIXES";
  std::string text(script);
  text.replace(text.find(kPlace), kPlace.size(), kPrefixes);
  return text;
}

std::string fish_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    quoted += (c == '\'' || c == '\\' ? std::string("\\") : std::string()) + c;
  }
  return quoted + "'";
}

std::string fish_values(const std::string& kind) {
  if (kind.starts_with("words ")) {
    return " -x -a " + fish_quoted(std::string_view(kind).substr(6));
  }
  if (kind == "directory") {
    return " -x -a '(__fish_complete_directories)'";
  }
  if (kind == "location") {
    return " -r -F -a " + fish_quoted(kPrefixes);
  }
  return kind == "file" ? " -r -F" : " -x";
}

std::string fish_option(std::string_view condition, const Option& option) {
  std::string text = "complete -c wasm-oci -n " + fish_quoted(condition) + " -l " + std::string(option.name);
  if (option.short_name != 0) {
    text += std::string(" -s ") + option.short_name;
  }
  if (takes_word(option)) {
    text += fish_values(kind_of(option.completion, option.choices));
  }
  return text + " -d " + fish_quoted(option.help) + "\n";
}

// Prints the command that the line so far names: its name, a group's name, or nothing.
std::string fish_functions(Catalog catalog) {
  const std::string text =
      "function __wasm_oci_command\n    set -l command ''\n    set -l skip 0\n"
      "    for word in (commandline -opc)[2..-1]\n        if test $skip = 1\n            set skip 0\n"
      "            continue\n        end\n        switch \"$command|$word\"\n            case ";
  std::string cases;
  for (const std::string_view group : groups_of(catalog)) {
    cases +=
        "            case '|" + std::string(group) + "'\n                set command '" + std::string(group) + "'\n";
  }
  for (const Command* command : catalog) {
    std::vector<std::string_view> names(command->aliases.begin(), command->aliases.end());
    names.insert(names.begin(), command->name);
    cases += "            case";
    for (const std::string_view name : names) {
      const std::size_t space = name.find(' ');
      cases += space == std::string_view::npos
                   ? " '|" + std::string(name) + "'"
                   : " '" + std::string(name.substr(0, space)) + "|" + std::string(name.substr(space + 1)) + "'";
    }
    cases += "\n                set command '" + std::string(command->name) + "'\n";
  }
  std::string skipping;
  for (const Option& option : global_options()) {
    if (takes_word(option)) {
      skipping += (skipping.empty() ? "" : " ") + std::string("'*|--") + std::string(option.name) + "'";
    }
  }
  return text + skipping + "\n                set skip 1\n" + cases +
         "        end\n    end\n    test \"$command\" = \"$argv[1]\"\nend\n\n";
}

}  // namespace

std::string bash_completion(Catalog catalog) {
  return "# Completion of wasm-oci for bash; made by: wasm-oci completion bash\n\n" + common_functions(catalog) +
         std::string(kWalk) + with_prefixes(kBash);
}

std::string zsh_completion(Catalog catalog) {
  return "#compdef wasm-oci\n# Completion of wasm-oci for zsh; made by: wasm-oci completion zsh\n\n" +
         common_functions(catalog) + std::string(kWalk) + with_prefixes(kZsh);
}

std::string fish_completion(Catalog catalog) {
  std::string text = "# Completion of wasm-oci for fish; made by: wasm-oci completion fish\n\n" +
                     fish_functions(catalog) + "complete -c wasm-oci -f\n";
  for (const Option& option : global_options()) {
    text += fish_option("true", option);
  }
  for (const Command* command : catalog) {
    const std::size_t space = command->name.find(' ');
    const bool two_words = space != std::string_view::npos;
    const std::string group(two_words ? command->name.substr(0, space) : "");
    const std::string_view word = two_words ? command->name.substr(space + 1) : command->name;
    if (two_words) {
      text += "complete -c wasm-oci -n '__wasm_oci_command \"\"' -a " + group + "\n";
    }
    text += "complete -c wasm-oci -n '__wasm_oci_command \"" + group + "\"' -a " + std::string(word) + " -d " +
            fish_quoted(command->summary) + "\n";
    const std::string condition = "__wasm_oci_command \"" + std::string(command->name) + "\"";
    for (const Argument& argument : command->arguments) {
      if (const std::string kind = kind_of(argument.completion, argument.choices); kind != "none") {
        text += "complete -c wasm-oci -n " + fish_quoted(condition) + fish_values(kind) + "\n";
      }
    }
    for (const Option& option : command->options) {
      text += fish_option(condition, option);
    }
  }
  return text;
}

}  // namespace wasm_oci::cli
