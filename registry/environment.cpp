#include "registry/environment.hpp"

#include <unistd.h>

#include <cstdlib>

namespace wasm_oci {

Environment Environment::of_process() {
  return {.get = [](const std::string& name) -> std::optional<std::string> {
            const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nothing here changes it
            return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>(value);
          },
          .user_id = ::getuid()};
}

}  // namespace wasm_oci
