#include "registry/tag_list.hpp"

#include "oci/error.hpp"
#include "oci/json/document.hpp"
#include "oci/reference.hpp"
#include "oci/text.hpp"
#include "registry/pages.hpp"

namespace wasm_oci {
namespace {

constexpr std::size_t kMaxPageBytes = 16UL * 1024 * 1024;
constexpr std::size_t kMaxPages = 10'000;
constexpr std::size_t kMaxTags = 1'000'000;

void read_page(const std::string& text, std::vector<std::string>& tags) {
  const Document document = Document::parse(text, {.max_bytes = kMaxPageBytes, .max_nodes = kMaxTags + 10});
  const auto list = document.root().find("tags");
  if (!document.root().is(JsonKind::object) ||
      (list && !list->is(JsonKind::array) && !list->is(JsonKind::null))) {  // null: distribution's empty list
    throw ContentError("the answer is no list of tags");
  }
  if (!list) {
    return;
  }
  for (const JsonValue& tag : *list) {
    if (!is_tag(tag.string())) {
      throw ContentError("the list of tags holds something that is no tag: " + excerpt(tag.text()));
    }
    if (tags.size() == kMaxTags) {
      throw ContentError("there are more than " + std::to_string(kMaxTags) + " tags");
    }
    tags.emplace_back(tag.string());
  }
}

}  // namespace

std::vector<std::string> list_tags(RegistryClient& client, const std::string& repository) {
  const RegistryRequest request{.path = "/v2/" + repository + "/tags/list",
                                .headers = {{"Accept", "application/json"}},
                                .scopes = {{.repository = repository, .pull = true}},
                                .what = client.host() + "/" + repository + ": tags"};
  std::vector<std::string> tags;
  const auto refusal = read_pages(client, request, {.page_bytes = kMaxPageBytes, .pages = kMaxPages},
                                  [&tags](const std::string& page) { read_page(page, tags); });
  if (refusal) {
    throw_error(request.what, *refusal);
  }
  return tags;
}

}  // namespace wasm_oci
