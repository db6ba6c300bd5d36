// An environment and helper programs of a test's own.
#pragma once

#include "registry/environment.hpp"
#include "tests/support/temp_dir.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace wasm_oci::testing {

using Variables = std::map<std::string, std::string>;

// `run_dir` is a folder that does not exist, so that nothing of the machine is seen.
inline wasm_oci::Environment fake_environment(const Variables& variables) {
  return {.get = [variables](const std::string& name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
          },
          .user_id = 1000,
          .run_dir = "/nonexistent"};
}

// Writes docker-credential-NAME, a shell script, into `folder`.
inline void write_helper(const std::filesystem::path& folder, const std::string& name, const std::string& script) {
  std::filesystem::create_directories(folder);
  const auto path = folder / ("docker-credential-" + name);
  write_file(path, "#!/bin/sh\n" + script + "\n");
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
}

}  // namespace wasm_oci::testing
