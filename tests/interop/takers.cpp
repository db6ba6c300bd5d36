#include "tests/interop/takers.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <string_view>

namespace wasm_oci::testing {
namespace {

Candidates with_config(const Candidates& candidates, const std::string& config) {
  Candidates found;
  std::ranges::copy_if(candidates, std::back_inserter(found),
                       [&](const Candidate& candidate) { return candidate.config == config; });
  if (found.empty()) {
    throw std::runtime_error("a client took an image with the config " + config + ", which is none of the image's");
  }
  return found;
}

constexpr std::string_view kUnpacked = "containerd.io/gc.ref.snapshot";

// containerd fetches whatever may be for the platform, and then chooses; the config of what it unpacked says so.
struct Held {
  Held(const Containerd& containerd, const std::string& name, const Candidates& candidates)
      : content(containerd.ctr({"-n", name, "content", "ls"})) {
    for (const Candidate& candidate : candidates) {
      if (!line_of(candidate.manifest).empty()) {
        fetched.push_back(candidate);
        if (line_of(candidate.config).contains(kUnpacked)) {
          unpacked.push_back(candidate);
        }
      }
    }
  }

  std::string content;
  Candidates fetched;
  Candidates unpacked;

 private:
  std::string line_of(const std::string& digest) const {  // other lines have it as a label
    const std::size_t begin = std::min(content.find("\n" + digest), content.size());
    return content.substr(begin, content.find('\n', begin + 1) - begin);
  }
};

}  // namespace

Took taken_by_skopeo(const WasmOci& user, const std::string& source, const Platform& platform) {
  const TempDir folder;
  std::vector<std::string> argv = {"skopeo", "--override-os", platform.os, "--override-arch", platform.architecture};
  if (!platform.variant.empty()) {
    argv.insert(argv.end(), {"--override-variant", platform.variant});
  }
  argv.insert(argv.end(), {"copy", "-q", "--src-tls-verify=false", source, "dir:" + (folder / "copied").string()});
  const Outcome outcome = user.other(argv);
  if (!outcome.ok()) {
    return {.error = outcome.err};
  }
  return {.digest = sha256_of(folder / "copied/manifest.json")};
}

Took taken_by_podman(const WasmOci& user, const std::string& source, const Platform& platform,
                     const Candidates& candidates) {
  const std::vector<std::string> pull = {"podman",     "pull",           "-q",  "--tls-verify=false",
                                         "--platform", format(platform), source};
  const auto id_of = [](const Outcome& pulled) { return pulled.out.substr(0, 64); };
  const Outcome pulled = user.other(pull);
  if (!pulled.ok()) {
    return {.error = pulled.err};
  }
  const Candidates found = with_config(candidates, "sha256:" + id_of(pulled));
  if (found.size() == 1) {
    return {.digest = found.front().manifest};
  }
  user.must_other({"podman", "rmi", "--all", "--force"});
  const std::string id = id_of(user.other(pull));
  const std::string digests = user.must_other({"podman", "image", "inspect", "--format", "{{.RepoDigests}}", id});
  for (const Candidate& candidate : found) {
    if (digests.contains(candidate.manifest)) {
      return {.digest = candidate.manifest};
    }
  }
  throw std::runtime_error("podman took none of what has this config: " + digests);
}

Took taken_by_containerd(const Containerd& containerd, const std::string& reference, const Platform& platform,
                         const Candidates& candidates, const std::string& name, const std::vector<std::string>& flags) {
  Took took;
  const auto ctr = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"-n", name});
    containerd.ctr(arguments);
  };
  std::vector<std::string> pull = {"images", "pull",       "--plain-http",  "--snapshotter",
                                   "native", "--platform", format(platform)};
  pull.insert(pull.end(), flags.begin(), flags.end());
  pull.push_back(reference);
  try {
    ctr(pull);
  } catch (const std::runtime_error& error) {
    took.error = error.what();
  }
  // The transfer service unpacks whatever is for the platform; what ctr chooses of it tells a second unpacking.
  const Candidates unpacked = Held(containerd, name, candidates).unpacked;
  if (took.error.empty() && unpacked.size() > 1) {
    for (const Candidate& candidate : unpacked) {
      ctr({"content", "label", candidate.config, std::string(kUnpacked) + ".native="});
    }
    ctr({"images", "mount", "--snapshotter", "native", "--platform", format(platform), reference});
  }
  took.digest = held_by_containerd(containerd, name, candidates);
  return took;
}

std::optional<std::string> held_by_containerd(const Containerd& containerd, const std::string& name,
                                              const Candidates& candidates) {
  const Held held(containerd, name, candidates);
  if (held.fetched.empty()) {
    return std::nullopt;
  }
  if (held.fetched.size() > 1 && held.unpacked.size() != 1) {
    throw std::runtime_error("containerd does not tell what it took:\n" + held.content);
  }
  return held.fetched.size() == 1 ? held.fetched.front().manifest : held.unpacked.front().manifest;
}

Took taken_by_docker(const WasmOci& user, const std::string& reference, const Platform& platform) {
  const Outcome pulled = user.other({"docker", "pull", "-q", "--platform", format(platform), reference});
  if (!pulled.ok()) {
    return {.error = pulled.err};
  }
  const std::string config = user.must_other({"docker", "image", "inspect", "--format", "{{.Id}}", reference});
  user.must_other({"docker", "image", "rm", "--force", config});
  return {.digest = config};
}

}  // namespace wasm_oci::testing
