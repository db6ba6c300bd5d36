#include "oci/validate/planned_edits.hpp"

#include "oci/json/edited_text.hpp"
#include "oci/manifest.hpp"

#include <iterator>
#include <set>
#include <tuple>
#include <utility>

namespace wasm_oci {
namespace {

std::optional<JsonValue> element_of(const JsonValue& root, const PlannedEdit& edit) {
  const std::optional<JsonValue> list = root.find(edit.list);
  if (!list || list->is(JsonKind::object)) {
    return list;
  }
  return *std::next(list->begin(), static_cast<std::ptrdiff_t>(edit.position));
}

std::optional<JsonValue> object_of(const JsonValue& root, const PlannedEdit& edit) {
  const std::optional<JsonValue> element = edit.list.empty() ? root : element_of(root, edit);
  return element && !edit.within.empty() ? element->find(edit.within) : element;
}

}  // namespace

// Two members that are added to one object, or taken out of it, have one place: of these each round does one.
std::string carry_out(std::string text, std::vector<PlannedEdit> edits) {
  EditedText edited(std::move(text), 2 * kMaxManifestSize);
  while (!edits.empty()) {
    std::vector<PlannedEdit> later;
    edited.edit([&](const JsonValue& root) {
      std::vector<Edit> now;
      std::set<std::tuple<std::string_view, std::size_t, std::string_view>> changed;
      for (PlannedEdit& edit : edits) {
        const std::optional<JsonValue> object = object_of(root, edit);
        if (!object) {
          continue;
        }
        const bool is_replaced = edit.json && object->find(edit.member);
        if (!is_replaced && !changed.emplace(edit.list, edit.position, edit.within).second) {
          later.push_back(std::move(edit));
        } else if (edit.json) {
          now.push_back(set_member(*object, edit.member, *edit.json));
        } else if (std::optional<Edit> removal = remove_member(*object, edit.member)) {
          now.push_back(*std::move(removal));
        }
      }
      return now;
    });
    edits = std::move(later);
  }
  return std::move(edited).take();
}

}  // namespace wasm_oci
