#include "registry/referrers.hpp"

#include "oci/error.hpp"
#include "oci/json/descriptor_json.hpp"
#include "oci/json/splice.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/store/store.hpp"
#include "oci/text.hpp"
#include "registry/pages.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <utility>

namespace wasm_oci {
namespace {

constexpr std::size_t kMaxPages = 1'000;

// Takes up what is new.
class ReferrerList {
 public:
  void add(std::vector<Descriptor> listed) {
    for (Descriptor& referrer : listed) {
      if (!seen_.insert(referrer.digest).second) {
        continue;
      }
      if (referrers_.size() == kMaxReferrers) {
        throw ContentError("there are more than " + std::to_string(kMaxReferrers) + " referrers");
      }
      referrers_.push_back(std::move(referrer));
    }
  }
  void add_page(const std::string& page) {
    bytes_ += page.size();
    if (bytes_ > kMaxReferrersSize) {
      throw ContentError("the list is larger than " + human_size(kMaxReferrersSize));
    }
    add(parse_index(page, media_type::kOciIndex).manifests);
  }
  std::vector<Descriptor> take() && { return std::move(referrers_); }

 private:
  std::vector<Descriptor> referrers_;
  std::set<Digest> seen_;
  std::size_t bytes_ = 0;
};

}  // namespace

std::optional<std::vector<Descriptor>> list_referrers(RegistryClient& client, const std::string& repository,
                                                      const Digest& subject, const std::vector<Scope>& scopes) {
  const RegistryRequest request{.path = "/v2/" + repository + "/referrers/" + subject.str(),
                                .headers = {{"Accept", std::string(media_type::kOciIndex)}},
                                .scopes = scopes,
                                .what = client.host() + "/" + repository + ": referrers of " + subject.str()};
  ReferrerList list;
  const auto refusal = read_pages(client, request, {.page_bytes = kMaxManifestSize, .pages = kMaxPages},
                                  [&list](const std::string& page) { list.add_page(page); });
  if (!refusal) {
    return std::move(list).take();
  }
  if (refusal->status == 404 || refusal->status == 400 || refusal->status == 405) {
    return std::nullopt;
  }
  throw_error(request.what, *refusal);
}

std::string referrers_tag(const Digest& subject) {
  static constexpr std::size_t kMaxHex = 64;  // so that it is no longer than a tag may be
  return std::string(to_string(subject.algorithm())) + "-" + subject.hex().substr(0, kMaxHex);
}

std::vector<Descriptor> parse_referrers(std::string_view index, std::string_view media_type) {
  if (!media_type::is_index(media_type)) {
    throw ContentError("it should be an index of referrers, but is " + excerpt(media_type));
  }
  ReferrerList list;
  list.add(parse_index(index, media_type).manifests);
  return std::move(list).take();
}

std::string add_referrer(std::string_view index, const Descriptor& referrer) {
  const std::vector<Descriptor> listed = parse_index(index).manifests;
  if (std::ranges::find(listed, referrer.digest, &Descriptor::digest) != listed.end()) {
    return std::string(index);
  }
  if (listed.size() == kMaxReferrers) {
    throw ContentError("it lists " + std::to_string(kMaxReferrers) + " referrers already");
  }
  const std::string entry = to_json(referrer);
  const Document document = Document::parse(std::string(index), {.max_bytes = kMaxManifestSize});
  const std::optional<JsonValue> manifests = document.root().find("manifests");
  if (manifests && manifests->is(JsonKind::array)) {
    return splice(index, std::array{insert_elements(*manifests, manifests->size(), std::span(&entry, 1))});
  }
  return splice(index, std::array{set_member(document.root(), "manifests", "[" + entry + "]")});
}

}  // namespace wasm_oci
