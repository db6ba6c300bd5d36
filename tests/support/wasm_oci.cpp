#include "tests/support/wasm_oci.hpp"

#include "oci/digest.hpp"

#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace wasm_oci::testing {
namespace {

std::string checked(const std::vector<std::string>& argv, Outcome outcome) {
  if (!outcome.ok()) {
    std::string line;
    for (const std::string& word : argv) {
      line += word + " ";
    }
    throw std::runtime_error(line + "ended with " + std::to_string(outcome.exit_code) + ":\n" + outcome.out +
                             outcome.err);
  }
  if (outcome.out.ends_with('\n')) {
    outcome.out.pop_back();
  }
  return std::move(outcome.out);
}

}  // namespace

WasmOci::WasmOci() {
  for (const char* name : {"home", "work", "tmp", "run", "docker", "containers"}) {
    std::filesystem::create_directory(root_ / name);
  }
  std::filesystem::permissions(root_ / "run", std::filesystem::perms::owner_all);
  // Podman fails where DOCKER_CONFIG names a folder without it.
  write_file(root_ / "docker/config.json", "{}\n");
  // Podman and buildah keep everything here, whoever runs them, and need no kernel support for vfs.
  const std::string containers = (root_ / "containers").string();
  write_file(root_ / "containers/storage.conf", "[storage]\ndriver = \"vfs\"\ngraphroot = \"" + containers +
                                                    "/graph\"\nrunroot = \"" + containers + "/run\"\n");
  write_file(root_ / "containers/containers.conf", "[engine]\ntmp_dir = \"" + containers + "/tmp\"\n");
  write_file(root_ / "containers/registries.conf", "unqualified-search-registries = []\n");

  const auto path = [this](const char* name) { return (root_ / name).string(); };
  environment_ = {
      {"HOME", path("home")},
      {"LC_ALL", "C.UTF-8"},
      {"TMPDIR", path("tmp")},
      {"XDG_RUNTIME_DIR", path("run")},
      {"XDG_DATA_HOME", path("home/data")},
      {"XDG_CONFIG_HOME", path("home/config")},
      {"DOCKER_CONFIG", path("docker")},
      {"WASM_OCI_STORE", path("store")},
      {"CONTAINERS_STORAGE_CONF", path("containers/storage.conf")},
      {"CONTAINERS_CONF", path("containers/containers.conf")},
      {"CONTAINERS_REGISTRIES_CONF", path("containers/registries.conf")},
  };
  for (const char* name : {"PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"}) {
    if (const char* value = std::getenv(name)) {
      environment_[name] = value;
    }
  }
}

Command WasmOci::command(const std::vector<std::string>& arguments) const {
  Command command{.argv = {WASM_OCI_PROGRAM}, .env = environment_, .cwd = work()};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  return command;
}

Outcome WasmOci::operator()(const std::vector<std::string>& arguments, const std::string& input) const {
  Command to_run = command(arguments);
  to_run.input = input;
  return run(to_run);
}

Outcome WasmOci::other(const std::vector<std::string>& argv) const {
  return run({.argv = argv, .env = environment_, .cwd = work()});
}

std::string WasmOci::must(const std::vector<std::string>& arguments) const {
  const Command to_run = command(arguments);
  return checked(to_run.argv, run(to_run));
}

std::string WasmOci::must_other(const std::vector<std::string>& argv) const { return checked(argv, other(argv)); }

std::filesystem::path testdata(const std::string& name) { return std::filesystem::path(TESTDATA_DIR) / name; }

std::string sha256_of(const std::filesystem::path& path) { return digest_of(read_file(path)).str(); }

}  // namespace wasm_oci::testing
