// What the credentials look-up takes from the machine, so that tests never depend on the one they run on.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace wasm_oci {

struct Environment {
  // The variable's value; nullopt where it is unset or empty.
  std::function<std::optional<std::string>(const std::string& name)> get;
  unsigned user_id = 0;
  // Where podman keeps run-time files when XDG_RUNTIME_DIR is not set.
  std::string run_dir = "/run/containers";

  // This process's.
  static Environment of_process();
};

}  // namespace wasm_oci
