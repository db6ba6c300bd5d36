#include "cli/exit_code.hpp"

#include <algorithm>
#include <array>

namespace wasm_oci::cli {

ExitCode exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
      return ExitCode::usage;
    case ErrorKind::gate:
      return ExitCode::gate;
    case ErrorKind::not_found:
      return ExitCode::not_found;
    case ErrorKind::auth:
      return ExitCode::auth;
    case ErrorKind::network:
      return ExitCode::network;
    case ErrorKind::content:
      return ExitCode::content;
    case ErrorKind::conflict:
      return ExitCode::conflict;
    case ErrorKind::cancelled:
      return ExitCode::interrupted;
    case ErrorKind::failure:
      break;
  }
  return ExitCode::failure;
}

ExitCode worse(ExitCode a, ExitCode b) {
  static constexpr std::array kWorstFirst = {ExitCode::interrupted, ExitCode::terminated, ExitCode::usage,
                                             ExitCode::content,     ExitCode::auth,       ExitCode::conflict,
                                             ExitCode::network,     ExitCode::not_found,  ExitCode::failure,
                                             ExitCode::gate,        ExitCode::ok};
  return *std::min(std::find(kWorstFirst.begin(), kWorstFirst.end(), a),
                   std::find(kWorstFirst.begin(), kWorstFirst.end(), b));
}

}  // namespace wasm_oci::cli
