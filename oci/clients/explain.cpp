#include "oci/clients/explain.hpp"

#include "oci/error.hpp"
#include "oci/image_platforms.hpp"
#include "oci/media_type.hpp"

#include <algorithm>
#include <cstddef>
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
      : store_(store), indexes_(store), root_(root), request_(request) {
    if (media_type::is_index(root.media_type)) {
      indexes_.get(root);
    }
  }

  // What those find for a platform who can be told it.
  struct Offer {
    Platform wanted;
    std::optional<Descriptor> image;  // a manifest alone they take, but it is only that where its config says so
  };

  Offer offer(const Platform& wanted) {
    Offer offer{.wanted = wanted, .image = taken_by_told(wanted)};
    if (!offer.image || media_type::is_index(root_.media_type)) {
      return offer;
    }
    try {
      const std::optional<Platform> own = platform_of(store_, *offer.image);
      if (own && same_platform(*own, wanted)) {
        return offer;
      }
    } catch (const Error& error) {
      rethrow_unless_about_content(error);
    }
    offer.image.reset();
    return offer;
  }

  Explanation explain(const AskedClient& asked, const Offer& offer) {
    const Platform& wanted = offer.wanted;
    const bool is_offered = offer.image.has_value();
    const bool is_wasm_of_an_index = is_offered && is_wasm(wanted) && media_type::is_index(root_.media_type);
    const Client& client = *asked.client;
    Explanation explanation{
        .asked = asked, .title = title_of(client, client), .wanted = wanted, .choice = {}, .reason = {}, .outlook = {}};
    const Wish wish{.name = request_.name,
                    .repository = request_.repository,
                    .wanted = wanted,
                    .asked = asked_by(client, wanted),
                    .wasm = is_wasm_of_an_index ? std::optional(offer.image->digest) : std::nullopt,
                    .is_offered = is_offered,
                    .offered = is_offered && client.asks == Asks::this_machine ? offered(offer) : nullptr,
                    .is_plain_http = request_.is_plain_http,
                    .location = request_.location};
    try {
      explanation.choice = choose(client, indexes_, root_, wanted);
    } catch (const Error& error) {
      rethrow_unless_about_content(error);
      explanation.choice.asked = wish.asked;
      explanation.reason = "it fails on what it looks into: " + error.message();
      return explanation;
    }
    const Choice& choice = explanation.choice;
    if (!choice.taken) {
      explanation.reason = client.finds_nothing(wish, choice.index.value_or(root_));
      if (client.foresee_nothing != nullptr) {
        explanation.outlook = client.foresee_nothing(wish);
      }
      return explanation;
    }
    explanation.reason = why_taken(client, choice, *choice.taken);
    try {
      explanation.outlook = foresee(client, choice, taken(*choice.taken), wish);
    } catch (const Error& error) {
      rethrow_unless_about_content(error);
      explanation.outlook.is_known = !request_.is_document;
      explanation.outlook.next = request_.is_document ? "what becomes of it is not known: the document stands alone"
                                                      : "it fails on what it takes: " + error.message();
    }
    return explanation;
  }

 private:
  // What those take who can be told the platform.
  std::optional<Descriptor> taken_by_told(const Platform& platform) {
    try {
      return choose(find_client("containerd"), indexes_, root_, platform).taken;
    } catch (const Error& error) {
      rethrow_unless_about_content(error);
      return std::nullopt;
    }
  }

  const Taken* offered(const Offer& offer) {
    if (!offer.image) {
      return nullptr;
    }
    try {
      const Taken& image = taken(*offer.image);
      return is_broken(image) ? nullptr : &offered_.insert_or_assign(offer.wanted, image).first->second;
    } catch (const Error& error) {
      rethrow_unless_about_content(error);
      return nullptr;
    }
  }

  static std::string why_taken(const Client& client, const Choice& choice, const Descriptor& taken) {
    if (!choice.index) {
      return std::string(client.takes_alone);
    }
    if (!choice.reason.empty()) {
      return choice.reason;
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
  Indexes indexes_;
  const Descriptor& root_;
  const ExplainRequest& request_;
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
    const Explaining::Offer offer = explaining.offer(wanted);
    for (const AskedClient& asked : request.clients) {
      std::vector<Explanation> told = {explaining.explain(asked, offer)};
      std::size_t newer = 0;  // where the version before is told; 0: it is not
      for (const Client& other : other_behaviours()) {
        const auto also = is_asked(request, other) ? std::nullopt : beside(asked, other, request.older_versions);
        if (!also) {
          continue;
        }
        Explanation explanation = explaining.explain(*also, offer);
        if (newer > 0 && !other.until.empty() && say_the_same(told[newer], explanation)) {
          told[newer].title = title_of(*told[newer].asked.client, other);
          continue;
        }
        newer = 0;
        if (std::ranges::none_of(told, std::bind_front(say_the_same, explanation))) {
          newer = other.until.empty() ? 0 : told.size();
          told.push_back(std::move(explanation));
        }
      }
      std::ranges::for_each(told, tell);
    }
  }
}

}  // namespace wasm_oci
