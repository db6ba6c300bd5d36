#include "tests/interop/takers.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <stdexcept>

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
                         const Candidates& candidates, const std::string& name) {
  Took took;
  try {
    containerd.ctr({"-n", name, "images", "pull", "--plain-http", "--snapshotter", "native", "--platform",
                    format(platform), reference});
  } catch (const std::runtime_error& error) {
    took.error = error.what();
  }
  // It fetches whatever may be for the platform, and then chooses; the config of what it unpacked says so.
  const std::string content = containerd.ctr({"-n", name, "content", "ls"});
  const auto line_of = [&](const std::string& digest) {  // other lines have it as a label
    const std::size_t begin = std::min(content.find("\n" + digest), content.size());
    return content.substr(begin, content.find('\n', begin + 1) - begin);
  };
  Candidates fetched;
  std::ranges::copy_if(candidates, std::back_inserter(fetched),
                       [&](const Candidate& candidate) { return !line_of(candidate.manifest).empty(); });
  if (fetched.size() > 1) {
    std::erase_if(fetched, [&](const Candidate& candidate) {
      return !line_of(candidate.config).contains("containerd.io/gc.ref.snapshot");
    });
    if (fetched.size() != 1) {
      throw std::runtime_error("containerd does not tell what it took:\n" + took.error + content);
    }
  }
  if (!fetched.empty()) {
    took.digest = fetched.front().manifest;
  }
  return took;
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
