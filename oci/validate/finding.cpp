#include "oci/validate/finding.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace wasm_oci {

namespace {

const Rule& rule_of(std::string_view id) {
  const Rule* const rule = find_rule(id);
  if (rule == nullptr) {
    throw std::logic_error("no rule " + std::string(id));
  }
  return *rule;
}

}  // namespace

void Findings::add(std::string_view rule, const Place& place, std::string path, std::string message, Severity at_most) {
  add({.rule = &rule_of(rule),
       .at_most = at_most,
       .place = place,
       .path = std::move(path),
       .message = std::move(message)});
}

void Findings::add_for(std::vector<std::string_view> clients, std::string_view rule, const Place& place,
                       std::string path, std::string message, Severity at_most) {
  add({.rule = &rule_of(rule),
       .at_most = at_most,
       .place = place,
       .path = std::move(path),
       .message = std::move(message),
       .only_for = std::move(clients)});
}

void Findings::add(Finding finding) {
  Count& count = counts_[{finding.rule, finding.place.document ? finding.place.document->str() : std::string()}];
  if (++count.found <= kMostOfOneRule) {
    count.last = findings_.size();
    findings_.push_back(std::move(finding));
    return;
  }
  Finding& last = findings_.at(count.last);
  last.message = std::to_string(count.found - kMostOfOneRule + 1) + " more of these";
  last.at_most = std::max(last.at_most, finding.at_most);
  if (finding.only_for.empty()) {
    last.only_for.clear();
  } else if (!last.only_for.empty()) {
    std::ranges::copy(finding.only_for, std::back_inserter(last.only_for));
  }
}

void Findings::drop_what_is_in(const Findings& others) {
  std::erase_if(findings_, [&](const Finding& finding) {
    return std::ranges::find(others.findings_, finding) != others.findings_.end();
  });
}

bool Findings::has_error(const Place& place) const {
  return std::ranges::any_of(findings_, [&](const Finding& finding) {
    return finding.place.document == place.document && finding.at_most == Severity::error && finding.only_for.empty() &&
           finding.rule->severity == Severity::error;
  });
}

Severity severity_for(const Finding& finding, std::string_view client) {
  const bool matters =
      finding.only_for.empty() || std::ranges::find(finding.only_for, client) != finding.only_for.end();
  return matters ? std::min(severity_for(*finding.rule, client), finding.at_most) : Severity::none;
}

std::vector<Judged> judge(const Findings& findings, std::span<const std::string_view> clients) {
  std::vector<Judged> all;
  for (const Finding& finding : findings.all()) {
    Judged judged{.finding = &finding, .severity = Severity::none, .clients = {}};
    for (const std::string_view client : clients) {
      const Severity severity = severity_for(finding, client);
      judged.severity = std::max(judged.severity, severity);
      if (severity != Severity::none) {
        judged.clients.push_back(client);
      }
    }
    if (judged.severity != Severity::none) {
      all.push_back(std::move(judged));
    }
  }
  return all;
}

}  // namespace wasm_oci
