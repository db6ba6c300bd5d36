#include "cli/habits.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace wasm_oci::cli {

namespace {

// In a line, {1:REPO} is the user's first word after the command that is no flag, or REPO where there is none, and
// {args:X} is everything after the command, or X.
struct CommandHabit {
  std::string_view words;
  std::string_view line;
};

// docker, buildx, podman, buildah, skopeo, crane, oras, regctl, wkg and spin. Longer words come before their
// beginnings.
constexpr auto kCommandHabits = std::to_array<CommandHabit>({
    {"buildx imagetools create", "wasm-oci index create {args:-t REF SOURCE...}"},
    {"buildx imagetools inspect", "wasm-oci inspect {args:REF}"},
    {"buildx build", "wasm-oci build MODULE.wasm -t REF --push"},
    {"imagetools create", "wasm-oci index create {args:-t REF SOURCE...}"},
    {"imagetools inspect", "wasm-oci inspect {args:REF}"},
    {"manifest create", "wasm-oci index create -t {1:REF} {2:SOURCE...}"},
    {"manifest annotate", "wasm-oci index create -t {1:REF} {2:SOURCE},platform=wasi/wasm"},
    {"manifest add", "wasm-oci index add {1:REF} {2:SOURCE}"},
    {"manifest push", "wasm-oci index create -t {1:REF} SOURCE... (it writes to the registry at once)"},
    {"manifest rm", "wasm-oci index remove {1:REF} {2:PLATFORM}"},
    {"manifest remove", "wasm-oci index remove {1:REF} {2:PLATFORM}"},
    {"manifest delete", "wasm-oci delete {1:REF}"},
    {"manifest inspect", "wasm-oci inspect --raw {1:REF}"},
    {"manifest fetch", "wasm-oci inspect --raw {1:REF}"},
    {"manifest get", "wasm-oci inspect --raw {1:REF}"},
    {"manifest", "wasm-oci inspect --raw {1:REF}"},
    {"index filter", "wasm-oci copy SRC DST --platform P,Q"},
    {"index inspect", "wasm-oci inspect {1:REF}"},
    {"image build", "wasm-oci build MODULE.wasm -t REF"},
    {"image copy", "wasm-oci copy {1:SRC} {2:DST}"},
    {"image digest", "wasm-oci digest {1:REF}"},
    {"image inspect", "wasm-oci inspect {1:REF}"},
    {"image list", "wasm-oci images"},
    {"image load", "wasm-oci copy docker-archive:FILE local:REF"},
    {"image ls", "wasm-oci images"},
    {"image prune", "wasm-oci prune"},
    {"image pull", "wasm-oci pull {1:REF}"},
    {"image push", "wasm-oci push {1:REF}"},
    {"image rm", "wasm-oci rmi {1:REF}"},
    {"image save", "wasm-oci copy local:{1:REF} docker-archive:FILE:{1:REF}"},
    {"image tag", "wasm-oci tag {1:SRC} {2:NAME}"},
    {"artifact push", "wasm-oci build {2:MODULE.wasm} -t {1:REF} --as artifact --push"},
    {"artifact pull", "wasm-oci pull {1:REF} -o FILE.wasm"},
    {"artifact", "wasm-oci build MODULE.wasm -t REF --as artifact --push"},
    {"oci push", "wasm-oci build {2:MODULE.wasm} -t {1:REF} --as artifact --push"},
    {"oci pull", "wasm-oci pull {1:REF} -o FILE.wasm"},
    {"registry login", "wasm-oci login {args:HOST}"},
    {"registry logout", "wasm-oci logout {args:HOST}"},
    {"registry push", "wasm-oci build MODULE.wasm -t {1:REF} --push"},
    {"registry pull", "wasm-oci pull {1:REF}"},
    {"auth login", "wasm-oci login {args:HOST}"},
    {"auth logout", "wasm-oci logout {args:HOST}"},
    {"auth get", "wasm-oci auth which {1:REF}"},
    {"auth token", "wasm-oci auth which {1:REF} --verify"},
    {"repo tags", "wasm-oci tags {1:REPO}"},
    {"repo ls", "wasm-oci tags {1:REPO}"},
    {"tag ls", "wasm-oci tags {1:REPO}"},
    {"tag rm", "wasm-oci delete {1:REF}"},
    {"blob fetch", "wasm-oci inspect --config {1:REF}"},
    {"system prune", "wasm-oci prune"},
    {"append", "wasm-oci build MODULE.wasm -t REF --append --push"},
    {"bake", "wasm-oci build MODULE.wasm -t REF --platform P,Q"},
    {"bud", "wasm-oci build MODULE.wasm -t REF"},
    {"check", "wasm-oci validate {1:REF}"},
    {"config", "wasm-oci inspect --config {1:REF}"},
    {"create", "wasm-oci index create {args:-t REF SOURCE...}"},
    {"discover", "wasm-oci referrers {1:REF}"},
    {"export", "wasm-oci pull {1:REF} -o FILE.wasm"},
    {"fix", "wasm-oci repair {1:SRC} {2:DST}"},
    {"history", "wasm-oci inspect {1:REF}"},
    {"import", "wasm-oci copy oci-archive:{1:FILE} local:REF"},
    {"lint", "wasm-oci validate {1:REF}"},
    {"list-tags", "wasm-oci tags {1:REPO}"},
    {"list", "wasm-oci images"},
    {"load", "wasm-oci copy docker-archive:FILE local:REF"},
    {"ls", "wasm-oci tags {1:REPO}"},
    {"manifest-digest", "sha256sum FILE"},
    {"mirror", "wasm-oci copy {1:SRC} {2:DST} --all-tags"},
    {"publish", "wasm-oci build {1:MODULE.wasm} -t REF --as artifact --push"},
    {"resolve", "wasm-oci digest {1:REF}"},
    {"rm", "wasm-oci rmi {1:REF}"},
    {"run", "docker run --rm --runtime io.containerd.wasmtime.v1 --platform wasi/wasm {1:REF}"},
    {"save", "wasm-oci copy local:REF docker-archive:FILE:REF"},
    {"show", "wasm-oci inspect {1:REF}"},
    {"sync", "wasm-oci copy {1:SRC} {2:DST} --all-tags"},
    {"untag", "wasm-oci delete {1:REF}"},
    {"verify", "wasm-oci validate {1:REF}"},
});

struct FlagHabit {
  std::string_view command;  // empty: every one
  std::string_view flag;
  std::string_view hint;
};

constexpr std::string_view kNoTls =
    "without TLS: --plain-http=HOST; a certificate of your own: --ca-file FILE; no flag turns the check off";
constexpr std::string_view kAllPlatforms = "all platforms are copied anyway; --platform P,Q takes some of them";
constexpr std::string_view kPasswordStdin = "passwords come from standard input: --password-stdin";
constexpr std::string_view kLayout = "a layout is written as a location: oci:DIR:NAME";
constexpr std::string_view kSourcePlatform =
    "say it at the source: wasm-oci index create -t REF SOURCE,platform=OS/ARCH";

constexpr auto kFlagHabits = std::to_array<FlagHabit>({
    {"login", "-p", kPasswordStdin},
    {"login", "--password", kPasswordStdin},
    {"login", "--identity-token", kPasswordStdin},
    {"build", "-f", "build takes a .wasm module and no Dockerfile: wasm-oci build MODULE.wasm -t REF"},
    {"build", "--file", "build takes a .wasm module and no Dockerfile: wasm-oci build MODULE.wasm -t REF"},
    {"build", "--digestfile", "--iidfile FILE writes the digest"},
    {"copy", "-a", kAllPlatforms},
    {"copy", "--all", kAllPlatforms},
    {"copy", "--multi-arch", kAllPlatforms},
    {"copy", "--preserve-digests", "digests are always kept"},
    {"copy", "-r", "--referrers copies what refers to the image as well"},
    {"copy", "--recursive", "--referrers copies what refers to the image as well"},
    {"copy", "--dest-tls-verify", kNoTls},
    {"copy", "--src-tls-verify", kNoTls},
    {"index create", "--append", "wasm-oci index add REF SOURCE"},
    {"index create", "--amend", "wasm-oci index add REF SOURCE"},
    {"index create", "-a", "wasm-oci index add REF SOURCE"},
    {"index add", "--os", kSourcePlatform},
    {"index add", "--arch", kSourcePlatform},
    {"index annotate", "--os", kSourcePlatform},
    {"index annotate", "--arch", kSourcePlatform},
    {"tags", "--limit", "wasm-oci tags REPO | head"},
    {"", "--insecure", kNoTls},
    {"", "--allow-insecure", kNoTls},
    {"", "--allow-http", kNoTls},
    {"", "--tls-verify", kNoTls},
    {"", "--digestfile", "with -q the digest alone is printed: wasm-oci … -q > FILE"},
    {"", "--template", "--format json and jq: wasm-oci … --format json | jq ."},
    {"", "--output-format", "--format json"},
    {"", "--json", "--format json"},
    {"", "--debug", "-vv"},
    {"", "-D", "-vv"},
    {"", "--concurrency", "--jobs N"},
    {"", "-j", "--jobs N"},
    {"", "--retry-times", "--retries N"},
    {"", "--registry-config", "--authfile FILE"},
    {"", "--oci-layout", kLayout},
    {"", "--from-oci-layout", kLayout},
    {"", "--to-oci-layout", kLayout},
});

std::string quoted(const std::string& word) {
  static constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@=,+%";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) {
    return word;
  }
  std::string text = "'";
  for (const char c : word) {
    text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return text + "'";
}

std::string joined(std::span<const std::string> words) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : " ") + quoted(word);
  }
  return text;
}

std::string value_of(std::string_view placeholder, std::span<const std::string> args) {
  const std::size_t colon = placeholder.find(':');
  const std::string_view what = placeholder.substr(0, colon);
  const std::string otherwise(placeholder.substr(colon + 1));
  if (what == "args") {
    return args.empty() ? otherwise : joined(args);
  }
  std::vector<std::string> plain;
  std::copy_if(args.begin(), args.end(), std::back_inserter(plain),
               [](const std::string& w) { return !w.starts_with('-'); });
  const auto index = static_cast<std::size_t>(what.front() - '1');
  return index < plain.size() ? quoted(plain[index]) : otherwise;
}

std::string fill(std::string_view line, std::span<const std::string> args) {
  std::string text;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t open = std::min(line.find('{', at), line.size());
    text += line.substr(at, open - at);
    if (open == line.size()) {
      break;
    }
    const std::size_t close = line.find('}', open);
    text += value_of(line.substr(open + 1, close - open - 1), args);
    at = close + 1;
  }
  return text;
}

// How many of the words the habit's words are; 0: they are others.
std::size_t matched(std::string_view habit, std::span<const std::string> words) {
  std::size_t count = 0;
  while (!habit.empty()) {
    const std::string_view word = habit.substr(0, habit.find(' '));
    if (count == words.size() || words[count] != word) {
      return 0;
    }
    habit.remove_prefix(std::min(habit.size(), word.size() + 1));
    ++count;
  }
  return count;
}

bool is_module(std::string_view argument) {
  return argument.ends_with(".wasm") || argument.find(".wasm:application/") != std::string_view::npos;
}

bool is_archive(std::string_view argument) { return argument.ends_with(".tar") || argument.ends_with(".tar.gz"); }

}  // namespace

std::string answer_to_command(std::span<const std::string> words) {
  for (const CommandHabit& habit : kCommandHabits) {
    if (const std::size_t count = matched(habit.words, words); count > 0) {
      return fill(habit.line, words.subspan(count));
    }
  }
  return {};
}

std::string_view answer_to_flag(std::string_view command, std::string_view flag) {
  const auto found = std::find_if(kFlagHabits.begin(), kFlagHabits.end(), [&](const FlagHabit& habit) {
    return habit.flag == flag && (habit.command.empty() || habit.command == command);
  });
  return found == kFlagHabits.end() ? std::string_view() : found->hint;
}

std::string answer_to_arguments(const Command& command, std::span<const std::string> arguments) {
  if (command.name == "push" && arguments.size() == 2) {
    if (is_module(arguments[1])) {
      const std::string module = arguments[1].substr(0, arguments[1].find(".wasm") + 5);
      return "wasm-oci build " + quoted(module) + " -t " + quoted(arguments[0]) + " --push";
    }
    if (is_archive(arguments[0])) {
      return "wasm-oci copy oci-archive:" + quoted(arguments[0]) + " " + quoted(arguments[1]);
    }
  }
  if (command.name == "push" && arguments.size() == 1 && is_module(arguments[0])) {
    return "wasm-oci build " + quoted(arguments[0]) + " -t REF --push";
  }
  if (command.name == "build" && arguments.size() == 1 && arguments[0] == ".") {
    return "wasm-oci build MODULE.wasm -t REF";
  }
  if (command.name == "pull" && arguments.size() == 2) {
    return "wasm-oci pull " + quoted(arguments[0]) + " -o " + quoted(arguments[1]);
  }
  return {};
}

}  // namespace wasm_oci::cli
