#include "oci/clients/outlook.hpp"

#include "oci/text.hpp"

namespace wasm_oci {

std::string finds_nothing(const Wish& wish, const Digest& /*index*/) {
  return "it finds nothing for " + format(wish.asked);
}

std::optional<std::string> why_nothing_starts(const Taken& taken) {
  if (!taken.config) {
    return "its config is " + excerpt(taken.manifest.config.media_type) + ", and no image's";
  }
  if (taken.argv.empty()) {
    return "it has neither entrypoint nor command";
  }
  if (taken.modules && taken.has_files() && taken.module() == nullptr) {
    return "/" + excerpt(taken.path) + " is no Wasm module of this image";
  }
  return std::nullopt;
}

std::string platform_flag(const Wish& wish) {
  return same_platform(wish.asked, host_platform()) ? "" : "--platform " + format(wish.asked) + " ";
}

}  // namespace wasm_oci
