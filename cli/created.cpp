#include "cli/created.hpp"

#include "cli/programs.hpp"
#include "oci/error.hpp"

#include <chrono>
#include <filesystem>

namespace wasm_oci::cli {

namespace {

constexpr const char* kSpellings = "write now, git, seconds since 1970, or a time like 2026-08-01T12:00:00Z";

Timestamp time_of_commit(const std::string& module, const Context& context) {
  const std::string git = find_in_path(context, "git");
  if (git.empty()) {
    throw FailureError("--created git: git is not installed", kSpellings);
  }
  const std::string folder = std::filesystem::absolute(module).parent_path().string();
  ProgramResult result = run_program_at(context, git, {"-C", folder, "log", "-1", "--format=%ct"});
  while (result.output.ends_with('\n')) {
    result.output.pop_back();
  }
  const std::optional<Timestamp> time = Timestamp::parse(result.output);
  if (result.exit_code != 0 || !time) {
    throw FailureError("--created git: " + folder + " has no commit that git can tell the time of" +
                           (result.error.empty() ? "" : ": " + result.error),
                       kSpellings);
  }
  return *time;
}

// The specification of SOURCE_DATE_EPOCH knows seconds only.
Timestamp parse_epoch(const std::string& text) {
  const bool is_number = text.find_first_not_of("0123456789") == std::string::npos;
  const std::optional<Timestamp> time = is_number ? Timestamp::parse(text) : std::nullopt;
  if (!time) {
    throw UsageError("SOURCE_DATE_EPOCH \"" + text + "\" is no number of seconds since 1970",
                     "set it to a number, or unset it");
  }
  return *time;
}

}  // namespace

Timestamp read_created(const std::optional<std::string>& created, const std::string& module, const Context& context) {
  if (created == "now") {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    return Timestamp::from_seconds(now.time_since_epoch().count()).value_or(Timestamp());
  }
  if (created == "git") {
    return time_of_commit(module, context);
  }
  if (created) {
    const std::optional<Timestamp> time = Timestamp::parse(*created);
    if (!time) {
      throw UsageError("--created \"" + *created + "\" is no time", kSpellings);
    }
    return *time;
  }
  const std::optional<std::string> epoch = context.environment.get("SOURCE_DATE_EPOCH");
  return epoch && !epoch->empty() ? parse_epoch(*epoch) : Timestamp();
}

}  // namespace wasm_oci::cli
