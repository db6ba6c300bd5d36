#include "oci/packaging/module_name.hpp"

#include "oci/utf8.hpp"

#include <algorithm>

namespace wasm_oci {

std::string_view safe_file_name(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const bool is_name =
      name != "." && name != ".." && std::ranges::none_of(name, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  return is_name ? name : std::string_view();
}

std::string module_name(const Annotations& annotations) {
  const auto title = annotations.find(std::string(annotation::kTitle));
  const std::string_view name = title == annotations.end() ? std::string_view() : safe_file_name(title->second);
  const bool is_for_people = name.contains(' ') && !name.ends_with(".wasm");
  // No entrypoint could say a name with a #, and no container sees a whiteout (image-spec layer.md, "Whiteouts").
  if (is_for_people || name.contains('#') || name.starts_with(".wh.") || !utf8::is_valid(name)) {
    return {};
  }
  return std::string(name);
}

}  // namespace wasm_oci
