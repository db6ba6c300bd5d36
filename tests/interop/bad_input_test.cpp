// Bad input gets a clear message, the right exit code, and leaves nothing behind.
#include "oci/digest.hpp"
#include "tests/support/scripted_server.hpp"
#include "tests/support/wasm_oci.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

namespace wasm_oci::testing {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Every path below `folder`, so that two states can be compared.
std::vector<std::string> tree(const std::filesystem::path& folder) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    paths.push_back(entry.path().lexically_relative(folder).string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

void expect_refused(const Outcome& outcome, int exit_code, const std::string& words) {
  EXPECT_EQ(outcome.exit_code, exit_code) << outcome.err;
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_THAT("\n" + outcome.err, AllOf(HasSubstr("\nerror: "), HasSubstr(words)));
}

struct Case {
  std::string name;
  std::function<void(const WasmOci&)> prepare;
  std::vector<std::string> arguments;
  int exit_code;
  std::string words;  // the message holds them
};

std::ostream& operator<<(std::ostream& out, const Case& value) { return out << value.name; }

void nothing(const WasmOci& /*user*/) {}

// Writes "in.wasm" where the program runs.
std::function<void(const WasmOci&)> input(std::string content) {
  return [content = std::move(content)](const WasmOci& user) { write_file(user.work() / "in.wasm", content); };
}

// A good "in.wasm", and what `more` does.
std::function<void(const WasmOci&)> good(std::function<void(const WasmOci&)> more = nothing) {
  return [more = std::move(more)](const WasmOci& user) {
    std::filesystem::copy_file(testdata("modules/hello.wasm"), user.work() / "in.wasm");
    more(user);
  };
}

// A layout "layout" with one image, changed by `damage`.
std::function<void(const WasmOci&)> layout(std::function<void(const std::filesystem::path&)> damage) {
  return good([damage = std::move(damage)](const WasmOci& user) {
    user.must({"build", "in.wasm", "-o", "oci:layout:x"});
    damage(user.work() / "layout");
  });
}

// The largest blob of the layout: the layer.
std::filesystem::path layer_of(const std::filesystem::path& layout) {
  std::filesystem::path largest;
  for (const auto& entry : std::filesystem::directory_iterator(layout / "blobs/sha256")) {
    if (largest.empty() || entry.file_size() > std::filesystem::file_size(largest)) {
      largest = entry.path();
    }
  }
  std::filesystem::permissions(largest, std::filesystem::perms::owner_all);
  return largest;
}

std::vector<Case> cases() {
  const std::string module = read_file(testdata("modules/hello.wasm"));
  const std::vector<std::string> build = {"build", "in.wasm", "-t", "me/hello:1.0"};
  return {
      {"MissingFile", nothing, build, 4, "in.wasm"},
      {"EmptyFile", input(""), build, 7, "empty"},
      {"TruncatedModule", input(module.substr(0, module.size() / 2)), build, 7, "in.wasm"},
      {"HeaderOnlyHalf", input(module.substr(0, 6)), build, 7, "in.wasm"},
      {"TextFormat", input("(module)\n"), build, 7, "text"},
      {"ElfProgram", input(read_file("/bin/true")), build, 7, "ELF"},
      {"Folder", [](const WasmOci& user) { std::filesystem::create_directory(user.work() / "in.wasm"); }, build, 2,
       "in.wasm"},
      {"NoDestination", good(), {"build", "in.wasm"}, 2, ""},
      {"UnknownFlag", good(), {"build", "in.wasm", "-t", "me/hello", "--taag"}, 2, "--taag"},
      {"InvalidReference", good(), {"build", "in.wasm", "-t", "me/HELLO"}, 2, "lowercase"},
      {"InvalidPlatform", good(), {"build", "in.wasm", "-t", "me/hello", "--platform", "wasi/wasm/a/b/c"}, 2, ""},
      {"InvalidTime", good(), {"build", "in.wasm", "-t", "me/hello", "--created", "yesterday"}, 2, "yesterday"},
      {"UnknownOutput", good(), {"build", "in.wasm", "-o", "type=zip,dest=x"}, 2, "zip"},
      {"UnwritableOutput", good(), {"build", "in.wasm", "-o", "oci-archive:/sys/out.tar"}, 1, "/sys/"},
      {"UnknownName", good(), {"pull", "local:me/absent:1.0", "-o", "out.wasm"}, 4, "me/absent"},
      {"MissingLayout", nothing, {"pull", "oci:absent", "-o", "out.wasm"}, 4, "absent"},
      {"LayoutWithoutIndex",
       layout([](const auto& path) { std::filesystem::remove(path / "index.json"); }),
       {"pull", "oci:layout", "-o", "out.wasm"},
       7,
       "index.json"},
      {"LayoutWithBrokenIndex",
       layout([](const auto& path) { write_file(path / "index.json", "{\"manifests\": ["); }),
       {"pull", "oci:layout", "-o", "out.wasm"},
       7,
       "index.json"},
      {"LayoutWithoutTheLayer",
       layout([](const auto& path) { std::filesystem::remove(layer_of(path)); }),
       {"pull", "oci:layout", "-o", "out.wasm"},
       7,
       "sha256:"},
      {"LayerCutShort",
       layout([](const auto& path) { std::filesystem::resize_file(layer_of(path), 100); }),
       {"pull", "oci:layout", "-o", "out.wasm"},
       7,
       "sha256:"},
      {"LayerWithOtherBytes",
       layout([](const auto& path) {
         const auto layer = layer_of(path);
         std::string bytes = read_file(layer);
         bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
         write_file(layer, bytes);
       }),
       {"pull", "oci:layout", "-o", "out.wasm"},
       7,
       "sha256:"},
      {"ArchiveThatIsNone",
       good([](const WasmOci& user) { write_file(user.work() / "a.tar", "no tar at all"); }),
       {"pull", "oci-archive:a.tar", "-o", "out.wasm"},
       7,
       "a.tar"},
      {"ArchiveCutShort",
       good([](const WasmOci& user) {
         user.must({"build", "in.wasm", "-o", "oci-archive:a.tar"});
         std::filesystem::resize_file(user.work() / "a.tar", std::filesystem::file_size(user.work() / "a.tar") / 2);
       }),
       {"pull", "oci-archive:a.tar", "-o", "out.wasm"},
       7,
       "a.tar"},
      {"NothingListens",
       nothing,
       {"pull", "127.0.0.1:1/me/hello:1.0", "-o", "out.wasm", "--retries", "0"},
       6,
       "127.0.0.1:1"},
  };
  // The analyzer loses sight of what std::function owns.
}  // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks)

class BadInput : public ::testing::TestWithParam<Case> {};

TEST_P(BadInput, IsRefusedAndLeavesNothing) {
  const WasmOci user;
  GetParam().prepare(user);
  const auto before = tree(user.work());
  expect_refused(user(GetParam().arguments), GetParam().exit_code, GetParam().words);
  EXPECT_EQ(tree(user.work()), before);
  EXPECT_THAT(tree(user.tmp()), IsEmpty());
  // The local store may exist now, but holds nothing.
  EXPECT_THAT(user.must({"images", "--format", "json"}), AnyOf("[]", "[]\n"));
}

INSTANTIATE_TEST_SUITE_P(Cases, BadInput, ::testing::ValuesIn(cases()), [](const auto& one) { return one.param.name; });

TEST(BadRegistry, AnswersHtml) {
  const ScriptedServer server(ScriptedServer::answering([](const SeenRequest&) {
    return Answer{.headers = {{"Content-Type", "text/html"}}, .body = "<html>Sign in to this network</html>"};
  }));
  const WasmOci user;
  expect_refused(user({"pull", server.host() + "/me/hello:1.0", "-o", "out.wasm"}), 7, server.host());
  EXPECT_THAT(tree(user.work()), IsEmpty());
}

TEST(BadRegistry, ServesAManifestThatIsNotWhatWasAskedFor) {
  const ScriptedServer server(ScriptedServer::answering([](const SeenRequest&) {
    return Answer{.headers = {{"Content-Type", "application/vnd.oci.image.manifest.v1+json"}},
                  .body = R"({"schemaVersion":2,"layers":[]})"};
  }));
  const WasmOci user;
  const std::string digest = "sha256:" + std::string(64, '0');
  expect_refused(user({"pull", server.host() + "/me/hello@" + digest, "-o", "out.wasm"}), 7, digest);
  EXPECT_THAT(tree(user.work()), IsEmpty());
}

TEST(BadRegistry, FailsEachTime) {
  const ScriptedServer server(ScriptedServer::answering([](const SeenRequest&) { return Answer{.status = 503}; }));
  const WasmOci user;
  expect_refused(user({"digest", server.host() + "/me/hello:1.0", "--retries", "1"}), 6, "503");
}

// A file system of 256 KiB in a mount namespace of its own.
TEST(FullDisk, IsAnErrorThatLeavesNothing) {
  const WasmOci user;
  const auto disk = user.root() / "disk";
  std::filesystem::create_directory(disk);
  Command command = user.command({});
  const std::string program = command.argv.front();
  // A module of a megabyte that does not compress, and says so: a custom section of random bytes.
  const std::string script = R"(
set -e
mount -t tmpfs -o size=256k none "$2"
{ printf '\0asm\1\0\0\0\0\204\200\100\001x'; head -c 1048578 /dev/urandom; } > big.wasm
code=0
"$1" build big.wasm -o "oci-archive:$2/out.tar" || code=$?
ls -A "$2" >&3
exit $code)";
  command.argv = {"unshare", "--user", "--map-root-user", "--mount", "sh", "-c", "exec 3>listing; " + script,
                  "sh",      program,  disk.string()};
  const Outcome outcome = run(command);
  expect_refused(outcome, 1, "No space left on device");
  EXPECT_THAT(read_file(user.work() / "listing"), IsEmpty());
}

TEST(FullDisk, OfStandardOutputIsAnErrorToo) {
  const WasmOci user;
  const Command command = user.command({});
  const Outcome outcome =
      run({.argv = {"sh", "-c", "exec \"$1\" version > /dev/full", "sh", command.argv.front()}, .env = command.env});
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
}

// What a registry sends for any manifest.
class LyingRegistry {
 public:
  LyingRegistry(std::string type, std::string body)
      : server_(ScriptedServer::answering([type = std::move(type), body = std::move(body)](const SeenRequest& request) {
          return request.target.contains("/manifests/") ? Answer{.headers = {{"Content-Type", type}}, .body = body}
                                                        : Answer{.status = 404};
        })) {}

  std::string image(const std::string& end = ":1") const { return server_.host() + "/me/app" + end; }

 private:
  ScriptedServer server_;
};

TEST(BadRegistry, IsFoundOutByValidate) {
  const WasmOci user;
  const auto validate = [&](const std::string& image) {
    const Outcome outcome = user({"validate", image});
    EXPECT_EQ(outcome.exit_code, 3) << outcome.err;
    return outcome.out;
  };
  const std::string index =
      R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]})";
  const LyingRegistry other_type("application/vnd.docker.distribution.manifest.list.v2+json", index);
  EXPECT_THAT(validate(other_type.image()), HasSubstr("error IDX003"));
  const LyingRegistry honest("application/vnd.oci.image.index.v1+json", index);
  EXPECT_THAT(validate(honest.image("@sha256:" + std::string(64, '0'))), HasSubstr("error IDX027: the location names"));
  const LyingRegistry old("application/vnd.docker.distribution.manifest.v1+json",
                          R"({"schemaVersion":1,"fsLayers":[]})");
  EXPECT_THAT(validate(old.image()), HasSubstr("error IDX001: schemaVersion is 1, not 2"));
  const LyingRegistry page("text/html", "<html>login</html>");
  EXPECT_THAT(validate(page.image()), HasSubstr("error DOC001"));
  const LyingRegistry deep("application/vnd.oci.image.index.v1+json", std::string(1000, '[') + std::string(1000, ']'));
  EXPECT_THAT(validate(deep.image()), HasSubstr("error DOC001: JSON document is nested deeper"));
}

TEST(BadRegistry, ThatCallsAChildWhatItIsNotIsFoundOutByValidate) {
  const std::string child =
      R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]})";
  const std::string root =
      R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":)"
      R"("application/vnd.oci.image.index.v1+json","digest":")" +
      digest_of(child).str() + R"(","size":)" + std::to_string(child.size()) + "}]}";
  const auto validated = [&](const std::string& type_of_child) {
    const ScriptedServer server(ScriptedServer::answering([&](const SeenRequest& request) {
      const bool is_child = request.target.ends_with(digest_of(child).str());
      const std::string type = is_child ? type_of_child : "application/vnd.oci.image.index.v1+json";
      return Answer{.headers = {{"Content-Type", type}}, .body = is_child ? child : root};
    }));
    return WasmOci()({"validate", server.host() + "/me/app:1"}).out;
  };
  EXPECT_THAT(validated("application/vnd.docker.distribution.manifest.list.v2+json"), HasSubstr("error IDX003"));
  EXPECT_THAT(validated("application/vnd.oci.image.index.v1+json; charset=utf-8"), Not(HasSubstr("IDX003")));
  EXPECT_THAT(validated("application/octet-stream"), Not(HasSubstr("IDX003"))) << "says nothing";
}

}  // namespace
}  // namespace wasm_oci::testing
