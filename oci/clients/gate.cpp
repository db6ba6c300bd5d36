#include "oci/clients/gate.hpp"

#include "oci/clients/choice.hpp"
#include "oci/error.hpp"
#include "oci/image_platforms.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/text.hpp"

#include <array>
#include <string_view>

namespace wasm_oci {
namespace {

struct Choice {
  std::string_view clients;
  std::optional<Descriptor> entry;
};

// A bare manifest is taken by all of them, whatever it is for.
std::array<Choice, 2> choices(Store& store, const Descriptor& root, const Platform& platform) {
  constexpr std::string_view kContainerd = "Docker and containerd";
  constexpr std::string_view kPodman = "podman";
  if (!media_type::is_index(root.media_type)) {
    return {{{.clients = kContainerd, .entry = root}, {.clients = kPodman, .entry = root}}};
  }
  const Index index = parse_index(store.load(root, NodeKind::manifest), root.media_type);
  return {{{.clients = kContainerd, .entry = choose_as_containerd(store, index, platform)},
           {.clients = kPodman, .entry = choose_as_podman(index, platform)}}};
}

std::string shown(const std::optional<Descriptor>& entry) { return entry ? entry->digest.str() : "nothing"; }

// What its config says: runtimes go by that.
std::optional<Platform> own_platform(Store& store, Descriptor image) {
  image.platform.reset();
  return platform_of(store, image);
}

void check_served(Store& store, const Descriptor& after, const Platform& platform, std::vector<std::string>& failures) {
  for (const Choice& choice : choices(store, after, platform)) {
    const std::string who = format(platform) + ": " + std::string(choice.clients) + " would take ";
    if (!choice.entry) {
      failures.push_back(who + "nothing");
      continue;
    }
    if (choice.entry->platform && !same_platform(*choice.entry->platform, platform)) {
      failures.push_back(who + "the image for " + excerpt(format(*choice.entry->platform)) + ", " +
                         shown(choice.entry));
      continue;
    }
    const std::optional<Platform> own = own_platform(store, *choice.entry);
    if (!own || !same_platform(*own, platform)) {
      failures.push_back(who + shown(choice.entry) + ", whose config says " +
                         (own ? excerpt(format(*own)) : "no platform"));
    }
  }
}

void check_unchanged(Store& store, const Descriptor& after, const std::optional<Descriptor>& before,
                     const Platform& platform, std::vector<std::string>& failures) {
  if (!before) {
    failures.push_back(format(platform) + ": the tag names nothing yet that could stay unchanged");
    return;
  }
  const std::array<Choice, 2> old_choices = choices(store, *before, platform);
  const std::array<Choice, 2> new_choices = choices(store, after, platform);
  for (std::size_t i = 0; i < old_choices.size(); ++i) {
    const std::optional<Descriptor>& then = old_choices.at(i).entry;
    const std::optional<Descriptor>& now = new_choices.at(i).entry;
    if (!then) {
      failures.push_back(format(platform) + ": " + std::string(old_choices.at(i).clients) + " take nothing until now");
    } else if (!now || now->digest != then->digest) {
      failures.push_back(format(platform) + ": " + std::string(old_choices.at(i).clients) + " would take " +
                         shown(now) + " in the place of " + shown(then));
    }
  }
}

}  // namespace

std::vector<std::string> check_gate(const Gate& gate, Store& store, const Descriptor& after,
                                    const std::optional<Descriptor>& before) {
  std::vector<std::string> failures;
  for (const Platform& platform : gate.served) {
    check_served(store, after, platform, failures);
  }
  for (const Platform& platform : gate.unchanged) {
    check_unchanged(store, after, before, platform, failures);
  }
  return failures;
}

void require_gate(const Gate& gate, Store& store, const Descriptor& after, const std::optional<Descriptor>& before) {
  std::string all;
  for (const std::string& failure : check_gate(gate, store, after, before)) {
    all.append(all.empty() ? "" : "; ").append(failure);
  }
  if (!all.empty()) {
    throw GateError("the gate holds " + after.digest.str() + ": " + all, "the tag names what it named before");
  }
}

}  // namespace wasm_oci
