#include "registry/scope.hpp"

#include <algorithm>

namespace wasm_oci {
namespace {

constexpr std::size_t kMaxScopes = 32;

}  // namespace

ScopeSet::ScopeSet(std::span<const Scope> scopes) {
  for (const Scope& scope : scopes) {
    Actions actions;
    if (scope.pull) {
      actions.emplace("pull");
    }
    if (scope.push) {
      actions.emplace("push");
    }
    if (scope.remove) {
      actions.emplace("delete");
    }
    add("repository:" + scope.repository, actions);
  }
}

ScopeSet ScopeSet::parse(std::string_view text) {
  ScopeSet set;
  for (std::size_t count = 0; !text.empty() && count < kMaxScopes; ++count) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    // The name may be "host:5000/app", so type and actions are cut off at the outermost colons.
    const std::size_t first = word.find(':');
    const std::size_t last = word.rfind(':');
    if (first == last || first == 0 || last == first + 1) {
      continue;
    }
    Actions actions;
    for (std::string_view rest = word.substr(last + 1); !rest.empty();) {
      const std::string_view action = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(action.size() + 1, rest.size()));
      if (!action.empty()) {
        actions.emplace(action);
      }
    }
    set.add(word.substr(0, last), actions);
  }
  return set;
}

ScopeSet ScopeSet::merged_with(const ScopeSet& other) const {
  ScopeSet merged = *this;
  for (const auto& [resource, actions] : other.resources_) {
    merged.add(resource, actions);
  }
  return merged;
}

ScopeSet ScopeSet::for_challenge(const ScopeSet& wanted, const ScopeSet& challenged) {
  ScopeSet asked;
  for (const auto& [resource, actions] : wanted.resources_) {
    Actions needed = actions;
    if (const Actions* said = challenged.find(resource); said != nullptr && !said->contains("delete")) {
      needed.erase("delete");
    }
    asked.add(resource, needed);
  }
  return asked.merged_with(challenged);
}

bool ScopeSet::covers(const ScopeSet& wanted) const {
  return std::ranges::all_of(wanted.resources_, [this](const auto& entry) {
    const Actions* actions = find(entry.first);
    return actions != nullptr && (actions->contains("*") || std::ranges::includes(*actions, entry.second));
  });
}

std::vector<std::string> ScopeSet::strings() const {
  std::vector<std::string> texts;
  for (const auto& [resource, actions] : resources_) {
    std::string text = resource;
    char separator = ':';
    for (const std::string& action : actions) {
      text += separator + action;
      separator = ',';
    }
    texts.push_back(std::move(text));
  }
  return texts;
}

void ScopeSet::add(std::string_view resource, const Actions& actions) {
  if (actions.empty()) {
    return;
  }
  auto found = std::ranges::find(resources_, resource, &std::pair<std::string, Actions>::first);
  if (found == resources_.end()) {
    found = resources_.emplace(found, std::string(resource), Actions());
  }
  found->second.insert(actions.begin(), actions.end());
  if (found->second.contains("*")) {
    found->second = {"*"};
  }
}

const ScopeSet::Actions* ScopeSet::find(std::string_view resource) const {
  const auto found = std::ranges::find(resources_, resource, &std::pair<std::string, Actions>::first);
  return found == resources_.end() ? nullptr : &found->second;
}

}  // namespace wasm_oci
