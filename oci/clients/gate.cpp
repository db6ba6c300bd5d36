#include "oci/clients/gate.hpp"

#include "oci/error.hpp"
#include "oci/image_platforms.hpp"
#include "oci/media_type.hpp"
#include "oci/text.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace wasm_oci {
namespace {

// What is wrong, and for whom: clients that fail alike share a line.
class Failures {
 public:
  void add(const Platform& platform, const Client& client, const std::string& what) {
    for (Failure& failure : failures_) {
      if (failure.platform == platform && failure.what == what) {
        failure.clients.push_back(&client);
        return;
      }
    }
    failures_.push_back({.platform = platform, .clients = {&client}, .what = what});
  }

  std::vector<GateFailure> take() const {
    std::vector<GateFailure> taken;
    for (const Failure& failure : failures_) {
      std::string line = format(failure.platform) + ": ";
      std::vector<std::string_view> names;
      for (std::size_t i = 0; i < failure.clients.size(); ++i) {
        const bool is_last = i + 1 == failure.clients.size();
        line.append(i == 0 ? "" : is_last ? " and " : ", ").append(failure.clients[i]->title);
        names.push_back(failure.clients[i]->name);
      }
      taken.push_back({.line = line + " " + failure.what, .clients = std::move(names)});
    }
    return taken;
  }

 private:
  struct Failure {
    Platform platform;
    std::vector<const Client*> clients;
    std::string what;
  };

  std::vector<Failure> failures_;
};

// What its config says: runtimes go by that.
std::optional<Platform> own_platform(Store& store, Descriptor image) {
  image.platform.reset();
  return platform_of(store, image);
}

// "would take …", where the platform is not served; nullopt: it is.
std::optional<std::string> why_not_served(const Client& client, Indexes& indexes, const Descriptor& after,
                                          const Platform& platform) {
  const Choice choice = choose(client, indexes, after, platform);
  const std::string asking =
      same_platform(choice.asked, platform) ? "" : ", asking for " + format(choice.asked) + " as ever";
  if (!choice.taken) {
    return "would take nothing" + asking;
  }
  const std::optional<Platform>& said = choice.taken->platform;
  if (said && !same_platform(*said, platform)) {
    return "would take the image for " + excerpt(format(*said)) + asking + ": " + choice.taken->digest.str();
  }
  const std::optional<Platform> own = own_platform(indexes.store(), *choice.taken);
  if (!own || !same_platform(*own, platform)) {
    return "would take " + choice.taken->digest.str() + ", whose config says " +
           (own ? excerpt(format(*own)) : "no platform");
  }
  const Taken taken = look_at_taken(indexes.store(), *choice.taken, Modules::are_not_looked_for);
  const Outlook outlook =
      foresee(client, choice, taken, {.name = {}, .repository = {}, .wanted = platform, .asked = choice.asked});
  if (outlook.refusal) {
    return "would refuse " + choice.taken->digest.str() + ": " + *outlook.refusal;
  }
  return std::nullopt;
}

std::optional<std::string> why_changed(const Client& client, Indexes& indexes, const Descriptor& after,
                                       const Descriptor& before, const Platform& platform) {
  const std::optional<Descriptor> then = choose(client, indexes, before, platform).taken;
  if (!then) {
    return "found nothing until now";
  }
  const std::optional<Descriptor> now = choose(client, indexes, after, platform).taken;
  if (now && now->digest == then->digest) {
    return std::nullopt;
  }
  return "would take " + (now ? now->digest.str() : "nothing") + " in the place of " + then->digest.str();
}

}  // namespace

std::vector<GateFailure> check_gate(const Gate& gate, Store& store, const Descriptor& after,
                                    const std::optional<Descriptor>& before) {
  Failures failures;
  Indexes indexes(store);
  for (const Platform& platform : gate.served) {
    for (const Client* client : gate.clients) {
      if (const auto why = why_not_served(*client, indexes, after, platform)) {
        failures.add(platform, *client, *why);
      }
    }
  }
  std::vector<GateFailure> new_name;
  for (const Platform& platform : gate.unchanged) {
    if (!before) {
      new_name.push_back({.line = format(platform) + ": the tag names nothing yet that could stay unchanged"});
      continue;
    }
    for (const Client* client : gate.clients) {
      if (const auto why = why_changed(*client, indexes, after, *before, platform)) {
        failures.add(platform, *client, *why);
      }
    }
  }
  std::vector<GateFailure> all = failures.take();
  std::ranges::move(new_name, std::back_inserter(all));
  return all;
}

std::optional<std::string> why_unusable(const Client& client, Store& store, const Descriptor& root, Modules modules) {
  if (media_type::is_index(root.media_type)) {
    return std::nullopt;
  }
  try {
    const Platform wanted = own_platform(store, root).value_or(usual_wasm_platform());
    const Choice choice = choose(client, store, root, wanted);
    if (!choice.taken) {
      return std::nullopt;
    }
    const Taken taken = look_at_taken(store, *choice.taken, modules);
    const Outlook outlook =
        foresee(client, choice, taken, {.name = {}, .repository = {}, .wanted = wanted, .asked = choice.asked});
    if (outlook.refusal) {
      return "refuses it: " + *outlook.refusal;
    }
    if (outlook.works || is_broken(taken)) {
      return std::nullopt;
    }
    if (const std::optional<std::string> why = why_nothing_starts(taken)) {
      return "cannot run it: " + *why;
    }
    // What is left depends on settings, or on what else is installed.
    return taken.has_files() ? std::nullopt : std::optional("cannot run it: its layers are no file systems");
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::content && error.kind() != ErrorKind::not_found) {
      throw;
    }
    return std::nullopt;
  }
}

void require_gate(const Gate& gate, Store& store, const Descriptor& after, const std::optional<Descriptor>& before) {
  std::string all;
  for (const GateFailure& failure : check_gate(gate, store, after, before)) {
    all.append(all.empty() ? "" : "; ").append(failure.line);
  }
  if (!all.empty()) {
    throw GateError("the gate holds back " + after.digest.str() + ": " + all, "the tag names what it named before");
  }
}

}  // namespace wasm_oci
