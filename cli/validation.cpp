#include "cli/validation.hpp"

#include "cli/commands/options.hpp"
#include "cli/output.hpp"
#include "oci/clients/gate.hpp"
#include "oci/error.hpp"
#include "oci/text.hpp"

#include <algorithm>
#include <utility>

namespace wasm_oci::cli {
namespace {

// What leads to the same content: a repository, a layout, an archive.
std::string store_of(const Location& location) {
  if (const auto* const registry = std::get_if<RegistryLocation>(&location)) {
    return registry->reference.repository();
  }
  if (std::holds_alternative<LocalLocation>(location)) {
    return "local:";
  }
  if (const auto* const layout = std::get_if<LayoutLocation>(&location)) {
    return "oci:" + layout->path;
  }
  if (const auto* const archive = std::get_if<ArchiveLocation>(&location)) {
    return format(ArchiveLocation{.format = archive->format, .path = archive->path});
  }
  return format(location);
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (kPlain.contains(c)) {
      encoded += c;
    } else {
      encoded.append("%").append(1, kHex[byte >> 4U]).append(1, kHex[byte & 15U]);
    }
  }
  return encoded;
}

std::string uri_of(const Location& location) {
  const auto file = [](const std::string& path) {
    return (path.starts_with('/') ? "file://" : "") + percent_encoded(path);
  };
  if (const auto* const layout = std::get_if<LayoutLocation>(&location)) {
    return file(layout->path);
  }
  if (const auto* const archive = std::get_if<ArchiveLocation>(&location)) {
    return file(archive->path);
  }
  if (const auto* const manifest = std::get_if<FileLocation>(&location)) {
    return file(manifest->path);
  }
  // Without a scheme: GitHub takes no other than "file".
  return percent_encoded(format(location));
}

// What is wrong with the root before it is a document: a broken layout, HTML in the place of a manifest.
std::vector<ReachedNode> unfindable(const Location& location, const std::string& message) {
  const bool is_layout = std::holds_alternative<LayoutLocation>(location) ||
                         std::holds_alternative<ArchiveLocation>(location) ||
                         std::holds_alternative<LocalLocation>(location);
  auto report = std::make_shared<NodeReport>();
  report->findings.add(is_layout ? "DOC004" : "DOC001", {}, "", message);
  return {{.digest = std::nullopt, .platform = std::nullopt, .report = std::move(report)}};
}

// A registry that sends something else than the digest that the location names.
void require_named(const Location& location, const Descriptor& root, ReachedNode& node) {
  const std::optional<Digest> named = named_digest(location);
  if (named && *named != root.digest) {
    auto report = std::make_shared<NodeReport>(*node.report);
    report->findings.add("IDX027", {.document = root.digest}, "",
                         "the location names " + named->str() + ", and what it leads to is " + root.digest.str());
    node.report = std::move(report);
  }
}

// --require-platform as findings of the root.
void require_served(const Gate& gate, Store& store, const Descriptor& root, ReachedNode& node) {
  if (gate.is_open()) {
    return;
  }
  auto report = std::make_shared<NodeReport>(*node.report);
  const Place place{.document = root.digest};
  try {
    for (GateFailure& failure : check_gate(gate, store, root, std::nullopt)) {
      report->findings.add_for(std::move(failure.clients), "SEL001", place, "", std::move(failure.line));
    }
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::content && error.kind() != ErrorKind::not_found) {
      throw;
    }
    report->findings.add("SEL001", place, "", "what clients choose cannot be told: " + error.message());
  }
  node.report = std::move(report);
}

bool has_error_for(std::span<const ReachedNode> nodes, std::string_view client) {
  return std::ranges::any_of(nodes, [&](const ReachedNode& node) {
    return std::ranges::any_of(node.report->findings.all(), [&](const Finding& finding) {
      return severity_for(finding, client) == Severity::error;
    });
  });
}

// Who names a client wants it to work there. What other rules say of it is not said again.
void require_usable(std::span<const Client* const> clients, Store& store, const Descriptor& root, Modules modules,
                    std::span<ReachedNode> nodes) {
  auto report = std::make_shared<NodeReport>(*nodes.front().report);
  for (const Client* const client : clients) {
    if (has_error_for(nodes, client->name)) {
      continue;
    }
    if (const std::optional<std::string> why = why_unusable(*client, store, root, modules)) {
      report->findings.add_for({client->name}, "SEL002", {.document = root.digest}, "",
                               std::string(client->title) + " " + *why);
    }
  }
  nodes.front().report = std::move(report);
}

}  // namespace

LocationReport Validation::look_at(const Subject& subject) {
  LocationReport report{.name = format(subject.location), .uri = uri_of(subject.location)};
  try {
    look(subject, report);
  } catch (const Error& error) {
    if (context_.stop.stop_requested() || error.kind() == ErrorKind::cancelled) {
      throw;
    }
    report.failure = error;
  }
  return report;
}

std::shared_ptr<ValidationCache> Validation::cache_of(const Location& location) {
  constexpr std::size_t kMostCaches = 16;
  const std::scoped_lock lock(mutex_);
  if (caches_.size() >= kMostCaches && !caches_.contains(store_of(location))) {
    caches_.clear();  // those in use stay with their users
  }
  std::shared_ptr<ValidationCache>& cache = caches_[store_of(location)];
  if (!cache) {
    cache = std::make_shared<ValidationCache>();
  }
  return cache;
}

Validation::Found Validation::find(const Subject& subject) {
  if (subject.failure) {
    throw Error(*subject.failure);
  }
  if (subject.root) {
    return {.store = subject.store, .root = *subject.root};
  }
  SourceImage source = locations_.find(subject.location, Look::as_it_is);
  return {.store = std::move(source.store), .root = std::move(source.root)};
}

void Validation::look(const Subject& subject, LocationReport& report) {
  const Location& location = subject.location;
  std::optional<Found> source;
  std::vector<ReachedNode> nodes;
  try {
    source = find(subject);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::content) {
      throw;
    }
    nodes = unfindable(location, error.message() + (error.hint().empty() ? "" : "; " + error.hint()));
  }
  if (source) {
    report.digest = source->root.digest;
    nodes = validate(*source->store, source->root,
                     {.shallow = request_.shallow,
                      .is_document = std::holds_alternative<FileLocation>(location),
                      .is_pinned = !subject.root && named_digest(location)},
                     *cache_of(location));
    require_named(location, source->root, nodes.front());
  }
  std::vector<const Client*> clients = request_.clients;
  if (clients.empty()) {
    for (const std::string_view name : clients_meant(kinds_of(nodes))) {
      clients.push_back(&find_client(name));
    }
  }
  report.clients = names_of(clients);
  if (source) {
    require_served({.served = request_.served, .clients = clients}, *source->store, source->root, nodes.front());
  }
  const bool is_document = std::holds_alternative<FileLocation>(location);
  if (source && !request_.clients.empty() && !is_document) {
    require_usable(clients, *source->store, source->root,
                   request_.shallow ? Modules::are_not_looked_for : Modules::are_looked_for, nodes);
  }
  report.is_unknown = request_.clients.empty() && nodes.front().report->facts.kind == ContentKind::unknown;
  report_nodes(nodes, report);
  if (!request_.clients.empty()) {
    report.hints = hints_for(nodes, report.clients);
    std::erase_if(report.hints, [&](const Hint& hint) { return request_.ignored.contains(hint.rule); });
  }
}

void Validation::report_nodes(const std::vector<ReachedNode>& nodes, LocationReport& report) const {
  for (const ReachedNode& node : nodes) {
    ReportedNode reported{.digest = node.digest, .platform = node.platform, .findings = {}};
    for (Judged& judged : judge(node.report->findings, report.clients)) {
      const Finding& finding = *judged.finding;
      if (!request_.ignored.contains(finding.rule)) {
        reported.findings.push_back({.rule = finding.rule,
                                     .severity = judged.severity,
                                     .clients = std::move(judged.clients),
                                     .digest = finding.place.document,
                                     .path = finding.path,
                                     .message = finding.message,
                                     .entry = entry_of(*node.report, finding)});
      }
    }
    std::ranges::stable_sort(reported.findings, [](const ReportedFinding& left, const ReportedFinding& right) {
      return left.severity > right.severity;
    });
    if (!reported.findings.empty()) {
      report.nodes.push_back(std::move(reported));
    }
  }
}

std::string place_of(const std::string& path, const std::optional<NamedEntry>& entry) {
  std::string what;
  if (entry && entry->platform) {
    what = excerpt(format_all(*entry->platform), 60);
  }
  if (entry && entry->digest) {
    what.append(what.empty() ? "" : ", ").append(shortened(*entry->digest));
  }
  return what.empty() ? path : path + " (" + what + ")";
}

std::string sentence_of(const LocationReport& report, const ReportedNode& node, const ReportedFinding& finding) {
  std::string sentence = report.name;
  if (node.platform) {
    sentence.append(" (").append(excerpt(format_all(*node.platform), 60)).append(")");
  }
  sentence.append(": ").append(finding.message);
  if (!finding.path.empty()) {
    sentence.append(", at ").append(place_of(finding.path, finding.entry));
  }
  return sentence.append(". ").append(finding.rule->fix);
}

bool reaches(const LocationReport& report, Severity severity) {
  return std::ranges::any_of(report.nodes, [&](const ReportedNode& node) {
    return std::ranges::any_of(node.findings,
                               [&](const ReportedFinding& finding) { return finding.severity >= severity; });
  });
}

void SeverityCounts::add(const LocationReport& report) {
  for (const ReportedNode& node : report.nodes) {
    for (const ReportedFinding& finding : node.findings) {
      ++(finding.severity == Severity::error ? errors : finding.severity == Severity::warning ? warnings : infos);
    }
  }
}

std::string to_string(const SeverityCounts& counts) {
  std::string text;
  for (const auto& [count, name] :
       {std::pair(counts.errors, "error"), std::pair(counts.warnings, "warning"), std::pair(counts.infos, "info")}) {
    if (count > 0) {
      text.append(text.empty() ? "" : ", ").append(std::to_string(count)).append(" ").append(name);
      text.append(count > 1 ? "s" : "");
    }
  }
  return text.empty() ? "no findings" : text;
}

}  // namespace wasm_oci::cli
