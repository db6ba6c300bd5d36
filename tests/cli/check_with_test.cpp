#include "cli/check_with.hpp"

#include "oci/error.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/cli/captured.hpp"
#include "tests/support/graph.hpp"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci::cli {
namespace {

const Platform kWasi{.os = "wasi", .architecture = "wasm"};
const Platform kLinux{.os = "linux", .architecture = "amd64"};

// The program: it finds what the test says, by the name of the image that it is asked about.
ClientAnswer g_answer;     // NOLINT(*-avoid-non-const-global-variables): a function without state is asked
std::string g_last_asked;  // NOLINT(*-avoid-non-const-global-variables)

ClientAnswer answer(const OtherClient& /*client*/, const ClientQuestion& question) {
  g_last_asked = question.image;
  if (g_answer.said == "too late") {
    throw FailureError("no answer within 600 seconds");
  }
  return g_answer;
}

constexpr std::array<std::string_view, 2> kRefusals = {"no image found", "unsupported operation"};
constexpr AskableClient kLayoutReader{
    .program = "podman", .client = "podman", .reads_layouts = true, .refusals = kRefusals, .ask = answer};
constexpr AskableClient kOnlyRegistries{.program = "ctr", .client = "containerd", .refusals = kRefusals, .ask = answer};

class CheckWith : public ::testing::Test {
 protected:
  CheckWith() {
    g_answer = {};
    g_last_asked = {};
  }

  Descriptor entry(const std::string& content, const Platform& platform) {
    Descriptor entry = wasm_oci::testing::add_image(store_, content);
    entry.platform = platform;
    return entry;
  }

  CheckingProgram program(const AskableClient& askable) const {
    const std::string name(askable.client);
    return {.askable = &askable,
            .found = {.context = context_.context, .path = "/bin/it", .version = "1.2", .client = name},
            .not_asked = why_not_read(askable, {.location = location_, .local_store = "/store"}),
            .client = {.client = &find_client(name), .label = name}};
  }

  // What comes of asking about wasi/wasm, which is told as `taken`.
  Checked check(const AskableClient& askable, const ClientAnswer& said, const std::optional<Descriptor>& taken,
                const Outlook& outlook = {}) {
    return check(program(askable), said, taken, outlook);
  }
  Checked check(const CheckingProgram& asked, const ClientAnswer& said, const std::optional<Descriptor>& taken,
                const Outlook& outlook = {}) {
    g_answer = said;
    groups_ = {{.wanted = kWasi, .choice = {.asked = kWasi, .taken = taken}, .reason = "", .clients = {}}};
    groups_[0].clients.push_back({.asked = asked.client, .outlook = outlook});
    check_with({asked}, {.store = store_, .root = root_, .location = {.location = location_, .local_store = "/store"}},
               groups_);
    return groups_[0].clients[0].checked.value_or(Checked{});
  }

  cli::testing::TestContext context_;
  MemoryStore store_;
  Descriptor linux_ = entry("linux", kLinux);
  Descriptor wasi_ = entry("wasi", kWasi);
  Descriptor root_ = wasm_oci::testing::add_index(store_, {linux_, wasi_});
  Location location_ = parse_location("localhost:5000/me/app:1");
  ChoiceGroups groups_;
};

TEST_F(CheckWith, AgreesWhereTheSameIsTaken) {
  const Checked checked = check(kLayoutReader, {.named = "[app@" + wasi_.digest.str() + "]", .said = {}}, wasi_);
  EXPECT_EQ(checked.agrees, true);
  EXPECT_EQ(checked.took, wasi_.digest);
  EXPECT_EQ(checked.program, "podman");
  EXPECT_EQ(checked.version, "1.2");
  EXPECT_FALSE(has_disagreement(groups_));
}

TEST_F(CheckWith, AsksForWhatWasRead) {
  check(kLayoutReader, {}, wasi_);
  EXPECT_EQ(g_last_asked, "localhost:5000/me/app@" + root_.digest.str());
}

TEST_F(CheckWith, AnotherImageIsADisagreement) {
  const Checked checked = check(kLayoutReader, {.named = linux_.digest.str(), .said = {}}, wasi_);
  EXPECT_EQ(checked.agrees, false);
  EXPECT_EQ(checked.took, linux_.digest);
  EXPECT_TRUE(has_disagreement(groups_));
  EXPECT_EQ(check(kLayoutReader, {.named = linux_.digest.str(), .said = {}}, std::nullopt).agrees, false);
}

TEST_F(CheckWith, AnImageIsKnownByItsConfig) {
  const Digest config = parse_manifest(store_.load(wasi_, NodeKind::manifest), wasi_.media_type).config.digest;
  const Digest other = parse_manifest(store_.load(linux_, NodeKind::manifest), linux_.media_type).config.digest;
  EXPECT_EQ(check(kLayoutReader, {.named = config.str(), .said = {}}, wasi_).agrees, true);
  EXPECT_EQ(check(kLayoutReader, {.named = other.str(), .said = {}}, wasi_).took, linux_.digest);
}

TEST_F(CheckWith, ARefusalAgreesWhereItIsForetold) {
  const ClientAnswer refusal{.named = {}, .said = "Error: no image found in index"};
  EXPECT_EQ(check(kLayoutReader, refusal, std::nullopt).agrees, true);
  const Checked checked = check(kLayoutReader, refusal, wasi_);
  EXPECT_EQ(checked.agrees, false);
  EXPECT_EQ(checked.took, std::nullopt);
  EXPECT_EQ(checked.said, refusal.said);
  EXPECT_EQ(check(kLayoutReader, {.named = {}, .said = "unsupported operation"}, wasi_,
                  {.next = "it is refused: \"unsupported operation\"", .command = {}})
                .agrees,
            true);
}

TEST_F(CheckWith, AFailureInTheWordsThatWereForetoldIsAgreement) {
  const ClientAnswer failure{.named = {}, .said = "Error: parsing time \"yesterday\" as RFC 3339"};
  EXPECT_EQ(check(kLayoutReader, failure, wasi_, {.next = "it is refused (\"parsing time\")", .command = {}}).agrees,
            true);
  EXPECT_EQ(check(kLayoutReader, failure, wasi_, {.next = "it is refused (\"another reason\")", .command = {}}).agrees,
            std::nullopt);
  EXPECT_EQ(check(kLayoutReader, failure, wasi_,
                  {.works = true, .next = "it runs; else it says \"parsing time\"", .command = {}})
                .agrees,
            std::nullopt);
}

TEST_F(CheckWith, AnIndexThatOnlySomeReadIsNoImageThatIsTaken) {
  root_ = store_.add(media_type::kOciIndex, serialize(Index{.media_type = "", .manifests = {linux_, wasi_}}));
  std::string text = store_.load(root_, NodeKind::manifest);
  text.replace(text.find("\"schemaVersion\":2"), 17, "\"schemaVersion\":1");
  root_ = store_.add(media_type::kOciIndex, text);
  const std::string named = "[app@" + root_.digest.str() + " app@" + wasi_.digest.str() + "]";
  EXPECT_EQ(check(kLayoutReader, {.named = named, .said = {}}, wasi_).agrees, true);
}

TEST_F(CheckWith, AFailureIsNoAnswer) {
  const Checked checked = check(kLayoutReader, {.named = {}, .said = "connection refused"}, std::nullopt);
  EXPECT_EQ(checked.agrees, std::nullopt);
  EXPECT_EQ(checked.said, "connection refused");
  EXPECT_EQ(check(kLayoutReader, {.named = {}, .said = "too late"}, wasi_).said, "no answer within 600 seconds");
  EXPECT_EQ(check(kLayoutReader, {.named = root_.digest.str(), .said = {}}, wasi_).said,
            "it does not tell which one it took");
  EXPECT_EQ(check(kLayoutReader, {.named = linux_.digest.str() + wasi_.digest.str(), .said = {}}, wasi_).agrees,
            std::nullopt);
  EXPECT_FALSE(has_disagreement(groups_));
}

TEST_F(CheckWith, OnlySomeReadLayouts) {
  const auto asked_about = [&](const AskableClient& askable, const std::string& location) {
    location_ = parse_location(location);
    g_last_asked.clear();
    const Checked checked = check(askable, {}, wasi_);
    return g_last_asked.empty() ? checked.said.substr(0, 28) : g_last_asked;
  };
  EXPECT_EQ(asked_about(kLayoutReader, "oci:dir:name"), "oci:dir:name");
  EXPECT_EQ(asked_about(kLayoutReader, "oci:dir"), "oci:dir");
  EXPECT_EQ(asked_about(kLayoutReader, "local:me/app:1"), "oci:/store:docker.io/me/app:1");
  EXPECT_EQ(asked_about(kOnlyRegistries, "oci:dir:name"), "it cannot read this location");
  EXPECT_EQ(asked_about(kLayoutReader, "oci-archive:app.tar"), "oci-archive:app.tar");
  EXPECT_EQ(asked_about(kLayoutReader, "docker-archive:app.tar"), "it cannot read this location");
  EXPECT_EQ(asked_about(kLayoutReader, "oci:dir@" + root_.digest.str()), "it cannot read this location");
}

TEST_F(CheckWith, WhoCannotBeAskedIsNotAsked) {
  CheckingProgram absent = program(kLayoutReader);
  absent.not_asked = NotFoundError("it is not in PATH");
  EXPECT_EQ(check(absent, {}, wasi_).said, "it is not in PATH");
  EXPECT_EQ(g_last_asked, "");
}

// What differs by version is compared with the program's, where that is told.
TEST_F(CheckWith, TheAnswerStandsWithTheVersionOfTheProgram) {
  CheckingProgram asked = program(kOnlyRegistries);
  asked.client = {.client = &find_client("containerd@1.7"), .label = "containerd@1.7"};
  groups_ = {{.wanted = kWasi, .choice = {.asked = kWasi, .taken = wasi_}, .reason = "", .clients = {}}};
  groups_[0].clients = {{.asked = {.client = &find_client("containerd"), .label = "containerd"}, .outlook = {}},
                        {.asked = {.client = &find_client("containerd@1"), .label = "containerd@1"}, .outlook = {}}};
  const CheckedImage image{.store = store_, .root = root_, .location = {.location = location_, .local_store = ""}};
  check_with({asked}, image, groups_);
  EXPECT_FALSE(groups_[0].clients[0].checked);
  EXPECT_TRUE(groups_[0].clients[1].checked);
}

TEST_F(CheckWith, ProgramsAreLookedForInPath) {
  context_.environment = cli::testing::environment_of({{"PATH", "/nowhere"}});
  const std::vector<CheckingProgram> programs =
      find_programs(context_.context, {"skopeo", "ctr", "skopeo"}, {.location = location_, .local_store = ""});
  ASSERT_EQ(programs.size(), 2U);
  for (const CheckingProgram& found : programs) {
    ASSERT_TRUE(found.not_asked);
    EXPECT_EQ(found.not_asked->message(), "it is not in PATH");
  }
}

TEST_F(CheckWith, WhereNobodyIsAskedNothingIsChecked) {
  const auto kind_of = [&](const std::vector<std::optional<Error>>& reasons) {
    std::vector<CheckingProgram> programs;
    for (const std::optional<Error>& reason : reasons) {
      programs.push_back(program(kLayoutReader));
      programs.back().not_asked = reason;
    }
    try {
      require_one_to_ask(context_.context, programs);
    } catch (const Error& error) {
      return std::optional(error.kind());
    }
    return std::optional<ErrorKind>();
  };
  const FailureError silent("its daemon does not answer");
  const NotFoundError absent("it is not in \x1b[31mPATH");
  EXPECT_EQ(kind_of({}), std::nullopt);
  EXPECT_EQ(kind_of({std::nullopt}), std::nullopt);
  EXPECT_EQ(context_.err.text, "");
  EXPECT_EQ(kind_of({std::nullopt, absent}), std::nullopt);
  EXPECT_EQ(context_.err.text, "warning: not asked: podman: it is not in \\x1b[31mPATH\n");
  EXPECT_EQ(kind_of({silent}), ErrorKind::failure);
  EXPECT_EQ(kind_of({silent, absent}), ErrorKind::not_found);
  EXPECT_EQ(kind_of({absent, silent}), ErrorKind::not_found);
  EXPECT_EQ(kind_of({UsageError("it cannot read this location")}), ErrorKind::usage);
  EXPECT_EQ(kind_of({absent, UsageError("it cannot read this location")}), ErrorKind::usage);
}

}  // namespace
}  // namespace wasm_oci::cli
