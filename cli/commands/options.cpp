#include "cli/commands/options.hpp"

#include "oci/error.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace wasm_oci::cli {

std::optional<Packaging> read_packaging(const Parsed& parsed) {
  const std::optional<std::string> kind = parsed.value("as");
  return kind ? parse_packaging(*kind) : std::nullopt;
}

std::vector<Platform> read_platforms(const Parsed& parsed, std::string_view option) {
  std::vector<Platform> platforms;
  for (const std::string& text : parsed.values(option)) {
    Platform platform = parse_platform(text);
    if (std::ranges::any_of(platforms, [&](const Platform& other) { return same_platform(other, platform); })) {
      throw UsageError("--" + std::string(option) + " " + text + " is given twice");
    }
    platforms.push_back(std::move(platform));
  }
  return platforms;
}

}  // namespace wasm_oci::cli
