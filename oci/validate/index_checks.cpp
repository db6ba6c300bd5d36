#include "oci/validate/index_checks.hpp"

#include "oci/media_type.hpp"
#include "oci/text.hpp"
#include "oci/validate/content_kind.hpp"
#include "oci/validate/platform_checks.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace wasm_oci {
namespace {

// Marks an entry that is for the same platform on purpose (containers/image, oci_index.go).
constexpr std::string_view kZstdVariant = "io.github.containers.compression.zstd";

std::string shown(const Platform& platform) { return excerpt(format_all(platform), 80); }

// An entry with what has to be asked of it more than once.
struct Entry {
  const LooseDescriptor& loose;
  const ManifestFacts* manifest;
  std::optional<Platform> platform;  // where it is whole

  bool is_attestation() const { return wasm_oci::is_attestation(loose); }
  // Neither an attestation, nor an index, nor known to be an artifact.
  bool is_image() const {
    if (is_attestation() || is_unknown_platform(loose)) {
      return false;
    }
    return manifest == nullptr ? media_type::is_image_manifest(loose.media_type) : wasm_oci::is_image(manifest->kind);
  }
  bool is_wasm() const { return platform && is_wasm_name(*platform); }
  bool is_for(std::string_view wanted_os, std::string_view architecture) const {
    return platform && platform->os == wanted_os && platform->architecture == architecture;
  }
  std::string os() const { return platform ? to_lower(platform->os) : std::string(); }
  std::string shown_platform() const { return platform ? shown(*platform) : "no platform"; }
  std::optional<Digest> config() const { return manifest == nullptr ? std::nullopt : manifest->config; }
  std::string path() const { return loose.json.path(); }
};

// Rules that look at one entry alone.
class EntryChecks {
 public:
  EntryChecks(const Place& place, Findings& findings) : place_(place), findings_(findings) {}

  void check(const Entry& entry) {
    if (media_type::is_index(entry.loose.media_type)) {
      add("IDX022", entry, "", "the entry is an index");
    }
    if (media_type::is_docker_schema1(entry.loose.media_type)) {
      add("IDX001", entry, ".mediaType", "the entry says that it leads to a manifest of schemaVersion 1");
    }
    if (const std::string& type = entry.loose.media_type;
        !type.empty() && !media_type::is_manifest(type) && !media_type::is_docker_schema1(type)) {
      add("SEL003", entry, ".mediaType", "the entry is neither a manifest nor an index but " + excerpt(type));
    }
    check_attestation(entry);
    if (entry.is_image()) {
      check_image(entry);
    }
    check_kind(entry);
    if (const auto& platform = entry.loose.platform; platform && !is_unknown_platform(entry.loose)) {
      check_platform(entry, platform_in(*platform));
    }
    check_config(entry);
  }

 private:
  void add(std::string_view rule, const Entry& entry, std::string_view below, std::string message) {
    findings_.add(rule, place_, entry.path() + std::string(below), std::move(message));
  }

  void check_attestation(const Entry& entry) {
    if (entry.is_attestation()) {
      if (!is_unknown_platform(entry.loose)) {
        add("IDX018b", entry, ".platform", "an attestation is for " + entry.shown_platform() + ", not unknown/unknown");
      }
      if (!entry.loose.annotations.contains("vnd.docker.reference.digest")) {
        add("IDX018", entry, ".annotations", "the attestation does not say what it is about");
      }
    } else if (is_unknown_platform(entry.loose)) {
      add("IDX018", entry, ".annotations", "an entry for unknown/unknown does not say that it is an attestation");
    }
  }

  void check_image(const Entry& entry) {
    if (!entry.loose.platform) {
      add("IDX005", entry, "", "the entry has no platform");
    }
    // The type of an image's config is what the specification wants there.
    if (!entry.loose.artifact_type.empty() && !media_type::is_image_config(entry.loose.artifact_type)) {
      add("IDX033", entry, ".artifactType", "the entry of an image says artifactType");
    }
  }

  void check_kind(const Entry& entry) {
    if (entry.manifest == nullptr || is_unknown_platform(entry.loose) ||
        media_type::is_docker_schema1(entry.loose.media_type)) {
      return;
    }
    const ContentKind kind = entry.manifest->kind;
    if (kind == ContentKind::wasm_layers) {
      add("IDX024", entry, "", "the entry leads to an image whose layers are Wasm binaries");
    }
    const bool is_artifact = !is_image(kind) && kind != ContentKind::index && kind != ContentKind::attestation;
    if (is_artifact && entry.loose.platform) {
      add("IDX023", entry, ".platform", "the entry has a platform and leads to an artifact, which cannot be run");
    }
  }

  void check_platform(const Entry& entry, const Platform& said) {
    for (const auto& [name, value] :
         {std::pair<std::string_view, std::string_view>("os", said.os), {"architecture", said.architecture}}) {
      if (value.empty()) {
        add("IDX006", entry, ".platform." + std::string(name), "the platform has no " + std::string(name));
      }
    }
    check_platform_names(said, entry.path() + ".platform", place_, findings_);
  }

  void check_config(const Entry& entry) {
    if (!entry.platform || entry.manifest == nullptr || !entry.manifest->config_platform || !entry.is_image()) {
      return;
    }
    const Platform& config = *entry.manifest->config_platform;
    if (config.os.empty() || config.architecture.empty()) {
      return;  // CFG001
    }
    Platform left = normalize(*entry.platform);
    const Platform right = normalize(config);
    if (entry.platform->variant.empty() || config.variant.empty()) {  // many configs of machines leave it out
      left.variant = right.variant;
    }
    if (!same_platform(left, right)) {
      add("IDX007", entry, ".platform",
          "the entry says " + entry.shown_platform() + ", the config of its image " + shown(config));
    }
  }

  const Place& place_;
  Findings& findings_;
};

// Rules about what the entries are together.
class TogetherChecks {
 public:
  TogetherChecks(std::span<const Entry> entries, const Place& place, Findings& findings)
      : entries_(entries), place_(place), findings_(findings) {}

  void check() {
    check_attestations();
    check_duplicates();
    check_same_config();
    check_names();
    check_company();
  }

 private:
  void add(std::string_view rule, const Entry& entry, std::string_view below, std::string message) {
    findings_.add(rule, place_, entry.path() + std::string(below), std::move(message));
  }

  void check_attestations() {
    std::set<std::string> digests;
    const Entry* last_image = nullptr;
    for (const Entry& entry : entries_) {
      if (entry.loose.digest) {
        digests.insert(entry.loose.digest->str());
      }
      if (entry.is_image() || media_type::is_index(entry.loose.media_type)) {
        last_image = &entry;
      }
    }
    for (const Entry& entry : entries_) {
      if (!entry.is_attestation()) {
        continue;
      }
      const auto about = entry.loose.annotations.find("vnd.docker.reference.digest");
      if (about != entry.loose.annotations.end() && !digests.contains(about->second)) {
        add("IDX019", entry, ".annotations",
            "the attestation is about " + excerpt(about->second) + ", which is no entry of this index");
      }
      if (last_image != nullptr && &entry < last_image) {
        add("IDX020", entry, "", "the attestation stands before an image");
      }
    }
  }

  void check_duplicates() {
    // Of each platform, as people ask for it, whether one says that it is compressed with zstd.
    std::map<std::pair<Platform, bool>, const Entry*> platforms;
    std::map<Digest, std::pair<Platform, const Entry*>> digests;
    for (const Entry& entry : entries_) {
      if (!entry.is_image() || !entry.platform) {
        continue;
      }
      const Platform platform = normalize(*entry.platform);
      const auto mark = entry.loose.annotations.find(std::string(kZstdVariant));
      const bool zstd = mark != entry.loose.annotations.end() && mark->second == "true";
      const auto [same_platform, is_new] = platforms.try_emplace({platform, zstd}, &entry);
      if (!is_new) {
        add("IDX015", entry, ".platform",
            same_platform->second->path() + " is for " + entry.shown_platform() + ", too");
      }
      if (!entry.loose.digest) {
        continue;
      }
      const auto [same_digest, is_new_digest] = digests.try_emplace(*entry.loose.digest, platform, &entry);
      if (const auto& [other_platform, other] = same_digest->second; !is_new_digest && other_platform != platform) {
        add("IDX016", entry, ".digest", other->path() + " leads to the same image for " + other->shown_platform());
      }
    }
  }

  void check_same_config() {
    std::map<Digest, const Entry*> of_machines;
    std::map<Digest, const Entry*> without_files;
    for (const Entry& entry : entries_) {
      if (const auto config = entry.config(); config && entry.platform && !entry.is_wasm()) {
        of_machines.try_emplace(*config, &entry);
      }
    }
    for (const Entry& entry : entries_) {
      const std::optional<Digest> config = entry.config();
      if (!config || !entry.is_image()) {
        continue;
      }
      const auto machine = of_machines.find(*config);
      if (entry.is_wasm() && machine != of_machines.end()) {
        add("IDX017", entry, "",
            "the image has the same config as that of " + machine->second->path() + " for " +
                machine->second->shown_platform());
      }
      if (!entry.manifest->has_diff_ids) {
        const auto [other, is_new] = without_files.try_emplace(*config, &entry);
        if (!is_new && other->second->manifest->layers != entry.manifest->layers) {
          add("CFG021", entry, "",
              "the image has the same config as that of " + other->second->path() + ", and other layers");
        }
      }
    }
  }

  bool has_wasm_for(std::string_view os) const {
    return std::ranges::any_of(entries_,
                               [&](const Entry& entry) { return entry.is_image() && entry.is_for(os, "wasm"); });
  }

  void check_names() {
    const bool has_wasi = has_wasm_for("wasi");
    const bool has_wasip1 = has_wasm_for("wasip1");
    for (const Entry& entry : entries_) {
      if (!entry.is_image() || !entry.is_wasm()) {
        continue;
      }
      const std::string os = entry.os();
      if ((os == "wasip1" || os == "wasip2") && !has_wasi) {
        add("IDX010", entry, ".platform.os", "there is no entry for wasi/wasm beside " + entry.shown_platform());
      }
      if (os == "wasi" && !has_wasip1) {
        add("IDX011", entry, ".platform.os", "wasi is no name that Go knows, and there is no entry for wasip1/wasm");
      }
    }
  }

  void check_company() {
    std::size_t wasm = 0;
    std::size_t others = 0;
    std::size_t attestations = 0;
    bool has_linux = false;
    bool serves_envoy = false;
    for (const Entry& entry : entries_) {
      if (entry.is_attestation() || is_unknown_platform(entry.loose)) {
        ++attestations;
        continue;
      }
      ++(entry.is_image() && entry.is_wasm() ? wasm : others);
      has_linux = has_linux || entry.os() == "linux" || !entry.loose.platform;
      serves_envoy = serves_envoy || !entry.loose.platform || entry.is_for("linux", "amd64");
    }
    if (wasm == 1 && others == 0 && attestations > 0) {
      findings_.add("IDX021", place_, "manifests", "the index is one Wasm image with its attestations");
    }
    if (wasm > 0 && !has_linux) {
      findings_.add("IDX025", place_, "manifests", "the index has no entry for linux");
    }
    if (!serves_envoy) {
      findings_.add("IDX026", place_, "manifests",
                    "the index has no entry for linux/amd64 and none without a platform");
    }
  }

  std::span<const Entry> entries_;
  const Place& place_;
  Findings& findings_;
};

void check_family(std::span<const Entry> entries, bool is_docker_list, const Place& place, Findings& findings) {
  const std::string_view foreign = is_docker_list ? media_type::kOciManifest : media_type::kDockerManifest;
  for (const Entry& entry : entries) {
    if (is_docker_list && !entry.loose.annotations.empty()) {
      findings.add("MAN020", place, entry.path() + ".annotations",
                   "an entry of a Docker manifest list has annotations");
    }
    if (entry.loose.media_type == foreign) {
      findings.add("IDX004", place, entry.path() + ".mediaType",
                   is_docker_list ? "an OCI manifest stands in a Docker manifest list"
                                  : "a Docker manifest stands in an OCI index");
    }
  }
}

}  // namespace

void check_entries(std::span<const EntryFacts> facts, const IndexMarks& index, const Place& place, Findings& findings) {
  std::vector<Entry> entries;
  entries.reserve(facts.size());
  for (const EntryFacts& one : facts) {
    entries.push_back({.loose = one.entry, .manifest = one.manifest, .platform = one.entry.full_platform()});
  }
  EntryChecks each(place, findings);
  for (const Entry& entry : entries) {
    each.check(entry);
  }
  check_family(entries, index.is_docker_list, place, findings);
  TogetherChecks(entries, place, findings).check();
  if (index.is_pinned) {
    findings.add("IDX034", place, "", "the location names an index by its digest");
  }
}

}  // namespace wasm_oci
