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
// All new documents together, in bytes.
constexpr std::size_t kMostDocuments = std::size_t{64} * 1024 * 1024;

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

// What is known of the entries of an index, by their positions.
struct Entries {
  explicit Entries(std::size_t count) : attest(count), are_images(count), hold_images(count) {}

  std::vector<bool> attest;       // they are attestations, and not only called so
  std::vector<bool> are_images;   // with a platform
  std::vector<bool> hold_images;  // or an index; attestations stand behind these
  std::set<Digest> changed = {};
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
    return std::move(repaired_);
  }

 private:
  void add_mend(std::string_view rule, const Digest& document, std::string path, std::string message) {
    repaired_.mends.push_back(
        {.rule = rule, .document = document, .path = std::move(path), .message = std::move(message)});
  }

  Followed follow(const Descriptor& descriptor, std::optional<std::uint64_t> size, const LooseDescriptor* entry,
                  int depth) {
    Fetched fetched = fetch_document(store_, descriptor, size, NodeKind::manifest);
    return fetched.bytes ? mend(descriptor, *std::move(fetched.bytes), entry, depth) : Followed{};
  }

  Followed mend(const Descriptor& descriptor, std::string bytes, const LooseDescriptor* entry, int depth) {
    Mending mending{.descriptor = with_size(descriptor, bytes.size())};
    Findings ignored;
    const std::unique_ptr<Document> document = read_document(std::move(bytes), {}, ignored);
    Followed followed{.target = mending.descriptor};
    if (!document || !document->duplicates().empty()) {
      return followed;
    }
    const std::string own = text_of(document->root(), "mediaType");
    const std::string& type = media_type::is_manifest(descriptor.media_type) ? descriptor.media_type : own;
    std::string text = document->text();
    if (media_type::is_index(type) && depth < kMaxIndexDepth) {
      followed.kind = ContentKind::index;
      text = mend_index(*document, std::move(text), mending, depth);
    } else if (media_type::is_image_manifest(type)) {
      text = mend_manifest(*document, std::move(text), mending, entry, followed);
    }
    followed.has_changed = text != document->text();
    if (followed.has_changed) {
      followed.target = describe(descriptor.media_type, text);
      size_ += text.size();
      if (size_ > kMostDocuments) {
        throw ContentError("more has to be mended than is held at once");
      }
      repaired_.documents.insert_or_assign(digest_of(text), std::move(text));
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
    Entries known(entries.empty() ? 0 : entries.back().json.position() + 1);
    for (const LooseDescriptor& entry : entries) {
      const std::optional<Descriptor> target = entry.target();
      if (!target) {
        continue;
      }
      const std::size_t position = entry.json.position();
      const Followed& followed = follow_once(*target, entry, depth);
      if (followed.target) {
        plan_target(entry, *followed.target, "manifests", position, mending);
      }
      if (followed.has_changed) {
        known.changed.insert(target->digest);
      }
      known.attest.at(position) = is_attestation(entry) && (followed.attests || is_unknown_platform(entry));
      known.are_images.at(position) = is_image(followed.kind) && entry.platform.has_value();
      const bool is_image_or_index = followed.target ? is_image(followed.kind) || followed.kind == ContentKind::index
                                                     : media_type::is_manifest(target->media_type);
      known.hold_images.at(position) = is_image_or_index && !is_attestation(entry) && !is_unknown_platform(entry);
      plan_platform(entry, followed, position, mending);
    }
    return mend_order(carry_out(std::move(text), std::move(mending.edits)), known, mending.descriptor.digest);
  }

  const Followed& follow_once(const Descriptor& target, const LooseDescriptor& entry, int depth) {
    const std::tuple key(target.digest, media_type::is_manifest(target.media_type) ? target.media_type : "",
                         is_attestation(entry));
    const auto known = followed_.find(key);
    if (known != followed_.end()) {
      return known->second;
    }
    if (followed_.size() >= kMaxDescriptors) {
      throw ContentError("more manifests than are looked at");
    }
    return followed_.insert_or_assign(key, follow(target, entry.size, &entry, depth + 1)).first->second;
  }

  void plan_platform(const LooseDescriptor& entry, const Followed& followed, std::size_t position, Mending& mending) {
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

  // Entries that are there twice, attestations of what has changed, and attestations before images. Certain is only
  // what is the same to the last byte: of two entries for one image each may be the one that some client takes.
  std::string mend_order(std::string text, const Entries& known, const Digest& before) {
    const Document document = Document::parse(text, {.max_bytes = 2 * kMaxManifestSize});
    const std::optional<JsonValue> manifests = document.root().find("manifests");
    const std::vector<LooseDescriptor> entries = descriptors_of(document.root(), "manifests");
    if (!manifests || entries.size() != manifests->size() || entries.size() != known.attest.size()) {
      return text;
    }
    std::vector<std::string_view> images;
    std::vector<std::string_view> attestations;
    std::set<std::string_view> seen;
    bool is_behind = false;  // whether an image stands behind an attestation
    for (const LooseDescriptor& entry : entries) {
      const std::size_t position = entry.json.position();
      if ((is_attestation(entry) || is_unknown_platform(entry)) && speaks_of(entry, known.changed)) {
        continue;
      }
      if (known.attest[position]) {
        attestations.push_back(entry.json.text());
        continue;
      }
      is_behind = is_behind || (!attestations.empty() && known.hold_images[position]);
      if (known.are_images[position] && !seen.insert(entry.json.text()).second) {
        add_mend("IDX015", before, entry.json.path(), "an entry that is there already is taken out");
      } else {
        images.push_back(entry.json.text());
      }
    }
    if (is_behind) {
      add_mend("IDX020", before, "manifests", "attestations stand behind the images");
    }
    const std::size_t left = images.size() + attestations.size();
    std::ranges::move(attestations, std::back_inserter(images));
    return left == entries.size() && !is_behind ? text : arranged(text, *manifests, images);
  }

  bool speaks_of(const LooseDescriptor& attestation, const std::set<Digest>& changed) {
    const auto about = attestation.annotations.find("vnd.docker.reference.digest");
    const std::optional<Digest> digest =
        about == attestation.annotations.end() ? std::nullopt : Digest::parse(about->second);
    if (!digest || !changed.contains(*digest)) {
      return false;
    }
    repaired_.notes.push_back("an attestation of " + digest->str() +
                              " is left out: what it says is of the image as it was");
    return true;
  }

  // The elements of `list` are these texts now, in the places of the first of them.
  static std::string arranged(const std::string& text, const JsonValue& list,
                              const std::vector<std::string_view>& elements) {
    std::vector<Edit> edits =
        remove_elements(list, [&](const JsonValue& element) { return element.position() >= elements.size(); });
    for (const JsonValue element : list) {
      if (element.position() < elements.size()) {
        edits.push_back(replace_value(element, elements[element.position()]));
      }
    }
    std::ranges::sort(edits, {}, &Edit::offset);
    return splice(text, edits);
  }

  std::string mend_manifest(const Document& document, std::string text, Mending& mending, const LooseDescriptor* entry,
                            Followed& followed) {
    const LooseManifest manifest = read_manifest_loosely(document.root());
    followed.kind = kind_of(manifest, entry);
    followed.attests = is_attestation(manifest);
    const bool is_docker = mending.descriptor.media_type == media_type::kDockerManifest;
    plan_type(document.root(), "MAN001", is_docker ? media_type::kDockerManifest : media_type::kOciManifest, mending);
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
    const Fetched fetched = fetch_document(store_, *target, config.size, NodeKind::blob);
    if (!fetched.bytes) {
      return;
    }
    plan_target(config, with_size(*target, fetched.bytes->size()), "config", 0, mending);
    Findings ignored;
    if (const auto document = read_document(*fetched.bytes, {}, ignored); document && is_image(followed.kind)) {
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
  std::map<std::pair<Digest, bool>, LayerFacts> layers_;                // taken for files or not
  std::size_t size_ = 0;                                                // of the new documents
  std::map<std::tuple<Digest, std::string, bool>, Followed> followed_;  // also by type, and whether it is to attest
};

}  // namespace

Repaired repair(Store& store, const Descriptor& root) { return Repairing(store).run(root); }

}  // namespace wasm_oci
