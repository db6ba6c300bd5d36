#include "cli/programs.hpp"

#include "oci/text.hpp"
#include "registry/child_process.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <sstream>
#include <string_view>
#include <utility>

namespace wasm_oci::cli {

namespace {

constexpr std::size_t kMaxError = 4UL * 1024;

std::string in_one_line(const std::string& said, std::size_t most) {
  std::istringstream words(said);
  std::string line;
  for (std::string word; words >> word;) {
    line += line.empty() ? "" : " ";
    line += word;
  }
  return excerpt(line, most);
}

}  // namespace

std::string find_in_path(const Context& context, const std::string& name) {
  const std::string path = context.environment.get("PATH").value_or("/usr/local/bin:/usr/bin:/bin");
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    const std::string folder = path.substr(begin, end - begin);
    // Relative entries would make the program depend on where it is started.
    const std::string program = std::filesystem::path(folder) / name;
    if (folder.starts_with('/') && ::access(program.c_str(), X_OK) == 0) {
      return program;
    }
    begin = end + 1;
  }
  return {};
}

ProgramResult run_program_at(const Context& context, const std::string& path, std::vector<std::string> arguments,
                             const ProgramLimits& limits) {
  arguments.insert(arguments.begin(), path);
  ChildResult result = run_child({.path = path,
                                  .argv = std::move(arguments),
                                  .input = {},
                                  .max_output = limits.output,
                                  .max_error = kMaxError,
                                  .timeout = limits.time},
                                 context.stop);
  return {.exit_code = result.exit_code,
          .output = std::move(result.output),
          .error = in_one_line(result.error, limits.error)};
}

}  // namespace wasm_oci::cli
