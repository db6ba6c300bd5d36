#include "tests/interop/peers.hpp"

#include "oci/digest.hpp"
#include "oci/platform.hpp"

#include <nlohmann/json.hpp>
#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <thread>

namespace wasm_oci::testing {
namespace {

std::vector<std::string> as_root(std::vector<std::string> argv) {
  // A mount namespace of their own: mounts end with the programs that made them.
  std::vector<std::string> result = {"unshare", "--mount"};
  if (geteuid() != 0) {
    result.insert(result.end(), {"--user", "--map-root-user"});
  }
  result.insert(result.end(), argv.begin(), argv.end());
  return result;
}

// dockerd makes /run/docker/plugins whatever it is told: in its mount namespace only.
std::vector<std::string> with_own_run(std::vector<std::string> argv) {
  std::vector<std::string> result = {"sh", "-c", R"(mount -t tmpfs none /run && exec "$0" "$@")"};
  result.insert(result.end(), argv.begin(), argv.end());
  return result;
}

// Starts a daemon; returns once `probe` succeeds.
std::unique_ptr<Process> start_daemon(const std::vector<std::string>& argv, const std::vector<std::string>& probe) {
  auto daemon = std::make_unique<Process>(Command{.argv = as_root(argv)});
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!run({.argv = probe}).ok()) {
    if (!daemon->running() || std::chrono::steady_clock::now() > end) {
      throw std::runtime_error(argv.front() + " does not start:\n" + daemon->err());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return daemon;
}

// No namespace has what another one fetched.
constexpr auto kOldConfig = R"(version = 2
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[plugins."io.containerd.metadata.v1.bolt"]
  content_sharing_policy = "isolated"
)";

// No namespace has what another one fetched; no socket for NRI and no folder outside `at`; and the snapshotter that
// works everywhere, in the place of overlayfs, which is otherwise the only one that the transfer service unpacks with.
std::string config_of_2_4(const std::string& at) {
  return R"(version = 3
disabled_plugins = ["io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime", "io.containerd.grpc.v1.cri",
                    "io.containerd.nri.v1.nri"]
[plugins."io.containerd.metadata.v1.bolt"]
  content_sharing_policy = "isolated"
[plugins."io.containerd.internal.v1.opt"]
  path = ")" +
         at +
         R"(/opt"
[[plugins."io.containerd.transfer.v1.local".unpack_config]]
  platform = ")" +
         format(host_platform()) + R"("
  snapshotter = "native"
  differ = "walking"
)";
}

}  // namespace

Containerd::Containerd(const std::filesystem::path& folder, const std::filesystem::path& programs)
    : folder_(folder), socket_((folder / "containerd.sock").string()), ctr_((programs / "ctr").string()) {
  const std::string at = folder.string();
  write_file(folder / "config.toml", "root = \"" + at + "/root\"\nstate = \"" + at + "/state\"\n" +
                                         (programs.empty() ? kOldConfig : config_of_2_4(at)) +
                                         "[grpc]\n  address = \"" + socket_ + "\"\n[ttrpc]\n  address = \"" + socket_ +
                                         ".ttrpc\"\n");
  daemon_ = start_daemon({(programs / "containerd").string(), "--config", at + "/config.toml"},
                         as_root({ctr_, "-a", socket_, "version"}));
}

std::string Containerd::ctr(const std::vector<std::string>& arguments) const {
  std::vector<std::string> argv = as_root({ctr_, "-a", socket_});
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return run_or_throw(argv);
}

std::string Containerd::file_of(const std::string& name, const std::string& path) const {
  const std::string mounted = (folder_ / "mounted").string();
  std::filesystem::create_directory(mounted);
  const std::string script = R"(
"$0" -a "$1" images mount --snapshotter native --platform wasi/wasm "$2" "$3" >/dev/null && cat "$3/$4")";
  return digest_of(run_or_throw(as_root({"sh", "-c", script, ctr_, socket_, name, mounted, path}))).str();
}

DockerDaemon::DockerDaemon(const std::filesystem::path& folder) : folder_(folder) {
  const std::string at = folder.string();
  write_file(folder / "daemon.json", "{}");  // not the machine's
  daemon_ = start_daemon(
      with_own_run({"dockerd", "--data-root", at + "/data", "--exec-root", at + "/exec", "--pidfile", at + "/pid",
                    "--config-file", at + "/daemon.json", "--host", address(), "--storage-driver", "vfs", "--bridge",
                    "none", "--iptables=false", "--ip-forward=false"}),
      {"docker", "--host", address(), "version"});
}

Docker29Daemon::Docker29Daemon(const std::filesystem::path& folder, const std::filesystem::path& programs,
                               const Containerd& containerd)
    : folder_(folder) {
  const std::string at = folder.string();
  write_file(folder / "daemon.json", "{}");  // not the machine's
  daemon_ = start_daemon(with_own_run({(programs / "dockerd").string(),
                                       "--data-root",
                                       at + "/data",
                                       "--exec-root",
                                       at + "/exec",
                                       "--pidfile",
                                       at + "/pid",
                                       "--config-file",
                                       at + "/daemon.json",
                                       "--host",
                                       address(),
                                       "--containerd",
                                       containerd.address(),
                                       "--storage-driver",
                                       "native",
                                       "--bridge",
                                       "none",
                                       "--iptables=false",
                                       "--ip6tables=false",
                                       "--ip-forward=false",
                                       "--userland-proxy=false"}),
                         {(programs / "docker").string(), "--host", address(), "version"});
}

BuildKit::BuildKit(const std::filesystem::path& folder, const std::filesystem::path& programs,
                   const std::string& registry)
    : folder_(folder), program_((programs / "buildx").string()) {
  const std::string at = folder.string();
  const std::string address = "unix://" + at + "/buildkit.sock";
  write_file(folder / "buildkitd.toml", "root = \"" + at + "/root\"\n[grpc]\n  address = [\"" + address +
                                            "\"]\n[worker.oci]\n  snapshotter = \"native\"\n[registry.\"" + registry +
                                            "\"]\n  http = true\n");
  daemon_ = start_daemon({(programs / "buildkitd").string(), "--config", at + "/buildkitd.toml"},
                         {"test", "-S", at + "/buildkit.sock"});
  buildx({"create", "--name", "ours", "--driver", "remote", address});
}

std::string BuildKit::buildx(const std::vector<std::string>& arguments) const {
  std::vector<std::string> argv = {program_};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return run_or_throw(argv, {{"BUILDX_CONFIG", (folder_ / "buildx").string()},
                             {"BUILDX_BUILDER", "ours"},
                             {"DOCKER_CONFIG", (folder_ / "docker").string()}});
}

void BuildKit::build(const std::vector<std::string>& arguments, const std::filesystem::path& context) const {
  std::vector<std::string> argv = {"build"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  argv.push_back(context.string());
  buildx(argv);
}

std::string BuildKit::imagetools(const std::vector<std::string>& arguments) const {
  std::vector<std::string> argv = {"imagetools"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return buildx(argv);
}

std::string Interop::push_hello(const std::string& repository) {
  const std::string reference = registry_.host() + "/" + repository + ":1.0";
  user_.must({"build", testdata(kModule).string(), "-t", reference});
  user_.must({"push", reference});
  return reference;
}

std::string Interop::module_by_umoci(const std::filesystem::path& layout, const std::string& name) {
  const TempDir unpacked;
  user_.must_other({"umoci", "raw", "unpack", "--rootless", "--image", layout.string() + ":" + name,
                    (unpacked / "rootfs").string()});
  const auto module = unpacked / "rootfs/hello.wasm";
  EXPECT_EQ(std::filesystem::status(module).permissions(), std::filesystem::perms{0755});
  return sha256_of(module);
}

std::string Interop::module_in_docker_archive(const std::filesystem::path& archive) {
  const auto manifest = nlohmann::json::parse(user_.must_other({"tar", "-xOf", archive.string(), "manifest.json"}));
  const std::string layer = manifest.at(0).at("Layers").at(0);
  return digest_of(
             run_or_throw({"sh", "-c", R"(tar -xOf "$1" "$2" | tar -xOf - hello.wasm)", "sh", archive.string(), layer}))
      .str();
}

std::string Interop::digest_by_skopeo(const std::string& location) {
  std::vector<std::string> argv = {"skopeo", "inspect", "--raw", location};
  if (location.starts_with("docker://")) {
    argv.insert(argv.begin() + 2, "--tls-verify=false");
  }
  const Outcome outcome = user_.other(argv);
  EXPECT_TRUE(outcome.ok()) << outcome.err;
  return digest_of(outcome.out).str();
}

std::string Interop::run_module(const std::filesystem::path& module, const std::vector<std::string>& arguments) {
  std::vector<std::string> argv = {"node", "--no-warnings", RUN_MODULE, module.string()};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return user_.must_other(argv);
}

}  // namespace wasm_oci::testing
