// containerd, core/images/image.go (Manifest) and containerd/platforms (Only): of the entries that are for the
// platform, or for one that its machines run as well, the nearest, of these the one with the most OS features, none of
// which may be one that was not asked for; an entry without a platform comes last, and its config is asked, but only
// that of the first. Up to 2.2, which has containerd/platforms v1.0.0-rc.2, nothing looks at OS features.
#include "oci/clients/families.hpp"
#include "oci/clients/outlook.hpp"
#include "oci/image_platforms.hpp"
#include "oci/media_type.hpp"
#include "oci/text.hpp"

#include <algorithm>

namespace wasm_oci {
namespace {

// Whether the first entry without a platform is taken after all; `why` is the reason where not. An index is walked into
// whatever it is for.
bool is_taken(Store& store, const Descriptor& entry, const std::vector<Platform>& platforms, std::string& why) {
  if (media_type::is_index(entry.media_type)) {
    return true;
  }
  Descriptor by_config = entry;
  by_config.platform = platform_of_entry(store, entry);
  if (rank_of(by_config, platforms)) {
    return true;
  }
  why = by_config.platform ? "names no platform, and its config says " + excerpt(format(*by_config.platform))
                           : "names no platform, nor does its config";
  return false;
}

bool has_only_features_of(const Platform& asked, const Platform& entry) {
  return std::ranges::all_of(entry.os_features, [&](const std::string& feature) {
    return std::ranges::find(asked.os_features, feature) != asked.os_features.end();
  });
}

enum class OsFeatures { matter, are_ignored };

Picked pick(Store& store, const Index& index, const Platform& asked, OsFeatures os_features) {
  const std::vector<Platform> platforms = platforms_run_by(asked);
  Picked picked(index);
  std::optional<std::size_t> best;
  std::size_t best_features = 0;
  std::optional<std::size_t> nameless;
  for (std::size_t i = 0; i < index.manifests.size(); ++i) {
    const Descriptor& entry = index.manifests[i];
    const std::optional<std::size_t> rank = rank_of(entry, platforms);
    picked.passed_over[i] = what_it_is_for(entry);
    Platform own = entry.platform.value_or(Platform{});
    if (os_features == OsFeatures::are_ignored) {
      own.os_features.clear();
    }
    if (rank && !has_only_features_of(platforms.front(), own)) {
      picked.passed_over[i] = "wants OS features that were not asked for";
      continue;
    }
    if (rank && (!best || *rank < *best || (*rank == *best && own.os_features.size() > best_features))) {
      best = rank;
      best_features = own.os_features.size();
      picked.entry = i;
    } else if (rank) {
      picked.passed_over[i] = "comes after one that is as near to what is asked for, or nearer";
    } else if (!entry.platform && !nameless) {
      nameless = i;
    } else if (!entry.platform) {
      picked.passed_over[i] = "names no platform; only the first such entry is looked at";
    }
  }
  if (nameless && picked.entry) {
    picked.passed_over[*nameless] = "names no platform, and so is for what nothing else is for";
  } else if (nameless && is_taken(store, index.manifests[*nameless], platforms, picked.passed_over[*nameless])) {
    picked.entry = nameless;
  }
  if (picked.entry) {
    picked.passed_over[*picked.entry].clear();
  }
  return picked;
}

}  // namespace

Picked pick_as_containerd(Store& store, const Index& index, const Platform& asked) {
  return pick(store, index, asked, OsFeatures::matter);
}

Picked pick_as_containerd_2_2(Store& store, const Index& index, const Platform& asked) {
  return pick(store, index, asked, OsFeatures::are_ignored);
}

// plugins/content/local/store.go: what is written was hashed with SHA-256 whatever was expected.
std::optional<std::string> containerd_2_2_refuses(const Digest& digest) {
  return digest.algorithm() == DigestAlgorithm::sha256
             ? std::nullopt
             : std::optional("expected " + digest.str() + ": failed precondition");
}

std::string containerd_finds_nothing(const Wish& /*wish*/, const Descriptor& index) {
  return "no match for platform in manifest " + index.digest.str() + ": not found";
}

namespace {

// What is unpacked where the config is for another platform than the one that is asked for.
enum class Unpacks { what_has_its_os, anything };

Outlook foresee(const Taken& taken, const Wish& wish, const std::string& pull, Unpacks unpacks) {
  const std::string platform = format(wish.asked);
  if (!taken.config) {
    return {.next = "it is pulled; ctr run fails with \"unknown image config media type " +
                    excerpt(taken.manifest.config.media_type) + "\"",
            .command = pull};
  }
  if (const std::optional<std::string> why = why_config_is_not_read(taken)) {
    return {.next = "it is pulled and cannot be run: " + *why, .command = pull};
  }
  const std::string own = excerpt(format(taken.config->platform));
  if (unpacks == Unpacks::what_has_its_os && normalize(taken.config->platform).os != normalize(wish.asked).os) {
    return {.next = "its layers are fetched and not unpacked, since its config says " + own +
                    ": \"unpacker does not support platform\"",
            .command = pull};
  }
  if (!same_platform(taken.config->platform, wish.asked) && taken.has_files()) {
    return {.next = "it is unpacked, though its config says " + own, .command = pull};
  }
  if (const std::optional<std::string> why = why_nothing_starts(taken)) {
    return {.next = "it is pulled and cannot be run: " + *why, .command = pull};
  }
  if (!taken.is_wasm()) {
    return {.works = true,
            .next = "it is unpacked and run by runc",
            .command = pull + "\nctr run --rm --platform " + platform + " " + wish.name + " NAME"};
  }
  const std::string what = taken.has_files() ? "it is unpacked, and the shim runs " + shown_start(taken)
                                             : "runwasi's shims run its Wasm layer";
  return {.works = true,
          .next = what,
          .command = pull + "\nctr run --rm --runtime io.containerd.wasmtime.v1 --platform " + platform + " " +
                     wish.name + " NAME"};
}

Outlook foresee_service(const Taken& taken, const Wish& wish, Unpacks unpacks) {
  if (const auto why = why_layers_do_not_match(taken, Counted::as_they_come)) {
    return refuse(*why);
  }
  return foresee(taken, wish, "ctr images pull --platform " + format(wish.asked) + " " + wish.name, unpacks);
}

Outlook foresee_local(const Taken& taken, const Wish& wish) {
  if (const auto why = why_layers_do_not_match(taken, Counted::once_all_are_there)) {
    return refuse(*why);
  }
  return foresee(taken, wish, "ctr images pull --local --platform " + format(wish.asked) + " " + wish.name,
                 Unpacks::anything);
}

}  // namespace

// ctr 2.x pulls through the transfer service, or with --local by itself, and then unpacks anything. The service refuses
// what it is not set up to unpack: in 2.0 all but the machine's platform, in 2.1 and 2.2 nothing, since 2.3 other
// operating systems, by what is asked for and by what the config says (containerd issue 11606,
// core/unpack/unpacker.go).
Outlook foresee_containerd(const Taken& taken, const Wish& wish) {
  if (same_platform(wish.asked, host_platform())) {
    return foresee_service(taken, wish, Unpacks::what_has_its_os);
  }
  Outlook outlook = foresee_local(taken, wish);
  if (is_wasm(wish.asked) && !outlook.refusal) {
    outlook.next +=
        "; without --local ctr fails with \"unable to initialize unpacker: no unpack platforms defined: "
        "invalid argument\"";
  }
  return outlook;
}

// The service fetches what is for the platform, and does not mind that nothing is.
Outlook foresee_containerd_nothing(const Wish& wish) {
  return same_platform(wish.asked, host_platform())
             ? Outlook{.next = "ctr images pull takes the index alone and says nothing; ctr run says it", .command = {}}
             : Outlook{};
}

Outlook foresee_containerd_2_2(const Taken& taken, const Wish& wish) {
  return same_platform(wish.asked, host_platform()) ? foresee_service(taken, wish, Unpacks::anything)
                                                    : foresee_local(taken, wish);
}

// image.go (getLayers): what lies beside the layers of files is counted, too.
Outlook foresee_containerd_1(const Taken& taken, const Wish& wish) {
  if (taken.config && !taken.config->diff_ids.empty() &&
      taken.config->diff_ids.size() != taken.manifest.layers.size()) {
    return {.next = "it is fetched and not unpacked: \"mismatched image rootfs and manifest layers\"", .command = {}};
  }
  return foresee(taken, wish, "ctr images pull --platform " + format(wish.asked) + " " + wish.name, Unpacks::anything);
}

}  // namespace wasm_oci
