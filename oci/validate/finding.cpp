#include "oci/validate/finding.hpp"

#include <algorithm>
#include <stdexcept>

namespace wasm_oci {

void Findings::add(std::string_view rule, const Place& place, std::string path, std::string message, Severity at_most) {
  const Rule* const known = find_rule(rule);
  if (known == nullptr) {
    throw std::logic_error("no rule " + std::string(rule));
  }
  Count& count = counts_[{known, place.document ? place.document->str() : std::string()}];
  if (++count.found > kMostOfOneRule) {
    findings_.at(count.last).message = std::to_string(count.found - kMostOfOneRule + 1) + " more of these";
    return;
  }
  count.last = findings_.size();
  findings_.push_back(
      {.rule = known, .at_most = at_most, .place = place, .path = std::move(path), .message = std::move(message)});
}

void Findings::drop_what_is_in(const Findings& others) {
  std::erase_if(findings_, [&](const Finding& finding) {
    return std::ranges::find(others.findings_, finding) != others.findings_.end();
  });
}

bool Findings::has_error(const Place& place) const {
  return std::ranges::any_of(findings_, [&](const Finding& finding) {
    return finding.place.document == place.document && finding.at_most == Severity::error &&
           finding.rule->severity == Severity::error;
  });
}

std::vector<Judged> judge(const Findings& findings, std::span<const std::string_view> clients) {
  std::vector<Judged> all;
  for (const Finding& finding : findings.all()) {
    Judged judged{.finding = &finding, .severity = Severity::none, .clients = {}};
    for (const std::string_view client : clients) {
      const Severity severity = std::min(severity_for(*finding.rule, client), finding.at_most);
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
