#include "oci/validate/platform_checks.hpp"

#include "oci/text.hpp"

#include <tuple>
#include <utility>

namespace wasm_oci {
namespace {

class PlatformChecks {
 public:
  PlatformChecks(const Platform& said, const std::string& path, const Place& place, Findings& findings)
      : said_(said), path_(path), place_(place), findings_(findings) {}

  void check() {
    for (const auto& [name, value, usual] :
         {std::tuple<std::string_view, std::string_view, std::string>("os", said_.os, to_lower(said_.os)),
          {"architecture", said_.architecture, usual_architecture(said_.architecture)},
          {"variant", said_.variant, to_lower(said_.variant)}}) {
      if (value != usual) {
        add("IDX014", name,
            excerpt(value, 40) + (to_lower(value) == usual ? " is not in lower case" : " is written " + usual));
      }
    }
    if (is_wasm_name(said_) && !said_.os.empty()) {
      check_wasm();
    }
  }

 private:
  void add(std::string_view rule, std::string_view member, std::string message) {
    const bool has_both = !path_.empty() && !member.empty();
    findings_.add(rule, place_, path_ + (has_both ? "." : "") + std::string(member), std::move(message));
  }

  void check_wasm() {
    const std::string shown = excerpt(format_all(said_), 80);
    if (!to_lower(said_.os).starts_with("wasi")) {
      add("IDX008", "os", "nobody asks for " + shown);
    }
    if (to_lower(said_.architecture) != "wasm") {
      add("IDX009", "architecture", "who asks for " + excerpt(said_.os, 40) + "/wasm does not find " + shown);
    }
    if (!said_.variant.empty()) {
      add("IDX012", "variant", "what is for Wasm has the variant " + excerpt(said_.variant, 40));
    }
    if (!said_.os_version.empty() || !said_.os_features.empty()) {
      add("IDX013", "", "what is for Wasm has os.version or os.features");
    }
  }

  const Platform& said_;
  const std::string& path_;
  const Place& place_;
  Findings& findings_;
};

}  // namespace

bool is_wasm_name(const Platform& platform) {
  const std::string architecture = to_lower(platform.architecture);
  return architecture == "wasm" || architecture == "wasm32" || architecture == "wasm64";
}

void check_platform_names(const Platform& said, const std::string& path, const Place& place, Findings& findings) {
  PlatformChecks(said, path, place, findings).check();
}

}  // namespace wasm_oci
