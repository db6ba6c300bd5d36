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

std::vector<const Client*> read_clients(const Parsed& parsed) {
  std::vector<const Client*> clients;
  for (const std::string& name : parsed.values("for")) {
    const Client* client = &find_client(name);
    if (std::ranges::find(clients, client) == clients.end()) {
      clients.push_back(client);
    }
  }
  return clients;
}

std::vector<std::string_view> names_of(const std::vector<const Client*>& clients) {
  std::vector<std::string_view> names;
  for (const Client* const client : clients) {
    if (std::ranges::find(names, client->name) == names.end()) {
      names.push_back(client->name);
    }
  }
  return names;
}

Gate read_gate(const Parsed& parsed) {
  Gate gate{.served = read_platforms(parsed, "require-platform"),
            .unchanged = read_platforms(parsed, "require-unchanged")};
  if (std::vector<const Client*> clients = read_clients(parsed); !clients.empty()) {
    gate.clients = std::move(clients);
    if (gate.is_open()) {
      throw UsageError("--for says whom a gate asks, and there is none", "--require-platform wasi/wasm");
    }
  }
  return gate;
}

Platform read_platform(const std::string& text) {
  Platform platform = parse_platform(text);
  if (!text.contains('/') && normalize({.os = text, .architecture = platform.architecture}).os == platform.os) {
    throw UsageError("platform " + text + ": for which architecture?", "write " + format(platform));
  }
  return platform;
}

std::vector<Platform> read_platforms(const Parsed& parsed, std::string_view option) {
  std::vector<Platform> platforms;
  for (const std::string& text : parsed.values(option)) {
    Platform platform = read_platform(text);
    if (std::ranges::any_of(platforms, [&](const Platform& other) { return same_platform(other, platform); })) {
      throw UsageError("--" + std::string(option) + " " + text + " is given twice");
    }
    platforms.push_back(std::move(platform));
  }
  return platforms;
}

}  // namespace wasm_oci::cli
