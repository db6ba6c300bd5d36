#include "oci/validate/repair.hpp"

#include "oci/base64.hpp"
#include "oci/error.hpp"
#include "oci/json/descriptor_json.hpp"
#include "oci/json/edited_text.hpp"
#include "oci/json/writer.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/text.hpp"
#include "oci/validate/content_kind.hpp"
#include "oci/validate/document_checks.hpp"
#include "oci/validate/entry_order.hpp"
#include "oci/validate/fetch.hpp"
#include "oci/validate/layer_facts.hpp"
#include "oci/validate/planned_edits.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

namespace wasm_oci {
namespace {

// Of a platform that a config says, in bytes: it may come to stand in thousands of entries.
constexpr std::size_t kMostPlatform = 256;
// Of mends and notes, which are lines for people.
constexpr std::size_t kMostLines = 50'000;
// All new documents together, in bytes.
constexpr std::size_t kMostNew = std::size_t{64} * 1024 * 1024;

// The type of a layer that is compressed as `form` says, in the family of `type`; nullopt where there is none.
std::optional<std::string> type_of_form(const std::string& type, BodyForm form) {
  const std::size_t tar = type.rfind("tar");
  if (tar == std::string::npos || form == BodyForm::wasm) {
    return std::nullopt;
  }
  std::string plain = type.substr(0, tar + 3);
  const bool is_docker = type.starts_with("application/vnd.docker.");
  switch (form) {
    case BodyForm::gzip:
      return plain + (is_docker ? ".gzip" : "+gzip");
    case BodyForm::zstd:
      return is_docker ? std::nullopt : std::optional(plain + "+zstd");
    default:
      return plain;
  }
}

// A document while it is mended.
struct Mending {
  Descriptor descriptor;
  std::vector<PlannedEdit> edits = {};
};

// What became of what a descriptor leads to.
struct Followed {
  std::optional<Descriptor> target;  // as it is to be led to; nullopt: that could not be read
  bool has_changed = false;
  ContentKind kind = ContentKind::unknown;
  bool attests = false;                             // by its own content, whatever an entry says
  std::optional<Platform> platform = std::nullopt;  // of the config, where it says one
};

class Repairing {
 public:
  explicit Repairing(Store& store) : store_(store) {}

  Repaired run(const Descriptor& root) {
    const Followed followed = follow(root, root.size, nullptr, 0);
    repaired_.root = followed.target.value_or(root);
    repaired_.root.annotations = root.annotations;
    repaired_.root.artifact_type = root.artifact_type;
    if (followed.target && !followed.has_changed && followed.target->size != root.size) {
      add_mend("IDX028", root.digest, "", "the size is " + std::to_string(followed.target->size));
    }
    note_subjects();
    return std::move(repaired_);
  }

 private:
  void note_subjects() {
    for (const auto& [manifest, subject] : subjects_) {
      if (changed_.contains(subject)) {
        repaired_.notes.push_back(manifest.str() + " refers to " + subject.str() + ", which is another manifest now");
      }
    }
  }

  void add_mend(std::string_view rule, const Digest& document, std::string path, std::string message) {
    repaired_.mends.push_back(
        {.rule = rule, .document = document, .path = std::move(path), .message = std::move(message)});
  }

  Followed follow(const Descriptor& descriptor, std::optional<std::uint64_t> size, const LooseDescriptor* entry,
                  int depth) {
    Fetched fetched = fetch(descriptor, size, NodeKind::manifest);
    return fetched.bytes ? mend(descriptor, *std::move(fetched.bytes), entry, depth) : Followed{};
  }

  Fetched fetch(const Descriptor& descriptor, std::optional<std::uint64_t> size, NodeKind kind) {
    Fetched fetched = fetch_document(store_, descriptor, size, kind);
    read_ += fetched.read;
    if (read_ > kMostDocuments) {
      throw ContentError("its documents have more than " + std::to_string(kMostDocuments >> 20U) +
                         " MiB together, which is not read");
    }
    return fetched;
  }

  Followed mend(const Descriptor& descriptor, std::string bytes, const LooseDescriptor* entry, int depth) {
    Mending mending{.descriptor = with_size(descriptor, bytes.size())};
    Findings ignored;
    std::unique_ptr<Document> document = read_document(std::move(bytes), {}, ignored);
    Followed followed{.target = mending.descriptor};
    if (!document || !document->duplicates().empty()) {
      return followed;
    }
    const std::string own = text_of(document->root(), "mediaType");
    const std::string& type = media_type::is_manifest(descriptor.media_type) ? descriptor.media_type : own;
    if (media_type::is_index(type) && depth < kMaxIndexDepth) {
      document = mend_nested(std::move(document), depth);
    }
    std::string text = document->text();
    if (media_type::is_index(type) && depth < kMaxIndexDepth) {
      followed.kind = ContentKind::index;
      text = mend_index(*document, std::move(text), mending, depth);
    } else if (media_type::is_image_manifest(type)) {
      text = mend_manifest(*document, std::move(text), mending, entry, followed);
    }
    if (repaired_.mends.size() + repaired_.notes.size() > kMostLines) {
      throw ContentError("more has to be mended than anybody reads: more than " + std::to_string(kMostLines) +
                         " places");
    }
    followed.has_changed = text != document->text();
    if (followed.has_changed) {
      followed.target = describe(descriptor.media_type, text, descriptor.digest.algorithm());
      changed_.insert(descriptor.digest);
      size_ += text.size();
      if (size_ > kMostNew) {
        throw ContentError("more has to be mended than is held at once");
      }
      repaired_.documents.insert_or_assign(followed.target->digest, std::move(text));
    }
    return followed;
  }

  static Descriptor with_size(Descriptor descriptor, std::size_t size) {
    descriptor.size = size;
    return descriptor;
  }

  // An entry may say what the document is not (IDX003).
  void plan_type(const JsonValue& root, std::string_view rule, std::string_view type, Mending& mending) {
    const bool is_like_an_index = root.find("manifests") && !root.find("config") && !root.find("layers");
    const bool is_like_a_manifest = root.find("config") && root.find("layers") && !root.find("manifests");
    if (text_of(root, "mediaType").empty() && (media_type::is_index(type) ? is_like_an_index : is_like_a_manifest)) {
      mending.edits.push_back({.list = "", .member = "mediaType", .json = to_json(type)});
      add_mend(rule, mending.descriptor.digest, "mediaType", "it says " + std::string(type));
    }
  }

  // Digest, size and data of a descriptor that leads to `target`.
  void plan_target(const LooseDescriptor& loose, const Descriptor& target, std::string_view list, std::size_t position,
                   Mending& mending) {
    const std::string path = loose.json.path();
    if (loose.digest != target.digest) {
      mending.edits.push_back(
          {.list = list, .position = position, .member = "digest", .json = to_json(target.digest.str())});
    } else if (loose.size != target.size) {
      add_mend("IDX028", mending.descriptor.digest, path + ".size", "the size is " + std::to_string(target.size));
    }
    if (loose.size != target.size) {
      mending.edits.push_back(
          {.list = list, .position = position, .member = "size", .json = std::to_string(target.size)});
    }
    plan_data(loose, target, list, position, mending);
  }

  void plan_data(const LooseDescriptor& loose, const Descriptor& target, std::string_view list, std::size_t position,
                 Mending& mending) {
    const std::optional<JsonValue> data = loose.json.find("data");
    if (!data || data->is(JsonKind::null) || (data->is(JsonKind::string) && data->string().empty())) {
      return;
    }
    const std::optional<std::string> bytes = base64_decode(data->string());
    if (data->is(JsonKind::string) && bytes && digest_of(*bytes, target.digest.algorithm()) == target.digest) {
      return;
    }
    mending.edits.push_back({.list = list, .position = position, .member = "data"});
    if (loose.digest == target.digest) {
      add_mend("IDX029", mending.descriptor.digest, data->path(), "data that is not the content is taken out");
    }
  }

  std::string mend_index(const Document& document, std::string text, Mending& mending, int depth) {
    const JsonValue root = document.root();
    const bool is_docker_list = mending.descriptor.media_type == media_type::kDockerManifestList;
    plan_type(root, "IDX002", is_docker_list ? media_type::kDockerManifestList : media_type::kOciIndex, mending);
    const std::vector<LooseDescriptor> entries = descriptors_of(root, "manifests");
    EntryMarks marks(entries.empty() ? 0 : entries.back().json.position() + 1);
    for (const LooseDescriptor& entry : entries) {
      const std::optional<Descriptor> target = entry.target();
      if (!target) {
        continue;
      }
      const std::size_t position = entry.json.position();
      const Followed& followed = follow_once(*target, key_of(entry, *target), entry.size, &entry, depth);
      if (followed.target) {
        plan_target(entry, *followed.target, "manifests", position, mending);
      }
      marks.certainly_attest.at(position) = followed.attests || !followed.target;
      marks.attest.at(position) = is_attestation(entry) && (followed.attests || is_unknown_platform(entry));
      marks.are_images.at(position) = is_image(followed.kind) && entry.platform.has_value();
      const bool is_image_or_index = followed.target ? is_image(followed.kind) || followed.kind == ContentKind::index
                                                     : media_type::is_manifest(target->media_type);
      marks.hold_images.at(position) = is_image_or_index && !is_attestation(entry) && !is_unknown_platform(entry);
      plan_platform(entry, followed, position, mending);
    }
    text = carry_out(std::move(text), std::move(mending.edits));
    return mend_order(std::move(text), marks, changed_, mending.descriptor.digest, repaired_);
  }

  // Indexes that an index leads to come first, and while nothing is held of it but its bytes: reading takes a multiple.
  std::unique_ptr<Document> mend_nested(std::unique_ptr<Document> document, int depth) {
    struct Nested {
      Descriptor target;
      Key key;
      std::optional<std::uint64_t> said_size;
    };
    std::vector<Nested> nested;
    for (const LooseDescriptor& entry : descriptors_of(document->root(), "manifests")) {
      const std::optional<Descriptor> target = entry.target();
      if (target && media_type::is_index(target->media_type)) {
        nested.push_back({{.media_type = target->media_type, .digest = target->digest, .size = target->size},
                          key_of(entry, *target),
                          entry.size});
      }
    }
    if (nested.empty()) {
      return document;
    }
    std::string text = document->text();
    document.reset();
    for (const Nested& one : nested) {
      follow_once(one.target, one.key, one.said_size, nullptr, depth);
    }
    Findings ignored;
    return read_document(std::move(text), {}, ignored);
  }

  // What is led to, also as which type, and whether as an attestation.
  using Key = std::tuple<Digest, std::string, bool>;

  static Key key_of(const LooseDescriptor& entry, const Descriptor& target) {
    return {target.digest, media_type::is_manifest(target.media_type) ? target.media_type : "", is_attestation(entry)};
  }

  // `entry`: nullptr for an index.
  const Followed& follow_once(const Descriptor& target, const Key& key, std::optional<std::uint64_t> said_size,
                              const LooseDescriptor* entry, int depth) {
    const auto known = followed_.find(key);
    if (known != followed_.end()) {
      return known->second;
    }
    if (followed_.size() >= kMaxDescriptors) {
      throw ContentError("more manifests than are looked at");
    }
    return followed_.insert_or_assign(key, follow(target, said_size, entry, depth + 1)).first->second;
  }

  void plan_platform(const LooseDescriptor& entry, const Followed& followed, std::size_t position, Mending& mending) {
    if (!media_type::is_manifest(entry.media_type)) {
      return;  // what it is for is not certain where what it is is not (SEL003)
    }
    const std::string path = entry.json.path() + ".platform";
    const auto set = [&](std::string_view rule, const Platform& platform, const std::string& why) {
      mending.edits.push_back(
          {.list = "manifests", .position = position, .member = "platform", .json = to_json(platform)});
      add_mend(rule, mending.descriptor.digest, path, excerpt(format_all(platform)) + ", " + why);
    };
    if (is_attestation(entry)) {
      // An annotation alone makes no image an attestation: somebody may run it.
      if (!is_unknown_platform(entry) && followed.attests) {
        set("IDX018b", {.os = "unknown", .architecture = "unknown"}, "as of an attestation");
      }
    } else if (is_image(followed.kind) && !entry.platform) {
      if (followed.platform) {
        set("IDX005", with_usual_names(*followed.platform), "as the config of its image says");
      }
    } else if (is_image(followed.kind)) {
      plan_names(entry, followed, position, mending);
    }
  }

  // Else the next run would mend the entry (IDX014).
  static Platform with_usual_names(Platform platform) {
    platform.os = to_lower(platform.os);
    platform.architecture = usual_architecture(platform.architecture);
    platform.variant = to_lower(platform.variant);
    return platform;
  }

  // The config's platform, where it does not contradict what the entry says.
  static std::optional<Platform> config_for(const Platform& said, const Followed& followed) {
    const auto agrees = [](const std::string& left, const std::string& right) { return left.empty() || left == right; };
    if (!followed.platform) {
      return std::nullopt;
    }
    const Platform& config = *followed.platform;
    const bool all_agree = agrees(to_lower(said.os), to_lower(config.os)) &&
                           agrees(usual_architecture(said.architecture), usual_architecture(config.architecture)) &&
                           agrees(to_lower(said.variant), to_lower(config.variant));
    return all_agree ? followed.platform : std::nullopt;
  }

  // What a platform does not say, and what it says by another name than the usual one; its other members stay.
  void plan_names(const LooseDescriptor& entry, const Followed& followed, std::size_t position, Mending& mending) {
    const Platform said = platform_in(entry.platform.value_or(entry.json));
    const Platform config = config_for(said, followed).value_or(Platform{});
    const auto plan = [&](std::string_view member, const std::string& before, const std::string& usual,
                          const std::string& of_config) {
      const bool is_missing = before.empty() && !of_config.empty();
      const std::string& after = is_missing ? of_config : usual;
      if (after == before) {
        return;
      }
      mending.edits.push_back(
          {.list = "manifests", .position = position, .within = "platform", .member = member, .json = to_json(after)});
      add_mend(is_missing ? "IDX006" : "IDX014", mending.descriptor.digest,
               entry.json.path() + ".platform." + std::string(member),
               excerpt(after) + (is_missing ? ", as the config of its image says" : ", as it is usually written"));
    };
    plan("os", said.os, to_lower(said.os), config.os);
    plan("architecture", said.architecture, usual_architecture(said.architecture), config.architecture);
    plan("variant", said.variant, to_lower(said.variant), "");
  }

  std::string mend_manifest(const Document& document, std::string text, Mending& mending, const LooseDescriptor* entry,
                            Followed& followed) {
    const LooseManifest manifest = read_manifest_loosely(document.root());
    followed.kind = kind_of(manifest, entry);
    followed.attests = is_attestation(manifest);
    const bool is_docker = mending.descriptor.media_type == media_type::kDockerManifest;
    plan_type(document.root(), "MAN001", is_docker ? media_type::kDockerManifest : media_type::kOciManifest, mending);
    if (const std::optional<JsonValue> subject = object_of(document.root(), "subject")) {
      if (const std::optional<Digest> digest = read_loosely(*subject).digest) {
        subjects_.emplace_back(mending.descriptor.digest, *digest);
      }
    }
    if (manifest.config) {
      plan_config(*manifest.config, mending, followed);
    }
    for (const LooseDescriptor& layer : manifest.layers) {
      plan_layer(layer, is_image(followed.kind), mending);
    }
    return carry_out(std::move(text), std::move(mending.edits));
  }

  void plan_config(const LooseDescriptor& config, Mending& mending, Followed& followed) {
    const std::optional<Descriptor> target = config.target();
    if (!target) {
      return;
    }
    Fetched fetched = fetch(*target, config.size, NodeKind::blob);
    if (!fetched.bytes) {
      return;
    }
    plan_target(config, with_size(*target, fetched.bytes->size()), "config", 0, mending);
    Findings ignored;
    if (const auto document = read_document(*std::move(fetched.bytes), {}, ignored);
        document && is_image(followed.kind)) {
      const Platform platform = platform_in(document->root());
      if (!platform.os.empty() && !platform.architecture.empty() && format_all(platform).size() <= kMostPlatform) {
        followed.platform = platform;
      }
    }
  }

  // Only content that has the digest is the layer that is meant.
  void plan_layer(const LooseDescriptor& layer, bool of_image, Mending& mending) {
    const std::optional<Descriptor> target = layer.target();
    if (!target) {
      return;
    }
    const std::optional<media_type::Compression> compression = media_type::layer_compression(layer.media_type);
    const bool is_tar = of_image && compression.has_value();
    const std::pair key(target->digest, is_tar);
    auto known = layers_.find(key);
    if (known == layers_.end() || !suffice(known->second, target->size)) {
      known = layers_.insert_or_assign(key, look_at_layer(store_, *target, {.is_tar = is_tar})).first;
    }
    const LayerFacts& facts = known->second;
    if (facts.digest != target->digest || facts.is_longer) {
      return;
    }
    const std::size_t position = layer.json.position();
    plan_target(layer, with_size(*target, facts.size), "layers", position, mending);
    const std::optional<std::string> type = type_of_form(layer.media_type, facts.form);
    if (is_tar && facts.unreadable.empty() && type && media_type::layer_compression(*type) != compression) {
      mending.edits.push_back({.list = "layers", .position = position, .member = "mediaType", .json = to_json(*type)});
      add_mend("MAN007", mending.descriptor.digest, layer.json.path() + ".mediaType", *type + ", as its bytes are");
    }
  }

  Store& store_;
  Repaired repaired_{.root = describe("", ""), .documents = {}, .mends = {}, .notes = {}};
  std::map<std::pair<Digest, bool>, LayerFacts> layers_;  // taken for files or not
  std::size_t size_ = 0;                                  // of the new documents
  std::uint64_t read_ = 0;                                // bytes of documents
  std::map<Key, Followed> followed_;
  std::set<Digest> changed_ = {};                         // of the documents that are others now, as they were
  std::vector<std::pair<Digest, Digest>> subjects_ = {};  // of manifests, as they were
};

}  // namespace

Repaired repair(Store& store, const Descriptor& root) { return Repairing(store).run(root); }

}  // namespace wasm_oci
