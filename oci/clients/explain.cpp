#include "oci/clients/explain.hpp"

#include "oci/error.hpp"
#include "oci/media_type.hpp"

#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace wasm_oci {
namespace {

// In a handler of `error`.
void rethrow_unless_about_content(const Error& error) {
  if (error.kind() != ErrorKind::content && error.kind() != ErrorKind::not_found) {
    throw;
  }
}

class Explaining {
 public:
  Explaining(Store& store, const Descriptor& root, const ExplainRequest& request)
      : store_(store), root_(root), request_(request) {
    if (media_type::is_index(root.media_type)) {
      parse_index(store.load(root, NodeKind::manifest), root.media_type);
      try {
        wasm_ = choose(find_client("containerd"), store, root, usual_wasm_platform()).taken;
      } catch (const Error& error) {
        rethrow_unless_about_content(error);
      }
    }
  }

  Explanation explain(const Client& client, const Platform& wanted) {
    Explanation explanation{.client = &client, .wanted = wanted, .choice = {}, .reason = {}, .outlook = {}};
    const Wish wish{.name = request_.name,
                    .repository = request_.repository,
                    .wanted = wanted,
                    .asked = asked_by(client, wanted),
                    .wasm = wasm_ ? std::optional(wasm_->digest) : std::nullopt};
    try {
      explanation.choice = choose(client, store_, root_, wanted);
    } catch (const Error& error) {
      rethrow_unless_about_content(error);
      explanation.choice.asked = wish.asked;
      explanation.reason = "it fails on what it looks into: " + error.message();
      return explanation;
    }
    const Choice& choice = explanation.choice;
    if (!choice.taken) {
      explanation.reason = client.finds_nothing(wish, choice.index.value_or(root_.digest));
      return explanation;
    }
    explanation.reason = why_taken(choice, *choice.taken);
    try {
      explanation.outlook = client.foresee(taken(*choice.taken), wish);
    } catch (const Error& error) {
      rethrow_unless_about_content(error);
      explanation.outlook.next = "it fails on what it takes: " + error.message();
    }
    return explanation;
  }

 private:
  static std::string why_taken(const Choice& choice, const Descriptor& taken) {
    if (!choice.index) {
      return "a manifest alone is taken whatever it is for";
    }
    if (!taken.platform) {
      return "it names no platform, and nothing else is for " + format(choice.asked);
    }
    const bool is_exact = same_platform(normalize(*taken.platform), normalize(choice.asked));
    return is_exact ? "it is the first that is for " + format(choice.asked)
                    : "of what there is it is nearest to " + format(choice.asked);
  }

  // Several clients take the same; its layers are read once.
  const Taken& taken(const Descriptor& image) {
    std::unique_ptr<Taken>& taken = taken_[image.digest];
    if (!taken) {
      taken = std::make_unique<Taken>(look_at_taken(store_, image));
    }
    return *taken;
  }

  Store& store_;
  const Descriptor& root_;
  const ExplainRequest& request_;
  std::optional<Descriptor> wasm_;
  std::map<Digest, std::unique_ptr<Taken>> taken_;
};

}  // namespace

void explain(Store& store, const Descriptor& root, const ExplainRequest& request,
             const std::function<void(const Explanation&)>& tell) {
  Explaining explaining(store, root, request);
  for (const Platform& wanted : request.platforms) {
    for (const Client* const client : request.clients) {
      tell(explaining.explain(*client, wanted));
    }
  }
}

}  // namespace wasm_oci
