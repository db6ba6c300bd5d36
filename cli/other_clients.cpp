#include "cli/other_clients.hpp"

#include "cli/output.hpp"
#include "cli/programs.hpp"
#include "cli/scratch_store.hpp"
#include "oci/clients/client.hpp"
#include "oci/clients/version.hpp"
#include "oci/digest.hpp"
#include "oci/error.hpp"
#include "oci/text.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <system_error>
#include <utility>
#include <vector>

namespace wasm_oci::cli {
namespace {

using Arguments = std::vector<std::string>;

constexpr std::size_t kMostSaid = 1000;

ProgramResult run(const OtherClient& client, Arguments arguments) {
  // Of a pull that shows its progress there may be much.
  return run_program_at(client.context, client.path, std::move(arguments),
                        {.output = 16UL * 1024 * 1024, .error = kMostSaid});
}

// What is to be undone is undone after a stop, too.
ProgramResult clean_up(const OtherClient& client, Arguments arguments) {
  Context context = client.context;
  context.stop = {};
  try {
    return run_program_at(context, client.path, std::move(arguments), {.time = std::chrono::seconds(30)});
  } catch (const FailureError& error) {
    return {.exit_code = -1, .output = {}, .error = error.message()};
  }
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// The output, or what the program said where it failed.
std::string must(const OtherClient& client, Arguments arguments) {
  ProgramResult result = run_program_at(client.context, client.path, std::move(arguments),
                                        {.error = kMostSaid, .time = std::chrono::seconds(30)});
  if (result.exit_code != 0) {
    throw FailureError(result.error.empty() ? "exit code " + std::to_string(result.exit_code) : result.error);
  }
  return std::move(result.output);
}

std::string shown_version(const std::string& text) {
  constexpr std::size_t kMost = 60;
  return excerpt(text, kMost);
}

// Whose rules that version follows, as --for names them: by the numbers that it starts with, behind a "v" where there
// is one. "containerd@1.6.20" for "v1.6.20~ds1", "containerd" for what does as the newest does, and where there are
// none.
std::string client_of_version(const std::string& name, std::string_view version) {
  version.remove_prefix(version.starts_with('v') ? 1 : 0);
  version = version.substr(0, version.find_first_not_of("0123456789."));
  const std::string by_version = name + "@" + std::string(version);
  return parse_client_version(version) && !find_client(by_version).until.empty() ? by_version : name;
}

// "skopeo version 1.9.3"
void look_at_version(OtherClient& client, const std::string& name) {
  const std::string line = first_line(must(client, {"--version"}));
  client.version = shown_version(line.substr(line.rfind(' ') + 1));
  client.client = client_of_version(name, client.version);
}

void look_at_skopeo(OtherClient& client) { look_at_version(client, "skopeo"); }

// skopeo: its config tells which one it takes, and nothing more has to be fetched.
ClientAnswer ask_skopeo(const OtherClient& client, const ClientQuestion& question) {
  Arguments arguments = {"--override-os", question.platform.os, "--override-arch", question.platform.architecture};
  if (!question.platform.variant.empty()) {
    arguments.insert(arguments.end(), {"--override-variant", question.platform.variant});
  }
  arguments.insert(arguments.end(), {"inspect", "--config", "--raw"});
  if (question.plain_http) {
    arguments.emplace_back("--tls-verify=false");
  }
  arguments.push_back((question.is_layout ? "" : "docker://") + question.image);
  const ProgramResult result = run(client, std::move(arguments));
  if (result.exit_code != 0) {
    return {.named = {}, .said = result.error};
  }
  return {.named = digest_of(result.output).str(), .said = {}};
}

// podman refuses a run root of more than 50 characters, and temporary folders may lie deep.
class PodmanRunRoot {
 public:
  PodmanRunRoot() {
    std::string path = "/tmp/wasm-oci-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) {
      throw_errno(errno, path);
    }
    path_ = path;
  }
  ~PodmanRunRoot() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  PodmanRunRoot(const PodmanRunRoot&) = delete;
  PodmanRunRoot& operator=(const PodmanRunRoot&) = delete;

  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

void look_at_podman(OtherClient& client) { look_at_version(client, "podman"); }

// Into a store of its own.
ClientAnswer ask_podman(const OtherClient& client, const ClientQuestion& question) {
  const ScratchStore folder(client.context);
  const PodmanRunRoot run_root;
  const auto with_store = [&](const Arguments& rest) {
    Arguments arguments = {
        "--root", (folder.path() / "root").string(), "--runroot", run_root.path(), "--storage-driver", "vfs"};
    arguments.insert(arguments.end(), rest.begin(), rest.end());
    return arguments;
  };
  Arguments pull = {"pull", "-q", "--platform", format(question.platform)};
  if (question.plain_http) {
    pull.emplace_back("--tls-verify=false");
  }
  pull.push_back((question.is_layout ? "" : "docker://") + question.image);
  ClientAnswer answer;
  try {
    const ProgramResult pulled = run(client, with_store(pull));
    answer.said = pulled.error;
    if (const std::string id = first_line(pulled.output); pulled.exit_code == 0) {
      // The id is the digest of the config; of the manifest there is one where it came from a registry.
      answer = {.named = "sha256:" + id + " " +
                         run(client, with_store({"image", "inspect", "--format", "{{.RepoDigests}}", "--", id})).output,
                .said = {}};
    }
  } catch (...) {
    clean_up(client, with_store({"rmi", "--all", "--force"}));
    throw;
  }
  clean_up(client, with_store({"rmi", "--all", "--force"}));  // files of other users, where podman has no root's rights
  return answer;
}

// The version of the daemon: "Server:\n  Version:  1.6.20~ds1\n".
void look_at_ctr(OtherClient& client) {
  const std::string output = must(client, {"version"});
  std::istringstream words(output.substr(std::min(output.find("Server:"), output.size())));
  for (std::string word; words >> word;) {
    if (word == "Version:" && words >> word) {
      client.version = shown_version(word);
      break;
    }
  }
  client.client = client_of_version("containerd", client.version);
}

// Into a namespace of its own, which then holds of the index what was taken.
class CtrNamespace {
 public:
  CtrNamespace(const OtherClient& client, std::string image)
      : client_(client), image_(std::move(image)), name_("wasm-oci-" + std::to_string(::getpid())) {}
  ~CtrNamespace() {
    clean_up(client_, in({"images", "rm", "--sync", image_}));
    // What a failed pull has left belongs to no image.
    std::istringstream left(clean_up(client_, in({"content", "ls", "-q"})).output);
    Arguments remove = {"content", "rm"};
    for (std::string digest; left >> digest;) {
      remove.push_back(digest);
    }
    if (remove.size() > 2) {
      clean_up(client_, in(remove));
    }
    const ProgramResult removed = clean_up(client_, {"namespaces", "rm", name_});
    if (removed.exit_code != 0) {
      print_note(client_.context, "containerd's namespace " + name_ + " is left: " + removed.error);
    }
  }
  CtrNamespace(const CtrNamespace&) = delete;
  CtrNamespace& operator=(const CtrNamespace&) = delete;

  Arguments in(const Arguments& rest) const {
    Arguments arguments = {"-n", name_};
    arguments.insert(arguments.end(), rest.begin(), rest.end());
    return arguments;
  }

 private:
  const OtherClient& client_;
  std::string image_;
  std::string name_;
};

ClientAnswer ask_ctr(const OtherClient& client, const ClientQuestion& question) {
  const CtrNamespace space(client, question.image);
  Arguments pull = {"images", "pull", "--platform", format(question.platform)};
  // 2.x pulls otherwise without the first, and without the second fetches the manifests that it does not take, too.
  const std::string help = must(client, {"images", "pull", "--help"});
  for (const std::string flag : {"--local", "--skip-metadata"}) {
    if (help.contains(flag)) {
      pull.push_back(flag);
    }
  }
  if (question.plain_http) {
    pull.emplace_back("--plain-http");
  }
  pull.push_back(question.image);
  const ProgramResult pulled = run(client, space.in(pull));
  // Where only the unpacking failed it is there.
  return {.named = run(client, space.in({"content", "ls", "-q"})).output,
          .said = pulled.exit_code == 0 ? "" : pulled.error};
}

bool has_containerd_store(const OtherClient& client) {
  return must(client, {"info", "--format", "{{json .DriverStatus}}"}).contains("io.containerd.snapshotter");
}

void look_at_docker(OtherClient& client) {
  client.version = shown_version(first_line(must(client, {"version", "--format", "{{.Server.Version}}"})));
  client.client = "docker";
  if (!has_containerd_store(client)) {
    // 23.0 and later do as the newest with that store does.
    const std::string by_version = client_of_version("docker", client.version);
    client.client = find_client(by_version).pick == pick_as_docker_20_10 ? by_version : "docker-classic";
  }
}

// There is no other way than to pull. By digest no tag of the user comes to name something else.
ClientAnswer ask_docker(const OtherClient& client, const ClientQuestion& question) {
  const bool was_there = run(client, {"image", "inspect", "--format", "{{.Id}}", question.image}).exit_code == 0;
  const std::string platform = format(question.platform);
  const ProgramResult pulled = run(client, {"pull", "--quiet", "--platform", platform, question.image});
  ClientAnswer answer{.named = {}, .said = pulled.error};
  if (pulled.exit_code == 0) {
    // The id is the config's digest in the classic store, the manifest's in containerd's, where it has to be said
    // which.
    Arguments inspect = {"image", "inspect", "--format", "{{.Id}}"};
    if (client.client == "docker") {
      inspect.insert(inspect.end(), {"--platform", platform});
    }
    inspect.push_back(question.image);
    const ProgramResult inspected = run(client, std::move(inspect));
    answer = {.named = inspected.output, .said = inspected.exit_code == 0 ? "" : inspected.error};
  }
  if (!was_there) {
    clean_up(client, {"image", "rm", question.image});
  }
  return answer;
}

// The first is for an entry without a platform: docker pulls it, and then sees that it is for another one.
constexpr std::array<std::string_view, 5> kDockerRefusals = {"does not provide the specified platform",
                                                             "no matching manifest for", "no match for platform",
                                                             "operating system is not supported", "Encountered remote"};
constexpr std::array<std::string_view, 2> kImageRefusals = {"no image found in",
                                                            "unsupported image-specific operation"};
constexpr std::array<std::string_view, 1> kCtrRefusals = {"no match for platform"};

constexpr std::array kClients = {
    AskableClient{.program = "docker",
                  .client = "docker",
                  .refusals = kDockerRefusals,
                  .look = look_at_docker,
                  .ask = ask_docker},
    AskableClient{.program = "podman",
                  .client = "podman",
                  .reads_layouts = true,
                  .refusals = kImageRefusals,
                  .look = look_at_podman,
                  .ask = ask_podman},
    AskableClient{.program = "skopeo",
                  .client = "skopeo",
                  .reads_layouts = true,
                  .refusals = kImageRefusals,
                  .look = look_at_skopeo,
                  .ask = ask_skopeo},
    AskableClient{
        .program = "ctr", .client = "containerd", .refusals = kCtrRefusals, .look = look_at_ctr, .ask = ask_ctr},
};

}  // namespace

std::span<const AskableClient> askable_clients() { return kClients; }

}  // namespace wasm_oci::cli
