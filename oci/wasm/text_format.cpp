#include "oci/wasm/text_format.hpp"

namespace wasm_oci {

bool is_text_format(std::string_view path, std::string_view begin) {
  begin = begin.substr(0, kTextFormatBegin);
  const std::size_t first = begin.find_first_not_of(" \t\r\n");
  return path.ends_with(".wat") && !begin.empty() &&
         (first == std::string_view::npos || begin.substr(first).starts_with('(') ||
          begin.substr(first).starts_with(begin.size() - first == 1 ? ";" : ";;"));
}

}  // namespace wasm_oci
