#include "oci/validate/rule.hpp"

#include "oci/clients/client.hpp"

#include <algorithm>
#include <array>
#include <ranges>
#include <vector>

namespace wasm_oci {
namespace {

std::string to_upper(std::string_view text) {
  std::string upper(text);
  std::ranges::transform(upper, upper.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return upper;
}

bool lists(std::string_view clients, std::string_view client) {
  return std::ranges::any_of(std::views::split(clients, ','),
                             [&](const auto& name) { return std::string_view(name.begin(), name.end()) == client; });
}

// "error for docker, podman; warning for the others".
std::string severities(const Rule& rule) {
  std::string text;
  for (const Severity severity : {Severity::error, Severity::warning, Severity::info}) {
    std::string clients;
    for (const Client& client : all_clients()) {
      if (rule.severity != severity && severity_for(rule, client.name) == severity) {
        clients.append(clients.empty() ? "" : ", ").append(client.name);
      }
    }
    if (!clients.empty()) {
      text.append(text.empty() ? "" : "; ").append(to_string(severity)).append(" for ").append(clients);
    }
  }
  if (rule.severity == Severity::none) {
    return text;
  }
  return text.empty() ? std::string(to_string(rule.severity))
                      : text + "; " + std::string(to_string(rule.severity)) + " for the others";
}

}  // namespace

std::string_view to_string(Severity severity) {
  static constexpr std::array<std::string_view, 4> kNames = {"none", "info", "warning", "error"};
  return kNames.at(static_cast<std::size_t>(severity));
}

std::span<const Rule* const> all_rules() {
  static const std::vector<const Rule*> rules = [] {
    std::vector<const Rule*> all;
    for (const std::span<const Rule> family :
         {document_rules(), index_rules(), manifest_rules(), config_rules(), environment_rules()}) {
      for (const Rule& rule : family) {
        all.push_back(&rule);
      }
    }
    return all;
  }();
  return rules;
}

const Rule* find_rule(std::string_view id_or_name) {
  const auto found = std::ranges::find_if(all_rules(), [&](const Rule* rule) {
    return rule->name == id_or_name || to_upper(rule->id) == to_upper(id_or_name);
  });
  return found == all_rules().end() ? nullptr : *found;
}

bool is_like_rule_id(std::string_view text) {
  constexpr std::size_t kLetters = 3;
  const std::string upper = to_upper(text);
  const std::string_view family = std::string_view(upper).substr(0, kLetters);
  if (std::ranges::none_of(all_rules(), [&](const Rule* rule) { return rule->id.substr(0, kLetters) == family; })) {
    return false;
  }
  std::string_view number = std::string_view(upper).substr(kLetters);
  number.remove_prefix(number.starts_with('-') ? 1 : 0);
  number.remove_suffix(number.size() > 1 && number.back() >= 'A' && number.back() <= 'Z' ? 1 : 0);
  return !number.empty() && std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_hint(const Rule& rule) { return rule.severity == Severity::none && rule.clients.empty(); }

Severity severity_for(const Rule& rule, std::string_view client) {
  for (const SeverityFor& one : rule.clients) {
    if (lists(one.clients, client)) {
      return one.severity;
    }
  }
  return rule.severity;
}

std::string page_of(const Rule& rule) {
  std::string page = "# ";
  page.append(rule.id).append(" ").append(rule.name).append("\n\n");
  page.append(rule.checks).append("\n\n");
  page.append("**Severity**: ").append(is_hint(rule) ? "none, a hint" : severities(rule)).append(".\n\n");
  page.append("**Why**: ").append(rule.why).append("\n\n");
  page.append("**Fix**: ").append(rule.fix).append("\n");
  return page;
}

}  // namespace wasm_oci
