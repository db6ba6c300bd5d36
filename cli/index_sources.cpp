#include "cli/index_sources.hpp"

#include "cli/output.hpp"
#include "oci/error.hpp"
#include "oci/image_platforms.hpp"
#include "oci/media_type.hpp"
#include "oci/text.hpp"

#include <algorithm>
#include <utility>

namespace wasm_oci::cli {

namespace {

constexpr std::string_view kPlatformKey = ",platform=";

// Its only image, for which another platform is said.
std::vector<IndexEntry> relabelled(std::vector<IndexEntry> entries, const Platform& platform, bool force,
                                   std::vector<std::string>& notes) {
  const auto is_image = [](const IndexEntry& entry) { return !is_attestation(entry.descriptor); };
  if (std::ranges::count_if(entries, is_image) != 1) {
    throw UsageError("platform= is for one image, and this index has several",
                     "name one of its images: REPO@sha256:…,platform=" + format(platform));
  }
  const auto image = std::ranges::find_if(entries, is_image);
  Descriptor bare = image->descriptor;
  bare.platform.reset();
  NewEntry made = entry_for_image(*image->store, bare, {.platform = platform, .force = force});
  *image = std::move(made.entry);
  std::ranges::move(made.notes, std::back_inserter(notes));
  return entries;
}

std::vector<IndexEntry> entries_of_source(const SourceImage& image, const SourceSpec& spec, bool force,
                                          std::vector<std::string>& notes) {
  if (media_type::is_index(image.root.media_type)) {
    const std::string bytes = image.store->load(image.root, NodeKind::manifest);
    std::vector<IndexEntry> entries = entries_of(*image.store, bytes, image.root.media_type);
    return spec.platform ? relabelled(std::move(entries), *spec.platform, force, notes) : entries;
  }
  NewEntry made = entry_for_image(*image.store, image.root, {.platform = spec.platform, .force = force});
  std::ranges::move(made.notes, std::back_inserter(notes));
  return {std::move(made.entry)};
}

void keep_only(std::vector<IndexEntry>& entries, std::span<const Platform> platforms) {
  const std::vector<bool> stays = kept_for(entries, platforms);
  std::size_t next = 0;
  std::erase_if(entries, [&](const IndexEntry& /*entry*/) { return !stays[next++]; });
}

void require_platforms(std::span<const IndexSource> sources, std::span<const Platform> platforms) {
  for (const Platform& platform : platforms) {
    const auto has_it = [&](const IndexSource& source) {
      return std::ranges::any_of(
          source.entries, [&](const IndexEntry& entry) { return is_for_one_of(entry, std::span(&platform, 1)); });
    };
    if (std::ranges::none_of(sources, has_it)) {
      throw NotFoundError("none of the sources has anything for platform " + format(platform));
    }
  }
}

}  // namespace

Platform parse_new_platform(std::string_view text) {
  const Platform platform = parse_platform(text);
  if (platform.architecture.starts_with("wasm") && platform.architecture != "wasm") {
    throw UsageError("platform " + format(platform) + ": no client asks for " + platform.architecture + " any more",
                     "write " + platform.os + "/wasm");
  }
  return platform;
}

void require_no_short_digest(std::string_view text) {
  if (text.starts_with("sha256:") || text.starts_with("sha512:")) {
    throw UsageError("invalid digest \"" + std::string(text) + "\"",
                     "a digest is \"sha256:\" and 64 hex digits, all of them");
  }
}

SourceSpec parse_source(std::string_view text, const std::optional<Reference>& repository) {
  std::optional<Platform> platform;
  if (const std::size_t comma = text.rfind(kPlatformKey); comma != std::string_view::npos) {
    platform = parse_new_platform(text.substr(comma + kPlatformKey.size()));
    text = text.substr(0, comma);
  }
  const std::optional<Digest> digest = Digest::parse(text);
  if (!digest) {
    require_no_short_digest(text);
    return {.location = parse_location(text), .platform = std::move(platform)};
  }
  if (!repository) {
    throw UsageError("the digest " + std::string(text) + " alone does not say in which repository it is",
                     "write REPO@" + std::string(text));
  }
  Reference reference = *repository;
  reference.tag.reset();
  reference.digest = digest;
  return {.location = RegistryLocation{std::move(reference)}, .platform = std::move(platform)};
}

FoundSources find_sources(Context& context, Locations& locations, std::span<const SourceSpec> specs,
                          const SourceOptions& options) {
  FoundSources found;
  for (const SourceSpec& spec : specs) {
    const SourceImage& image = found.images.emplace_back(locations.find(spec.location));
    IndexSource source{.part = {.name = image.name, .store = image.store.get(), .root = image.root},
                       .entries = {},
                       .joinable = !spec.platform};
    std::vector<std::string> notes;
    naming(image.name, [&] {
      try {
        source.entries = entries_of_source(image, spec, options.force, notes);
      } catch (UsageError& error) {
        error.add_context(image.name);
        throw;
      }
    });
    for (const std::string& note : notes) {
      print_note(context, image.name + ": " + note);
    }
    if (!options.only.empty()) {
      keep_only(source.entries, options.only);
    }
    if (!options.attestations) {
      std::erase_if(source.entries, [](const IndexEntry& entry) { return is_attestation(entry.descriptor); });
    }
    found.sources.push_back(std::move(source));
  }
  require_platforms(found.sources, options.only);
  return found;
}

}  // namespace wasm_oci::cli
