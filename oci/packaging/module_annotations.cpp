#include "oci/packaging/module_annotations.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace wasm_oci {

Annotations annotations_of(const WasmMetadata& metadata) {
  const std::array<std::pair<std::string_view, const std::optional<std::string>*>, 7> mapped = {{
      {annotation::kAuthors, &metadata.authors},
      {annotation::kDescription, &metadata.description},
      {annotation::kLicenses, &metadata.licenses},
      {annotation::kRevision, &metadata.revision},
      {annotation::kSource, &metadata.source},
      {annotation::kUrl, &metadata.homepage},
      {annotation::kVersion, &metadata.version},
  }};
  Annotations annotations;
  for (const auto& [key, text] : mapped) {
    if (*text && !(*text)->empty()) {
      annotations.emplace(key, **text);
    }
  }
  return annotations;
}

}  // namespace wasm_oci
