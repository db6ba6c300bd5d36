#include "cli/all_tags.hpp"

#include "oci/error.hpp"
#include "oci/store/layout_index.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string_view>
#include <utility>

namespace wasm_oci::cli {
namespace {

std::vector<Subject> all_tags(Reference repository, Locations& locations) {
  std::vector<std::string> tags = locations.registries().open(repository, Access::pull)->tags();
  std::ranges::sort(tags);
  std::vector<Subject> all;
  for (std::string& tag : tags) {
    repository.tag = std::move(tag);
    all.push_back({.location = RegistryLocation{repository}});
  }
  return all;
}

std::string annotation_of(const Descriptor& entry, std::string_view key) {
  const auto found = entry.annotations.find(std::string(key));
  return found == entry.annotations.end() ? "" : found->second;
}

// Whether this is understood as that name: what looks like a digest means content.
bool is_understood(const Location& location, const std::string& name) {
  try {
    return !Digest::parse(name) && parse_location(format(location)) == location;
  } catch (const UsageError&) {
    return false;
  }
}

// `at`: a layout or an archive. Each is told by what names it alone.
template <typename At>
std::vector<Subject> all_entries(const At& at, const std::shared_ptr<Store>& store,
                                 const std::vector<Descriptor>& entries) {
  std::map<std::string, int> names;
  for (const Descriptor& entry : entries) {
    ++names[annotation_of(entry, annotation::kRefName)];
  }
  std::vector<Subject> all;
  for (const Descriptor& entry : entries) {
    At one = at;
    one.name = annotation_of(entry, annotation::kRefName);
    if (names.at(*one.name) > 1 || !is_understood(one, *one.name)) {
      one.name.reset();
      one.digest = entry.digest;
    }
    all.push_back({.location = std::move(one), .store = store, .root = entry});
  }
  return all;
}

// What each entry is called in the local store that is of the repository; else empty.
std::vector<std::string> names_in(const std::string& repository, const std::vector<Descriptor>& entries) {
  std::set<std::string> ref_names;
  for (const Descriptor& entry : entries) {
    ref_names.insert(annotation_of(entry, annotation::kRefName));
  }
  std::vector<std::string> names;
  for (const Descriptor& entry : entries) {
    std::string name = annotation_of(entry, annotation::kRefName);
    if (!name.starts_with(repository + ":")) {
      name = annotation_of(entry, annotation::kImageName);
      // That leads to the entry of this ref.name where there is one.
      if (!name.starts_with(repository + ":") || ref_names.contains(name)) {
        name.clear();
      }
    }
    names.push_back(std::move(name));
  }
  return names;
}

std::vector<Subject> all_local(const LocalLocation& repository, Locations& locations) {
  const std::shared_ptr<LayoutStore> store = locations.local_for_reading();
  const std::vector<Descriptor> entries = store->entries();
  const std::vector<std::string> names = names_in(repository.reference.repository(), entries);
  std::map<std::string, int> counts;
  for (const std::string& name : names) {
    ++counts[name];
  }
  std::vector<Subject> all;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (names[i].empty()) {
      continue;
    }
    Reference reference = repository.reference;
    reference.tag = names[i].substr(reference.repository().size() + 1);
    if (counts[names[i]] > 1 || !is_tag(*reference.tag)) {
      reference.tag.reset();
      reference.digest = entries[i].digest;
    }
    all.push_back({.location = LocalLocation{std::move(reference)}, .store = store, .root = entries[i]});
  }
  if (all.empty()) {
    throw NotFoundError(format(Location(repository)) + ": not found",
                        "wasm-oci images shows what the local store holds");
  }
  return all;
}

}  // namespace

std::vector<Subject> all_of(const std::string& argument, Locations& locations, const Context& context) {
  Location location = parse_location(argument);
  const auto* const layout = std::get_if<LayoutLocation>(&location);
  const auto* const archive = std::get_if<ArchiveLocation>(&location);
  if (std::holds_alternative<RegistryLocation>(location)) {
    location = RegistryLocation{parse_repository_location(argument)};
  } else if (std::holds_alternative<LocalLocation>(location)) {
    location = LocalLocation{parse_repository(argument.substr(argument.find(':') + 1))};
  } else if (const bool is_whole = (layout != nullptr && !layout->name && !layout->digest) ||
                                   (archive != nullptr && !archive->name && !archive->digest);
             !is_whole) {
    throw UsageError("--all-tags takes a repository, a layout (oci:DIR) or an archive (oci-archive:FILE), not " +
                     format(location));
  }
  try {
    if (layout != nullptr) {
      const std::shared_ptr<LayoutStore> store = LayoutStore::open(layout->path, context.stop);
      return all_entries(*layout, store, store->entries());
    }
    if (archive != nullptr) {
      const std::shared_ptr<ArchiveReader> store = locations.archives().open(*archive);
      return all_entries(*archive, store, store->entries());
    }
    const auto* const local = std::get_if<LocalLocation>(&location);
    return local != nullptr ? all_local(*local, locations)
                            : all_tags(std::get<RegistryLocation>(location).reference, locations);
  } catch (const Error& error) {
    if (context.stop.stop_requested() || error.kind() == ErrorKind::cancelled) {
      throw;
    }
    return {{.location = location, .failure = error}};
  }
}

}  // namespace wasm_oci::cli
