#include "cli/locations.hpp"

#include "oci/error.hpp"
#include "oci/file.hpp"
#include "oci/manifest.hpp"
#include "oci/store/archive_writer.hpp"
#include "oci/store/layout_index.hpp"
#include "oci/store/memory_store.hpp"
#include "oci/text.hpp"
#include "oci/wasm/binary.hpp"
#include "oci/writable.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

namespace wasm_oci::cli {

namespace {

template <typename... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};

std::vector<std::string> registry_hosts(std::span<const Location> named) {
  std::vector<std::string> hosts;
  for (const Location& location : named) {
    if (const auto* registry = std::get_if<RegistryLocation>(&location)) {
      hosts.push_back(registry->reference.host);
    }
  }
  std::ranges::sort(hosts);
  hosts.erase(std::ranges::unique(hosts).begin(), hosts.end());
  return hosts;
}

RegistryAccess open_registries(const Context& context, std::span<const Location> named, bool uploads) {
  const GlobalOptions& options = context.options;
  return {{.http = {.http2 = !uploads, .stall_timeout = options.timeout},
           .client = {.retry = {.retries = options.retries, .budget = options.retry_budget},
                      .user_agent = "wasm-oci/" WASM_OCI_VERSION},
           .authfile = options.authfile.value_or("")},
          context.environment,
          Hosts(options.hosts, registry_hosts(named)),
          context.progress(),
          context.stop};
}

std::string annotation_of(const Descriptor& entry, std::string_view key) {
  const auto found = entry.annotations.find(std::string(key));
  return found == entry.annotations.end() ? "" : found->second;
}

// What an entry of a layout or archive is called there.
std::optional<RootName> called(const Descriptor& entry) {
  RootName name{.ref_name = annotation_of(entry, annotation::kRefName),
                .image_name = annotation_of(entry, annotation::kImageName)};
  return name.ref_name.empty() ? std::nullopt : std::optional(std::move(name));
}

// The same as the name of an image, where it is one.
std::optional<Reference> reference_of(const Descriptor& entry) {
  for (const std::string_view key : {annotation::kImageName, annotation::kRefName}) {
    try {
      return parse_reference(annotation_of(entry, key));
    } catch (const UsageError&) {
      continue;  // absent, or a name that somebody else made up
    }
  }
  return std::nullopt;
}

// The entry of a layout or archive that a location means.
template <typename Opened>
Descriptor find_entry(Opened& store, const std::optional<std::string>& name, const std::optional<Digest>& digest,
                      const std::string& shown) {
  if (!name && !digest) {
    return store.only_entry();
  }
  const std::optional<Descriptor> found = store.resolve(digest ? digest->str() : *name);
  if (!found) {
    std::vector<std::string> present;
    for (const Descriptor& entry : store.entries()) {
      present.push_back(entry_name(entry));
    }
    throw NotFoundError(shown + ": not found", present.empty() ? "" : "it holds " + list_names(present));
  }
  return *found;
}

// As much of a file as its being a tar takes: POSIX's magic ends there.
constexpr std::size_t kTarHeadSize = 262;

bool is_tar(std::span<const std::byte> head) {
  constexpr std::string_view kMagic = "ustar";
  constexpr std::size_t kPosition = kTarHeadSize - kMagic.size();
  return head.size() == kTarHeadSize && std::ranges::equal(head.subspan(kPosition), kMagic, {},
                                                           [](std::byte byte) { return static_cast<char>(byte); });
}

SourceImage find_manifest_file(const FileLocation& location) {
  std::error_code ignored;
  if (std::filesystem::is_directory(location.path, ignored)) {
    throw UsageError(location.path + " is a folder", "write oci:" + location.path + " where it is an OCI layout");
  }
  FileSource file(open_file(location.path), location.path);
  std::array<std::byte, kTarHeadSize> head{};
  const auto begin = std::span(head).first(file.read(head));
  if (match_wasm_header(begin.first(std::min(begin.size(), kWasmHeaderSize)))) {
    throw UsageError(location.path + " is a module, not an image",
                     "make an image of it: wasm-oci build " + location.path + " -t REF");
  }
  if (is_tar(begin)) {
    throw UsageError(location.path + " is an archive, not a manifest",
                     "write oci-archive:" + location.path + " or docker-archive:" + location.path);
  }
  file.rewind();
  const std::string bytes = read_all(file, kMaxManifestSize);
  auto store = std::make_unique<MemoryStore>();
  store->put_root(describe({}, bytes), bytes, {});
  const std::optional<Descriptor> root = describe_manifest(*store, digest_of(bytes), bytes.size());
  if (!root) {
    throw ContentError(location.path + ": neither a manifest nor an index");
  }
  return {.store = std::move(store), .root = *root, .name = format(Location(location))};
}

// Whether the last file is there that whoever makes a layout writes.
bool is_layout(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path + "/oci-layout", ignored);
}

// Where a file has the name of what a registry did not give, that may have been meant.
void suggest_file(const Reference& reference, Error& error) {
  const std::string path = Reference{.host = reference.host, .path = reference.path}.familiar();
  const std::array names = {path, path + ":" + reference.tag.value_or("")};
  std::error_code ignored;
  for (const std::string& name : names) {
    std::string hint;
    if (std::filesystem::is_directory(name, ignored)) {
      hint.append("there is a folder ").append(name).append(": write oci:").append(name);
    } else if (std::filesystem::exists(name, ignored)) {
      hint.append("there is a file ").append(name).append(": write oci-archive:").append(name);
      hint.append(", docker-archive:").append(name).append(" or file:").append(name);
    }
    if (!hint.empty()) {
      error.suggest_instead(hint);
    }
  }
}

}  // namespace

std::string local_store_path(const Context& context) {
  const auto variable = [&](const std::string& name) { return context.environment.get(name).value_or(""); };
  if (std::string path = variable("WASM_OCI_STORE"); !path.empty()) {
    return path;
  }
  if (const std::string data = variable("XDG_DATA_HOME"); data.starts_with('/')) {
    return data + "/wasm-oci/store";
  }
  const std::string home = variable("HOME");
  if (home.empty()) {
    throw FailureError("cannot tell where the local store is: HOME is not set", "set WASM_OCI_STORE");
  }
  return home + "/.local/share/wasm-oci/store";
}

bool is_standard_output(const Location& location) {
  const auto* const archive = std::get_if<ArchiveLocation>(&location);
  return archive != nullptr && archive->path == "-";
}

void require_writable_kind(const Location& location) {
  if (const auto* const file = std::get_if<FileLocation>(&location)) {
    throw UsageError("an image cannot be written to the file " + file->path,
                     "a layout is oci:DIR, an archive oci-archive:FILE; a module is extracted by wasm-oci pull");
  }
}

std::optional<Digest> named_digest(const Location& location) {
  return std::visit(Overloaded{
                        [](const RegistryLocation& registry) { return registry.reference.digest; },
                        [](const LocalLocation& local) { return local.reference.digest; },
                        [](const LayoutLocation& layout) { return layout.digest; },
                        [](const ArchiveLocation& archive) { return archive.digest; },
                        [](const FileLocation& /*file*/) { return std::optional<Digest>(); },
                    },
                    location);
}

void require_named_digest(const Location& location, const Descriptor& root) {
  const std::optional<Digest> digest = named_digest(location);
  if (digest && *digest != root.digest) {
    throw ContentError("the image is " + root.digest.str() + ", not what " + format(location) + " says");
  }
}

std::string format_name(Location location) {
  std::visit(Overloaded{
                 [](LayoutLocation& layout) { layout.digest.reset(); },
                 [](ArchiveLocation& archive) { archive.digest.reset(); },
                 [](FileLocation& /*file*/) {},
                 [](auto& named) {
                   if (named.reference.digest) {
                     named.reference.tag.reset();
                     named.reference.digest.reset();
                   }
                 },
             },
             location);
  return format(location);
}

RootName full_name(const Reference& reference) {
  const std::string name = Reference{.host = reference.host, .path = reference.path, .tag = reference.tag}.str();
  return {.ref_name = name, .image_name = name};
}

Locations::Locations(Context& context, std::span<const Location> named, bool uploads)
    : context_(context), registries_(open_registries(context, named, uploads)), archives_(context) {}

std::unique_ptr<LayoutStore> Locations::local_for_reading() {
  return LayoutStore::open_or_empty(local_store_path(context_), context_.stop);
}

std::unique_ptr<LayoutStore> Locations::local_for_writing() {
  return LayoutStore::open_for_writing(local_store_path(context_), context_.stop);
}

bool Locations::speaks_plain_http(const Location& location) {
  const auto* const registry = std::get_if<RegistryLocation>(&location);
  return registry != nullptr && registries_.open(registry->reference, Access::pull)->client().origin().scheme == "http";
}

SourceImage Locations::find_in_registry(const RegistryLocation& location, Look look, Access access) {
  const Reference& reference = location.reference;
  const auto missing = [&](Error& error) {
    suggest_file(reference, error);
    try {
      if (local_for_reading()->resolve(reference.digest ? reference.digest->str() : full_name(reference).ref_name)) {
        error.suggest("the local store has it: write local:" + reference.familiar());
      }
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): a store that cannot be read gives no hint
    }
  };
  try {
    std::unique_ptr<RegistryStore> store = registries_.open(reference, access);
    const std::string name = reference.digest ? reference.digest->str() : reference.tag.value_or("latest");
    const std::optional<Descriptor> root = look == Look::whole      ? store->resolve(name)
                                           : look == Look::as_it_is ? store->resolve_as_it_is(name)
                                                                    : store->peek(name);
    if (!root) {
      throw NotFoundError(reference.str() + ": not found");
    }
    return {.store = std::move(store),
            .root = *root,
            .name = reference.str(),
            .reference = reference,
            .called = reference.tag ? std::optional(full_name(reference)) : std::nullopt};
  } catch (NotFoundError& error) {
    missing(error);
    throw;
  } catch (AuthError& error) {
    missing(error);
    throw;
  } catch (NetworkError& error) {
    suggest_file(reference, error);
    throw;
  }
}

SourceImage Locations::find(const Location& location, Look look, Access access) {
  const std::string shown = format(location);
  return std::visit(
      Overloaded{
          [&](const RegistryLocation& registry) { return find_in_registry(registry, look, access); },
          [&](const LocalLocation& local) {
            auto store = local_for_reading();
            const Reference& reference = local.reference;
            const auto root = store->resolve(reference.digest ? reference.digest->str() : reference.str());
            if (!root) {
              throw NotFoundError(shown + ": not found", "wasm-oci images shows what the local store holds");
            }
            return SourceImage{.store = std::move(store),
                               .root = *root,
                               .name = shown,
                               .reference = reference,
                               .called = reference.tag ? std::optional(full_name(reference)) : std::nullopt};
          },
          [&](const LayoutLocation& layout) {
            auto store = LayoutStore::open(layout.path, context_.stop);
            const Descriptor root = find_entry(*store, layout.name, layout.digest, shown);
            return SourceImage{.store = std::move(store),
                               .root = root,
                               .name = shown,
                               .reference = reference_of(root),
                               .called = called(root)};
          },
          [&](const ArchiveLocation& archive) {
            const std::shared_ptr<ArchiveReader> store = archives_.open(archive);
            const Descriptor root = find_entry(*store, archive.name, archive.digest, shown);
            return SourceImage{
                .store = store, .root = root, .name = shown, .reference = reference_of(root), .called = called(root)};
          },
          [&](const FileLocation& file) { return find_manifest_file(file); },
      },
      location);
}

void Locations::require_writable(const Location& location) {
  require_writable_kind(location);
  if (const auto* const archive = std::get_if<ArchiveLocation>(&location)) {
    if (archive->path != "-") {
      require_writable_file(archive->path);
    }
    return;
  }
  if (const std::optional<std::string> path = layout_path(location)) {
    std::error_code ignored;
    if (is_layout(*path) || std::filesystem::is_regular_file(*path, ignored)) {
      LayoutStore::open(*path, context_.stop)->entries();
    }
    require_writable_directory(*path);
    if (const std::string blobs = *path + "/blobs"; std::filesystem::exists(blobs, ignored)) {
      require_writable_directory(blobs);
    }
  }
}

std::unique_ptr<WritableStore> Locations::what_is_at(const Location& location) {
  if (const auto* const registry = std::get_if<RegistryLocation>(&location)) {
    return registries_.open(registry->reference, Access::pull);
  }
  const std::optional<std::string> path = layout_path(location);
  return path && is_layout(*path) ? LayoutStore::open(*path, context_.stop) : nullptr;
}

std::optional<std::string> Locations::layout_path(const Location& location) const {
  if (std::holds_alternative<LocalLocation>(location)) {
    return local_store_path(context_);
  }
  const auto* const layout = std::get_if<LayoutLocation>(&location);
  return layout == nullptr ? std::nullopt : std::optional(layout->path);
}

Target Locations::target(const Location& location, const Descriptor& root, const std::optional<RootName>& called) {
  require_writable_kind(location);
  const std::string shown = format_name(location);
  const std::optional<Digest> digest = named_digest(location);
  require_named_digest(location, root);
  // What the image is to be called in a layout or archive.
  const auto names = [&](const std::optional<std::string>& name) {
    if (name) {
      return std::vector<RootName>{{.ref_name = *name}};
    }
    return called && !digest ? std::vector{*called} : std::vector<RootName>{};
  };
  return std::visit(Overloaded{
                        [&](const RegistryLocation& registry) {
                          const Reference& reference = registry.reference;
                          Target target{.store = registries_.open(reference, Access::push), .name = shown};
                          if (!digest) {
                            target.names.push_back({.ref_name = reference.tag.value_or("latest")});
                          }
                          return target;
                        },
                        [&](const LocalLocation& local) {
                          Target target{.store = local_for_writing(), .name = shown};
                          if (!digest) {
                            target.names.push_back(full_name(local.reference));
                          }
                          return target;
                        },
                        [&](const LayoutLocation& layout) {
                          return Target{.store = LayoutStore::open_for_writing(layout.path, context_.stop),
                                        .name = shown,
                                        .names = names(layout.name)};
                        },
                        [&](const ArchiveLocation& archive) {
                          const bool is_reference = archive.name && archive.format == ArchiveFormat::docker;
                          return Target{.store = std::make_unique<ArchiveWriter>(archive.path, archive.format),
                                        .name = shown,
                                        .names = is_reference ? std::vector{full_name(parse_reference(*archive.name))}
                                                              : names(archive.name),
                                        .replaced = archives_.replaced_at(location)};
                        },
                        [](const FileLocation& /*file*/) -> Target { std::unreachable(); },
                    },
                    location);
}

}  // namespace wasm_oci::cli
