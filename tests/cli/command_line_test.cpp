#include "cli/command_line.hpp"

#include "cli/commands/commands.hpp"
#include "cli/global_options.hpp"
#include "oci/error.hpp"
#include "tests/cli/sample_commands.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace wasm_oci::cli::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Words = std::vector<std::string>;

CommandLine parse(const Words& words) { return parse_command_line(words, sample_catalog()); }

void show(std::ostream& out, const Parsed& parsed, const Option& option) {
  if (option.takes == Takes::flag) {
    if (parsed.flag(option.name)) {
      out << " " << option.name << "*" << parsed.count(option.name);
    }
  } else if (option.takes == Takes::one) {
    if (const auto value = parsed.value(option.name)) {
      out << " " << option.name << "={" << *value << "}";
    }
  } else if (parsed.given(option.name)) {
    out << " " << option.name << "=";
    for (const std::string& value : parsed.values(option.name)) {
      out << "{" << value << "}";
    }
  }
}

// The whole meaning of a command line: "build(app.wasm) tag={R} push*1".
std::string meaning(const Words& words) {
  const CommandLine line = parse(words);
  std::ostringstream out;
  if (line.wants != CommandLine::Wants::run) {
    out << (line.wants == CommandLine::Wants::help ? "help:" : "overview:");
    return out.str() + (line.command != nullptr ? std::string(line.command->name) : line.group);
  }
  out << line.command->name << "(";
  for (const std::string& argument : line.parsed.arguments()) {
    out << (&argument == &line.parsed.arguments().front() ? "" : "|") << argument;
  }
  out << ")";
  std::set<std::string_view> shown;
  for (const auto& options : {line.command->options, global_options()}) {
    for (const Option& option : options) {
      if (option.name != "version" && shown.insert(option.name).second) {
        show(out, line.parsed, option);
      }
    }
  }
  return out.str();
}

struct Said {
  Words words;
  std::string means;
};

class CommandLineMeaning : public ::testing::TestWithParam<Said> {};

TEST_P(CommandLineMeaning, IsAsDockersUsersExpect) { EXPECT_EQ(meaning(GetParam().words), GetParam().means); }

INSTANTIATE_TEST_SUITE_P(
    OrderOfOptionsAndArguments, CommandLineMeaning,
    ::testing::Values(Said{{"build", "app.wasm"}, "build(app.wasm)"},
                      Said{{"build", "-t", "R", "app.wasm"}, "build(app.wasm) tag={R}"},
                      Said{{"build", "app.wasm", "-t", "R"}, "build(app.wasm) tag={R}"},
                      Said{{"build", "-t", "A", "app.wasm", "-t", "B"}, "build(app.wasm) tag={A}{B}"},
                      Said{{"build", "-t", "A", "-t", "B", "app.wasm", "--push"}, "build(app.wasm) tag={A}{B} push*1"},
                      Said{{"build", "--push", "app.wasm"}, "build(app.wasm) push*1"},
                      Said{{"build", "--as", "image", "--as", "envoy", "app.wasm"}, "build(app.wasm) as={envoy}"},
                      Said{{"push", "A", "-q", "B", "C"}, "push(A|B|C) quiet*1"},
                      Said{{"copy", "A", "--jobs", "3", "B"}, "copy(A|B) jobs={3}"}, Said{{"login"}, "login()"},
                      Said{{"login", "ghcr.io"}, "login(ghcr.io)"}));

INSTANTIATE_TEST_SUITE_P(
    SpellingsOfOptions, CommandLineMeaning,
    ::testing::Values(Said{{"build", "--tag=R", "app.wasm"}, "build(app.wasm) tag={R}"},
                      Said{{"build", "--tag", "R", "app.wasm"}, "build(app.wasm) tag={R}"},
                      Said{{"build", "-tR", "app.wasm"}, "build(app.wasm) tag={R}"},
                      Said{{"build", "-t=R", "app.wasm"}, "build(app.wasm) tag={R}"},
                      Said{{"build", "--tag==R", "app.wasm"}, "build(app.wasm) tag={=R}"},
                      Said{{"build", "--entrypoint=a=b", "app.wasm"}, "build(app.wasm) entrypoint={a=b}"},
                      Said{{"build", "--entrypoint=", "app.wasm"}, "build(app.wasm) entrypoint={}"},
                      Said{{"build", "--entrypoint", "", "app.wasm"}, "build(app.wasm) entrypoint={}"},
                      Said{{"build", "--entrypoint", "=", "app.wasm"}, "build(app.wasm) entrypoint={=}"},
                      Said{{"build", "-qt", "R", "app.wasm"}, "build(app.wasm) tag={R} quiet*1"},
                      Said{{"build", "-qvt=R", "app.wasm"}, "build(app.wasm) tag={R} quiet*1 verbose*1"},
                      Said{{"build", "-vv", "app.wasm"}, "build(app.wasm) verbose*2"},
                      Said{{"build", "-v", "app.wasm", "--verbose"}, "build(app.wasm) verbose*2"}));

// Values are taken as they come, whatever they look like.
INSTANTIATE_TEST_SUITE_P(
    ValuesThatLookLikeSomethingElse, CommandLineMeaning,
    ::testing::Values(Said{{"build", "-o", "-", "app.wasm"}, "build(app.wasm) output={-}"},
                      Said{{"build", "-o", "--push", "app.wasm"}, "build(app.wasm) output={--push}"},
                      Said{{"build", "-o", "--", "app.wasm"}, "build(app.wasm) output={--}"},
                      Said{{"build", "--entrypoint", "--x=", "app.wasm"}, "build(app.wasm) entrypoint={--x=}"},
                      Said{{"build", "--entrypoint", "[a,b]", "app.wasm"}, "build(app.wasm) entrypoint={[a,b]}"},
                      Said{{"build", "--entrypoint", "{}", "app.wasm"}, "build(app.wasm) entrypoint={{}}"},
                      Said{{"build", "--entrypoint={}", "app.wasm"}, "build(app.wasm) entrypoint={{}}"},
                      Said{{"build", "--entrypoint", "%%", "app.wasm"}, "build(app.wasm) entrypoint={%%}"},
                      Said{{"build", "--entrypoint", "\"q\"", "app.wasm"}, "build(app.wasm) entrypoint={\"q\"}"},
                      Said{{"build", "--entrypoint", "++", "app.wasm"}, "build(app.wasm) entrypoint={++}"},
                      Said{{"build", "--entrypoint", "a b", "app.wasm"}, "build(app.wasm) entrypoint={a b}"},
                      Said{{"build", "--entrypoint", "build", "app.wasm"}, "build(app.wasm) entrypoint={build}"},
                      Said{{"login", "[::1]"}, "login([::1])"}, Said{{"push", "++", "B"}, "push(++|B)"},
                      Said{{"push", "-"}, "push(-)"}, Said{{"push", ""}, "push()"},
                      Said{{"push", "push", "build"}, "push(push|build)"}, Said{{"push", "/x:y"}, "push(/x:y)"}));

INSTANTIATE_TEST_SUITE_P(TwoDashesEndTheOptions, CommandLineMeaning,
                         ::testing::Values(Said{{"push", "--", "-q"}, "push(-q)"},
                                           Said{{"push", "--", "--tag=R"}, "push(--tag=R)"},
                                           Said{{"push", "A", "--", "B"}, "push(A|B)"},
                                           Said{{"push", "-q", "--", "--"}, "push(--) quiet*1"},
                                           Said{{"build", "-t", "R", "--", "-x.wasm"}, "build(-x.wasm) tag={R}"}));

INSTANTIATE_TEST_SUITE_P(
    GlobalOptionsStandAnywhere, CommandLineMeaning,
    ::testing::Values(Said{{"--format", "json", "push", "A"}, "push(A) format={json}"},
                      Said{{"push", "--format", "json", "A"}, "push(A) format={json}"},
                      Said{{"push", "A", "--format=json"}, "push(A) format={json}"},
                      Said{{"--format=text", "push", "A", "--format=json"}, "push(A) format={json}"},
                      Said{{"-q", "index", "-v", "create", "A", "-v"}, "index create(A) quiet*1 verbose*2"},
                      Said{{"--jobs", "2", "auth", "--format", "json", "which", "R"},
                           "auth which(R) format={json} jobs={2}"},
                      Said{{"auth", "which", "R", "--jobs=2"}, "auth which(R) jobs={2}"},
                      Said{{"--creds", "a:b", "push", "A", "--creds", "c:d"}, "push(A) creds={a:b}{c:d}"},
                      Said{{"--format", "sarif", "validate", "A"}, "validate(A) format={sarif}"}));

INSTANTIATE_TEST_SUITE_P(PlainHttpTakesAHostOnlyAfterEquals, CommandLineMeaning,
                         ::testing::Values(Said{{"push", "--plain-http", "A"}, "push(A) plain-http={}"},
                                           Said{{"--plain-http", "push", "A"}, "push(A) plain-http={}"},
                                           Said{{"push", "--plain-http=h:5000", "A"}, "push(A) plain-http={h:5000}"},
                                           Said{{"push", "--plain-http=true", "--plain-http", "A"},
                                                "push(A) plain-http={true}{}"}));

INSTANTIATE_TEST_SUITE_P(ListsAreSplitAtCommas, CommandLineMeaning,
                         ::testing::Values(Said{{"build", "--platform", "a/b,c/d", "m.wasm"},
                                                "build(m.wasm) platform={a/b}{c/d}"},
                                           Said{{"build", "--platform=a/b", "--platform", "c/d,e/f", "m.wasm"},
                                                "build(m.wasm) platform={a/b}{c/d}{e/f}"},
                                           Said{{"build", "-t", "a,b", "m.wasm"}, "build(m.wasm) tag={a,b}"}));

INSTANTIATE_TEST_SUITE_P(Commands, CommandLineMeaning,
                         ::testing::Values(Said{{"cp", "A", "B"}, "copy(A|B)"},
                                           Said{{"convert", "A", "B"}, "copy(A|B)"},
                                           Said{{"index", "append", "A", "B"}, "index add(A|B)"},
                                           Said{{"--version"}, "version()"},
                                           Said{{"--version", "--format=json"}, "version() format={json}"}));

INSTANTIATE_TEST_SUITE_P(
    Help, CommandLineMeaning,
    ::testing::Values(Said{{}, "overview:"}, Said{{"-q"}, "overview:"}, Said{{"-h"}, "help:"},
                      Said{{"--help"}, "help:"}, Said{{"help"}, "help:"}, Said{{"help", "build"}, "help:build"},
                      Said{{"build", "-h"}, "help:build"}, Said{{"-h", "build"}, "help:build"},
                      Said{{"build", "--tga", "--help"}, "help:build"}, Said{{"index"}, "help:index"},
                      Said{{"index", "-h"}, "help:index"}, Said{{"help", "index"}, "help:index"},
                      Said{{"help", "index", "create"}, "help:index create"},
                      Said{{"index", "create", "-h"}, "help:index create"}, Said{{"cp", "-h"}, "help:copy"}));

TEST(CommandLine, TellsHowTheCommandWasSpelled) {
  EXPECT_EQ(parse({"convert", "A", "B"}).parsed.spelled(), "convert");
  EXPECT_EQ(parse({"index", "append", "A", "B"}).parsed.spelled(), "index append");
}

struct Wrong {
  Words words;
  std::string message;
  std::string hint;
};

class CommandLineError : public ::testing::TestWithParam<Wrong> {};

TEST_P(CommandLineError, SaysWhatToTypeInstead) {
  try {
    const std::string means = meaning(GetParam().words);
    FAIL() << "understood as " << means;
  } catch (const UsageError& error) {
    EXPECT_EQ(error.message(), GetParam().message);
    EXPECT_EQ(error.hint(), GetParam().hint);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Options, CommandLineError,
    ::testing::Values(
        Wrong{{"build", "--tga", "R", "m.wasm"}, "unknown flag: --tga", "did you mean --tag?"},
        Wrong{{"build", "--fromat=json", "m.wasm"}, "unknown flag: --fromat", "did you mean --format?"},
        Wrong{{"build", "--xyz", "m.wasm"}, "unknown flag: --xyz", "see wasm-oci build --help"},
        Wrong{{"build", "-x", "m.wasm"}, "unknown flag: -x", "see wasm-oci build --help"},
        Wrong{{"build", "-1", "m.wasm"}, "unknown flag: -1", "see wasm-oci build --help"},
        Wrong{{"build", "m.wasm", "--version"}, "unknown flag: --version", "see wasm-oci build --help"},
        Wrong{
            {"--tag", "R", "build"}, "unknown flag: --tag", "options of a command stand after it; see wasm-oci --help"},
        Wrong{{"index", "-t", "R", "create"},
              "unknown flag: -t",
              "options of a command stand after it; see wasm-oci --help"},
        Wrong{{"build", "m.wasm", "-t"}, "flag needs a value: -t", ""},
        Wrong{{"build", "m.wasm", "-qt"}, "flag needs a value: -t", ""},
        Wrong{{"build", "m.wasm", "--tag"}, "flag needs a value: --tag", ""},
        Wrong{{"--jobs"}, "flag needs a value: --jobs", ""},
        Wrong{{"build", "--push=true", "m.wasm"}, "flag takes no value: --push", ""},
        Wrong{{"build", "--push=", "m.wasm"}, "flag takes no value: --push", ""},
        Wrong{{"build", "--push={}", "m.wasm"}, "flag takes no value: --push", ""},
        Wrong{{"build", "-q=1", "m.wasm"}, "flag takes no value: '=1'", ""},
        Wrong{{"build", "--platform", "a/b,,c/d", "m.wasm"}, "--platform: empty item in 'a/b,,c/d'", ""},
        Wrong{{"build", "--platform=", "m.wasm"}, "--platform: empty item in ''", ""},
        Wrong{{"build", "--as", "imgae", "m.wasm"}, "--as: unknown value 'imgae'", "did you mean image?"},
        Wrong{{"build", "--as", "nothing", "m.wasm"},
              "--as: unknown value 'nothing'",
              "one of image, artifact, wasm-layers, envoy"},
        Wrong{{"--format", "sarif", "push", "A"}, "--format: unknown value 'sarif'", "one of text, json"}));

INSTANTIATE_TEST_SUITE_P(
    Arguments, CommandLineError,
    ::testing::Values(Wrong{{"build"}, "build: MODULE is missing", "usage: wasm-oci build [OPTIONS] MODULE"},
                      Wrong{{"build", "a.wasm", "b.wasm"},
                            "build: unexpected argument 'b.wasm'",
                            "usage: wasm-oci build [OPTIONS] MODULE"},
                      Wrong{{"copy", "A"}, "copy: DST is missing", "usage: wasm-oci copy SRC DST"},
                      Wrong{{"tag", "A"}, "tag: NAME is missing", "usage: wasm-oci tag SRC NAME..."},
                      Wrong{{"login", "a", "b"}, "login: unexpected argument 'b'", "usage: wasm-oci login [HOST]"}));

INSTANTIATE_TEST_SUITE_P(
    Commands, CommandLineError,
    ::testing::Values(Wrong{{"biuld"}, "unknown command: biuld", "did you mean wasm-oci build?"},
                      Wrong{{"index", "creat"}, "unknown command: index creat", "did you mean wasm-oci index create?"},
                      Wrong{{"index", "zzz"}, "unknown command: index zzz", "see wasm-oci index --help"},
                      Wrong{{"zzz"}, "unknown command: zzz", "see wasm-oci --help"},
                      Wrong{{"help", "biuld"}, "unknown command: biuld", "did you mean wasm-oci build?"}));

// Whoever knows another tool gets the line that does it here, with their own words.
INSTANTIATE_TEST_SUITE_P(
    OtherToolsHabits, CommandLineError,
    ::testing::Values(
        Wrong{{"imagetools", "create", "-t", "X", "A", "B"},
              "unknown command: imagetools",
              "use: wasm-oci index create -t X A B"},
        Wrong{{"imagetools", "create"}, "unknown command: imagetools", "use: wasm-oci index create -t REF SOURCE..."},
        Wrong{{"buildx", "imagetools", "inspect", "X"}, "unknown command: buildx", "use: wasm-oci inspect X"},
        Wrong{{"manifest", "create", "L", "A"}, "unknown command: manifest", "use: wasm-oci index create -t L A"},
        Wrong{{"manifest", "annotate", "L", "A", "--os", "wasi"},
              "unknown command: manifest",
              "use: wasm-oci index create -t L A,platform=wasi/wasm"},
        Wrong{{"manifest", "push", "L"},
              "unknown command: manifest",
              "use: wasm-oci index create -t L SOURCE... (it writes to the registry at once)"},
        Wrong{{"manifest", "X"}, "unknown command: manifest", "use: wasm-oci inspect --raw X"},
        Wrong{{"ls", "me/app"}, "unknown command: ls", "use: wasm-oci tags me/app"},
        Wrong{{"ls", "it's $x"}, "unknown command: ls", "use: wasm-oci tags 'it'\\''s $x'"},
        Wrong{{"list-tags", "docker://me/app"}, "unknown command: list-tags", "use: wasm-oci tags docker://me/app"},
        Wrong{{"run", "--rm", "me/app"},
              "unknown command: run",
              "use: docker run --rm --runtime io.containerd.wasmtime.v1 --platform wasi/wasm me/app"},
        Wrong{{"image", "ls"}, "unknown command: image", "use: wasm-oci images"},
        Wrong{{"load"}, "unknown command: load", "use: wasm-oci copy docker-archive:FILE local:REF"},
        Wrong{{"auth", "login", "ghcr.io"}, "unknown command: auth login", "use: wasm-oci login ghcr.io"},
        Wrong{{"push", "me/app:1", "app.wasm"},
              "push takes other arguments here",
              "use: wasm-oci build app.wasm -t me/app:1 --push"},
        Wrong{{"push", "me/app:1", "app.wasm:application/wasm"},
              "push takes other arguments here",
              "use: wasm-oci build app.wasm -t me/app:1 --push"},
        Wrong{{"build", "."}, "build takes other arguments here", "use: wasm-oci build MODULE.wasm -t REF"},
        Wrong{
            {"pull", "me/app", "out.wasm"}, "pull takes other arguments here", "use: wasm-oci pull me/app -o out.wasm"},
        Wrong{{"tags", "me/app", "--format", "{{json .}}"},
              "--format: unknown value '{{json .}}'",
              "Go templates are not known here: add --format json and a pipe to jq, as in wasm-oci inspect REF "
              "--format json "
              "| jq ."},
        Wrong{{"build", "-f", "Dockerfile", "."},
              "unknown flag: -f",
              "build takes a .wasm module and no Dockerfile: wasm-oci build MODULE.wasm -t REF"},
        Wrong{{"login", "-p", "secret"}, "unknown flag: -p", "passwords come from standard input: --password-stdin"},
        Wrong{{"copy", "--all", "A", "B"},
              "unknown flag: --all",
              "all platforms are copied anyway; --platform P,Q takes some of them"},
        Wrong{
            {"push", "--tls-verify=false", "A"},
            "unknown flag: --tls-verify",
            "without TLS: --plain-http=HOST; a certificate of your own: --ca-file FILE; no flag turns the check off"}));

TEST(CommandLine, KeepsSecretsOutOfItsErrors) {
  for (const Words& words :
       {Words{"push", "--cred=me:hunter2", "A"}, Words{"push", "--quiet=hunter2", "A"}, Words{"login", "-phunter2"}}) {
    try {
      parse(words);
      FAIL();
    } catch (const UsageError& error) {
      EXPECT_THAT(error.message() + error.hint(), ::testing::Not(HasSubstr("hunter2")));
    }
  }
}

TEST(Parsed, RefusesWhatItsCommandDoesNotDeclare) {
  const Parsed parsed = parse({"build", "m.wasm"}).parsed;
  EXPECT_THROW(static_cast<void>(parsed.flag("tga")), std::logic_error);
  EXPECT_THROW(static_cast<void>(parsed.flag("tag")), std::logic_error);
  EXPECT_THROW(static_cast<void>(parsed.value("push")), std::logic_error);
  EXPECT_THROW(static_cast<void>(parsed.value("tag")), std::logic_error);
  EXPECT_THROW(static_cast<void>(parsed.values("entrypoint")), std::logic_error);
  EXPECT_FALSE(parsed.value("entrypoint"));
  EXPECT_THAT(parsed.values("tag"), ElementsAre());
}

TEST(Parsed, ReadsNumbersWithinTheirBounds) {
  const auto level = [](const std::string& text) {
    return parse({"build", "m.wasm", "--compression-level", text}).parsed.number("compression-level", 1, 12);
  };
  EXPECT_EQ(level("1"), 1U);
  EXPECT_EQ(level("12"), 12U);
  for (const char* text : {"0", "13", "-1", "+1", "1x", "", " 1", "0x1", "1.0", "99999999999999999999999"}) {
    EXPECT_THROW(level(text), UsageError) << text;
  }
  EXPECT_EQ(parse({"build", "m.wasm"}).parsed.number("compression-level", 1, 12), std::nullopt);
}

// What cannot be said in the types of the tables.
class RealCommand : public ::testing::TestWithParam<const Command*> {};

TEST_P(RealCommand, HasASoundTable) {
  const Command& command = *GetParam();
  EXPECT_NE(command.run, nullptr);
  EXPECT_FALSE(command.summary.empty());
  EXPECT_FALSE(command.summary.ends_with('.'));
  EXPECT_FALSE(command.examples.empty()) << "help shows an example of every command";
  for (const Example& example : command.examples) {
    EXPECT_THAT(std::string(example.line), HasSubstr("wasm-oci " + std::string(command.name)));
  }
  std::set<std::string_view> names;
  std::set<char> letters;
  for (const auto& options : {command.options, global_options()}) {
    for (const Option& option : options) {
      const bool replaces_global = options.data() == global_options().data() && names.contains(option.name);
      EXPECT_TRUE(replaces_global || names.insert(option.name).second) << option.name;
      EXPECT_TRUE(option.short_name == 0 || replaces_global || letters.insert(option.short_name).second) << option.name;
      EXPECT_EQ(option.value.empty(), option.takes == Takes::flag) << option.name;
      EXPECT_FALSE(option.help.empty() || option.help.ends_with('.')) << option.name;
      EXPECT_EQ(option.choices.empty(),
                option.completion != Completion::choice && option.completion != Completion::offer)
          << option.name;
    }
  }
  for (std::size_t i = 0; i + 1 < command.arguments.size(); ++i) {
    EXPECT_EQ(command.arguments[i].min, command.arguments[i].max) << "only the last argument may be open";
  }
  EXPECT_EQ(parse_command_line(Words{std::string(command.name.substr(0, command.name.find(' '))),
                                     command.name.find(' ') == std::string_view::npos
                                         ? "-h"
                                         : std::string(command.name.substr(command.name.find(' ') + 1)),
                                     "-h"},
                               all_commands())
                .command,
            &command);
}

INSTANTIATE_TEST_SUITE_P(All, RealCommand, ::testing::ValuesIn(all_commands().begin(), all_commands().end()),
                         [](const auto& tested) {
                           std::string name(tested.param->name);
                           std::replace_if(name.begin(), name.end(), [](char c) { return c == ' ' || c == '-'; }, '_');
                           return name;
                         });

}  // namespace
}  // namespace wasm_oci::cli::testing
