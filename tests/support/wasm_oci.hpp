#pragma once

#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace wasm_oci::testing {

// The program under test as one user of a machine: with a home, a local store, credentials and a temporary folder of
// its own, and nothing of the environment that the tests run in but PATH and the sanitizers' options.
class WasmOci {
 public:
  WasmOci();

  // Runs `wasm-oci ARGUMENTS`.
  Outcome operator()(const std::vector<std::string>& arguments, const std::string& input = {}) const;
  // The same for another program of this user (skopeo, podman, …): the first word is the program.
  Outcome other(const std::vector<std::string>& argv) const;
  // Both throw std::runtime_error, with what was written, unless the exit code is 0; they return standard output
  // without its last newline.
  std::string must(const std::vector<std::string>& arguments) const;
  std::string must_other(const std::vector<std::string>& argv) const;
  // What operator() runs, for changes before it runs.
  Command command(const std::vector<std::string>& arguments) const;

  const std::filesystem::path& root() const { return root_.path(); }
  std::filesystem::path work() const { return root_ / "work"; }    // where programs run
  std::filesystem::path store() const { return root_ / "store"; }  // the local store, absent at first
  std::filesystem::path tmp() const { return root_ / "tmp"; }
  Environment& environment() { return environment_; }

 private:
  TempDir root_;
  Environment environment_;
};

// The path of a committed test file.
std::filesystem::path testdata(const std::string& name);
// "sha256:" and the hex digest of a file.
std::string sha256_of(const std::filesystem::path& path);

}  // namespace wasm_oci::testing
