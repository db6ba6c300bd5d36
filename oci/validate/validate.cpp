#include "oci/validate/validate.hpp"

#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/validate/content_checks.hpp"
#include "oci/validate/document_checks.hpp"
#include "oci/validate/loose.hpp"
#include "oci/validate/manifest_checks.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <span>
#include <utility>

namespace wasm_oci {
namespace {

constexpr std::size_t kMostNodes = kMaxDescriptors;
// Behind as many nothing more is looked at: what a small manifest is found to break takes more memory than it does.
constexpr std::size_t kMostFindings = 10'000;
// Of what is kept for other validations of the same store, in bytes. All layers of an image have room: its manifests
// may be many.
constexpr std::size_t kNodeBudget = std::size_t{8} * 1024 * 1024;
constexpr std::size_t kLayerBudget = 3 * kMaxFilesMemory;

std::size_t cost_of(const NodeReport& report) {
  std::size_t cost = sizeof(NodeReport);
  for (const Finding& finding : report.findings.all()) {
    cost += sizeof(Finding) + finding.path.size() + finding.message.size();
  }
  return cost;
}

bool is_index_body(const JsonValue& root) {
  const std::string own = text_of(root, "mediaType");
  return media_type::is_manifest(own) ? media_type::is_index(own) : root.find("manifests").has_value();
}

// Whether Istio takes it where it stands first. It asks for no variant, and takes any (go-containerregistry,
// matchesPlatform).
bool is_for_istio(const std::optional<Platform>& said) {
  return !said || (said->os == "linux" && said->architecture == "amd64");
}

// "manifests[4]" of "manifests[4].digest".
std::string path_of_entry(const Finding& finding) { return finding.path.substr(0, finding.path.find(']') + 1); }

}  // namespace

ValidationCache::ValidationCache() : nodes_(kNodeBudget), layers_(kLayerBudget) {}

// Walks from one root.
class Validating {
 public:
  Validating(Store& store, const ValidateRequest& request, ValidationCache& cache)
      : store_(store), request_(request), cache_(cache) {}

  std::vector<ReachedNode> walk(const Descriptor& root) {
    const auto report = std::make_shared<NodeReport>();
    nodes_.push_back({.digest = root.digest, .platform = std::nullopt, .report = report});
    judge_root(root, report);
    for (; !waiting_.empty(); waiting_.pop_front()) {
      look_at_waiting(waiting_.front());
    }
    return std::move(nodes_);
  }

 private:
  // An index that another leads to. It is looked at when the other one is done with: of each, reading takes a multiple
  // of its bytes.
  struct Waiting {
    Descriptor target;
    std::optional<Platform> platform;
    std::optional<std::uint64_t> said_size;
    ValidationCache::View view;
    std::shared_ptr<NodeReport> parent;
    Place parent_place;
    std::string path;      // of the entry, in the parent
    std::size_t position;  // in nodes_, where no other entry leads to it
    int depth;
  };

  void judge_root(const Descriptor& root, const std::shared_ptr<NodeReport>& report) {
    const Place place{.document = root.digest};
    Fetched fetched = fetch_document(store_, root, root.size, NodeKind::manifest);
    add_problems(fetched.problems, place, "", report->findings);
    const std::unique_ptr<Document> document =
        fetched.bytes ? read_document(*std::move(fetched.bytes), place, report->findings) : nullptr;
    if (!document) {
      return;
    }
    const bool is_index = media_type::is_manifest(root.media_type) ? media_type::is_index(root.media_type)
                                                                   : is_index_body(document->root());
    if (is_index) {
      judge_index(*document, root, 0, report);
    } else {
      judge_manifest(*document, root, nullptr, true, *report);
    }
  }

  void judge_index(const Document& document, const Descriptor& descriptor, int depth,
                   const std::shared_ptr<NodeReport>& shared) {
    NodeReport& report = *shared;
    const JsonValue root = document.root();
    const Place place{.document = descriptor.digest};
    report.facts.kind = ContentKind::index;
    check_index_document(root, descriptor.media_type, place, report.findings);
    const std::vector<LooseDescriptor> entries = descriptors_of(root, "manifests");
    std::vector<EntryFacts> facts;
    facts.reserve(entries.size());
    bool has_one_for_istio = false;
    for (const LooseDescriptor& entry : entries) {
      check_descriptor(entry, place, report.findings);
      const bool for_istio = !has_one_for_istio && is_for_istio(entry.full_platform());
      has_one_for_istio = has_one_for_istio || for_istio;
      facts.push_back({.entry = entry, .manifest = follow(entry, for_istio, place, depth, shared)});
    }
    const std::string own = text_of(root, "mediaType");
    check_entries(facts,
                  {.is_docker_list = (own.empty() ? descriptor.media_type : own) == media_type::kDockerManifestList,
                   .is_pinned = depth == 0 && request_.is_pinned},
                  place, report.findings);
    check_strictly(place, report.findings, [&] { parse_index(document.text(), descriptor.media_type); });
    name_entries(entries, report);
  }

  static void name_entries(std::span<const LooseDescriptor> entries, NodeReport& report) {
    std::set<std::string> paths;
    for (const Finding& finding : report.findings.all()) {
      paths.insert(path_of_entry(finding));
    }
    for (const LooseDescriptor& entry : entries) {
      if (std::string path = entry.json.path(); paths.contains(path)) {
        report.entries[std::move(path)] = {.digest = entry.digest, .platform = entry.full_platform()};
      }
    }
  }

  // The manifest that an entry leads to; nullptr where that is not there, not looked at, or an index.
  const ManifestFacts* follow(const LooseDescriptor& entry, bool for_istio, const Place& place, int depth,
                              const std::shared_ptr<NodeReport>& parent) {
    Findings& findings = parent->findings;
    const std::optional<Descriptor> target = entry.target();
    if (!target || request_.is_document) {
      return nullptr;
    }
    const std::string path = entry.json.path();
    const std::pair key(target->digest, view_of(entry, *target, for_istio));
    const auto seen = seen_.find(key);
    if (seen != seen_.end() && seen->second) {
      return look_again(entry.size, *seen->second, place, path, findings);
    }
    if (depth == kMaxIndexDepth || is_enough()) {
      findings.add("DOC005", place, path, "what this leads to is not looked at");
      return nullptr;
    }
    const std::size_t position = nodes_.size();
    if (seen == seen_.end()) {
      seen_[key] = nullptr;
      nodes_.push_back({.digest = target->digest, .platform = entry.full_platform(), .report = nullptr});
    }
    if (media_type::is_index(target->media_type)) {
      waiting_.push_back({.target = {.media_type = target->media_type, .digest = target->digest, .size = target->size},
                          .platform = entry.full_platform(),
                          .said_size = entry.size,
                          .view = key.second,
                          .parent = parent,
                          .parent_place = place,
                          .path = path,
                          .position = position,
                          .depth = depth + 1});
      return nullptr;
    }
    const std::shared_ptr<const NodeReport> report = look_at_manifest(*target, entry, key.second);
    keep(report, key, position);
    add_problems(report->problems, place, path, findings);
    return report->was_read ? &report->facts : nullptr;
  }

  bool has_read_enough() const { return found_ >= kMostFindings || read_ >= kMostDocuments; }
  bool is_enough() const { return has_read_enough() || std::max(seen_.size(), waiting_.size()) >= kMostNodes; }

  void keep(const std::shared_ptr<const NodeReport>& report, const std::pair<Digest, ValidationCache::View>& key,
            std::size_t position) {
    nodes_.at(position).report = without_what_was_told(report, position);
    found_ += report->findings.all().size();
    read_ += report->facts.read;
    seen_[key] = report;
  }

  static ValidationCache::View view_of(const LooseDescriptor& entry, const Descriptor& target, bool for_istio) {
    if (media_type::is_index(target.media_type)) {
      return {.type = target.media_type, .attests = false, .is_for_wasm = false, .is_for_istio = false};
    }
    const std::optional<Platform> said = entry.full_platform();
    return {.type = media_type::is_manifest(target.media_type) ? target.media_type : "",
            .attests = is_attestation(entry),
            .is_for_wasm = said && is_wasm(*said),
            .is_for_istio = for_istio};
  }

  // Of a manifest that was looked at as something else before, what is new.
  std::shared_ptr<const NodeReport> without_what_was_told(const std::shared_ptr<const NodeReport>& report,
                                                          std::size_t position) {
    std::shared_ptr<NodeReport> rest;
    std::vector<std::size_t>& positions = positions_[nodes_[position].digest];
    for (const std::size_t before : positions) {
      if (!rest) {
        rest = std::make_shared<NodeReport>(*report);
      }
      rest->findings.drop_what_is_in(nodes_[before].report->findings);
    }
    positions.push_back(position);
    return rest ? rest : report;
  }

  // Another entry for what was looked at may describe it otherwise.
  static const ManifestFacts* look_again(std::optional<std::uint64_t> said_size, const NodeReport& report,
                                         const Place& place, const std::string& path, Findings& findings) {
    if (!report.was_read) {
      return nullptr;
    }
    if (said_size && *said_size != report.size) {
      add_problems({other_size(report.size, *said_size)}, place, path, findings);
    }
    return &report.facts;
  }

  void look_at_waiting(const Waiting& waiting) {
    const std::size_t before = waiting.parent->findings.all().size();
    look_at_index(waiting);
    if (waiting.parent->findings.all().size() > before) {
      waiting.parent->entries.insert_or_assign(
          waiting.path, NamedEntry{.digest = waiting.target.digest, .platform = waiting.platform});
    }
  }

  void look_at_index(const Waiting& waiting) {
    const std::pair key(waiting.target.digest, waiting.view);
    Findings& findings = waiting.parent->findings;
    if (const NodeReport* const known = seen_.at(key).get()) {  // another entry has led to it
      look_again(waiting.said_size, *known, waiting.parent_place, waiting.path, findings);
      return;
    }
    auto report = std::make_shared<NodeReport>();
    if (has_read_enough()) {
      findings.add("DOC005", waiting.parent_place, waiting.path, "what this leads to is not looked at");
    } else if (const auto document = read(waiting.target, waiting.said_size, *report)) {
      judge_index(*document, waiting.target, waiting.depth, report);
    }
    keep(report, key, waiting.position);
    add_problems(report->problems, waiting.parent_place, waiting.path, findings);
  }

  std::shared_ptr<const NodeReport> look_at_manifest(const Descriptor& target, const LooseDescriptor& entry,
                                                     const ValidationCache::View& view) {
    const ValidationCache::NodeKey key{target.digest, entry.size, view};
    return cache_.nodes_.get(key, [&] { return read_and_judge(target, entry, view.is_for_istio); }, cost_of);
  }

  NodeReport read_and_judge(const Descriptor& target, const LooseDescriptor& entry, bool for_istio) {
    NodeReport report;
    if (const auto document = read(target, entry.size, report)) {
      judge_manifest(*document, target, &entry, for_istio, report);
    }
    return report;
  }

  // The document, where it is one, of a type that is known.
  std::unique_ptr<Document> read(const Descriptor& target, std::optional<std::uint64_t> said_size, NodeReport& report) {
    Fetched fetched = fetch_document(store_, target, said_size, NodeKind::manifest);
    report.problems = std::move(fetched.problems);
    report.was_read = fetched.bytes.has_value();
    report.size = fetched.bytes ? fetched.bytes->size() : 0;
    report.facts.read = fetched.read;
    if (!fetched.bytes || !media_type::is_manifest(target.media_type)) {
      return nullptr;
    }
    const Place place{.document = target.digest};
    std::unique_ptr<Document> document = read_document(*std::move(fetched.bytes), place, report.findings);
    if (document) {
      check_sent_type(document->root(), fetched.sent_as, place, report.findings);
    }
    return document;
  }

  // `entry`: nullptr for the root.
  void judge_manifest(const Document& document, const Descriptor& descriptor, const LooseDescriptor* entry,
                      bool for_istio, NodeReport& report) {
    const Place place{.document = descriptor.digest};
    const LooseManifest manifest = read_manifest_loosely(document.root());
    report.facts.kind = kind_of(manifest, entry);
    if (manifest.config) {
      report.facts.config = manifest.config->digest;
    }
    std::string layers;
    for (const LooseDescriptor& layer : manifest.layers) {
      layers.append(layer.digest ? layer.digest->str() : std::string()).append(",");
    }
    report.facts.layers = digest_of(layers);
    check_manifest_document(document.root(), descriptor.media_type, place, report.findings);
    if (!request_.shallow && !request_.is_document) {
      const LookAtLayer look = [this](const Descriptor& layer, const LayerRequest& request) {
        return look_at(layer, request);
      };
      check_content(store_, manifest, entry == nullptr ? std::nullopt : entry->full_platform(), for_istio, look, place,
                    report.facts, report.findings);
    }
    check_manifest(manifest, manifest.media_type.empty() ? descriptor.media_type : manifest.media_type,
                   report.facts.kind, place, report.findings);
    check_strictly(place, report.findings, [&] { parse_manifest(document.text(), descriptor.media_type); });
  }

  std::shared_ptr<const LayerFacts> look_at(const Descriptor& layer, const LayerRequest& request) {
    const ValidationCache::LayerKey key{layer.digest, request.is_tar, request.wants_files, request.wants_module,
                                        request.diff_id};
    return cache_.layers_.get(
        key, [&] { return look_at_layer(store_, layer, request); },
        [](const LayerFacts& facts) { return sizeof(LayerFacts) + facts.cost; },
        [&](const LayerFacts& facts) { return suffice(facts, layer.size); });
  }

  Store& store_;
  const ValidateRequest& request_;
  ValidationCache& cache_;
  std::vector<ReachedNode> nodes_;
  std::deque<Waiting> waiting_;
  // nullptr for an index that waits.
  std::map<std::pair<Digest, ValidationCache::View>, std::shared_ptr<const NodeReport>> seen_;
  std::map<std::optional<Digest>, std::vector<std::size_t>> positions_;  // in nodes_
  std::size_t found_ = 0;
  std::uint64_t read_ = 0;  // bytes of documents
};

std::vector<ReachedNode> validate(Store& store, const Descriptor& root, const ValidateRequest& request,
                                  ValidationCache& cache) {
  return Validating(store, request, cache).walk(root);
}

std::optional<NamedEntry> entry_of(const NodeReport& report, const Finding& finding) {
  const auto found = report.entries.find(path_of_entry(finding));
  return found == report.entries.end() ? std::nullopt : std::optional(found->second);
}

std::vector<ContentKind> kinds_of(const std::vector<ReachedNode>& nodes) {
  std::vector<ContentKind> kinds(nodes.size());
  std::ranges::transform(nodes, kinds.begin(), [](const ReachedNode& node) { return node.report->facts.kind; });
  return kinds;
}

}  // namespace wasm_oci
