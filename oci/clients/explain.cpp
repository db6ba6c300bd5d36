#include "oci/clients/explain.hpp"

#include "oci/error.hpp"
#include "oci/image_platforms.hpp"
#include "oci/media_type.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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
      parse_index(store.load(root, NodeKind::manifest), root.media_type, SchemaVersion::any);
      wasm_ = taken_by_told(usual_wasm_platform());
    }
  }

  // Whether those find an image for it who can be told the platform. A manifest alone they take whatever it is for.
  bool is_offered(const Platform& wanted) {
    const std::optional<Descriptor> taken = taken_by_told(wanted);
    if (!taken || media_type::is_index(root_.media_type)) {
      return taken.has_value();
    }
    try {
      const std::optional<Platform> own = platform_of(store_, *taken);
      return own && same_platform(*own, wanted);
    } catch (const Error& error) {
      rethrow_unless_about_content(error);
      return false;
    }
  }

  Explanation explain(const AskedClient& asked, const Platform& wanted, bool is_offered) {
    const Client& client = *asked.client;
    Explanation explanation{.asked = asked, .wanted = wanted, .choice = {}, .reason = {}, .outlook = {}};
    const Wish wish{.name = request_.name,
                    .repository = request_.repository,
                    .wanted = wanted,
                    .asked = asked_by(client, wanted),
                    .wasm = wasm_ ? std::optional(wasm_->digest) : std::nullopt,
                    .is_offered = is_offered,
                    .offered = is_offered && client.asks == Asks::this_machine ? offered(wanted) : nullptr};
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
      if (client.foresee_nothing != nullptr) {
        explanation.outlook = client.foresee_nothing(wish);
      }
      return explanation;
    }
    explanation.reason = why_taken(choice, *choice.taken);
    try {
      explanation.outlook = foresee(client, choice, taken(*choice.taken), wish);
    } catch (const Error& error) {
      rethrow_unless_about_content(error);
      explanation.outlook.next = request_.is_document ? "what becomes of it is not known: the document stands alone"
                                                      : "it fails on what it takes: " + error.message();
    }
    return explanation;
  }

 private:
  // What those take who can be told the platform.
  std::optional<Descriptor> taken_by_told(const Platform& platform) {
    try {
      return choose(find_client("containerd"), store_, root_, platform).taken;
    } catch (const Error& error) {
      rethrow_unless_about_content(error);
      return std::nullopt;
    }
  }

  const Taken* offered(const Platform& wanted) {
    try {
      const std::optional<Descriptor> told = taken_by_told(wanted);
      return told ? &offered_.insert_or_assign(wanted, taken(*told)).first->second : nullptr;
    } catch (const Error& error) {
      rethrow_unless_about_content(error);
      return nullptr;
    }
  }

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
    taken->descriptor = image;  // two entries may lead to it
    return *taken;
  }

  Store& store_;
  const Descriptor& root_;
  const ExplainRequest& request_;
  std::optional<Descriptor> wasm_;
  std::map<Digest, std::unique_ptr<Taken>> taken_;
  std::map<Platform, Taken> offered_;
};

bool say_the_same(const Explanation& left, const Explanation& right) {
  return left.choice == right.choice && left.reason == right.reason && left.outlook == right.outlook;
}

// What else there is to tell of a client: an action of the same versions, or an older version.
std::optional<AskedClient> beside(const AskedClient& asked, const Client& other, bool older_versions) {
  if (other.name != asked.client->name || &other == asked.client) {
    return std::nullopt;
  }
  if (other.until == asked.client->until) {
    return AskedClient{.client = &other, .label = asked.label};
  }
  return older_versions && asked.client->until.empty()
             ? std::optional(
                   AskedClient{.client = &other, .label = std::string(other.name) + "@" + std::string(other.until)})
             : std::nullopt;
}

bool is_asked(const ExplainRequest& request, const Client& client) {
  return std::ranges::find(request.clients, &client, &AskedClient::client) != request.clients.end();
}

}  // namespace

void explain(Store& store, const Descriptor& root, const ExplainRequest& request,
             const std::function<void(const Explanation&)>& tell) {
  Explaining explaining(store, root, request);
  for (const Platform& wanted : request.platforms) {
    const bool is_offered = explaining.is_offered(wanted);
    for (const AskedClient& asked : request.clients) {
      std::vector<Explanation> told = {explaining.explain(asked, wanted, is_offered)};
      for (const Client& other : other_behaviours()) {
        const auto also = is_asked(request, other) ? std::nullopt : beside(asked, other, request.older_versions);
        if (also) {
          Explanation explanation = explaining.explain(*also, wanted, is_offered);
          if (std::ranges::none_of(told, std::bind_front(say_the_same, explanation))) {
            told.push_back(std::move(explanation));
          }
        }
      }
      std::ranges::for_each(told, tell);
    }
  }
}

}  // namespace wasm_oci
