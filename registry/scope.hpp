// What a token is asked to allow: "repository:me/app:pull,push".
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wasm_oci {

// What one request needs of one repository. A request that mounts a blob needs two: the target's first.
struct Scope {
  std::string repository;  // without the host
  bool pull = false;
  bool push = false;
  bool remove = false;  // "delete" on the wire

  bool operator==(const Scope&) const = default;
};

// Scopes merged by resource ("repository:me/app"), each with a sorted set of actions. The resources keep the order in
// which they were added, because some registries look at the first one only; for comparing, order means nothing.
class ScopeSet {
 public:
  ScopeSet() = default;
  explicit ScopeSet(std::span<const Scope> scopes);
  // As a challenge writes them, separated by blanks; what is no TYPE:NAME:ACTIONS is left out. NAME may hold colons.
  // At most 32 are read.
  static ScopeSet parse(std::string_view text);

  // These and those of `other`.
  ScopeSet merged_with(const ScopeSet& other) const;
  // What to ask for: `wanted` with what a challenge says is needed. "delete" stays out where the challenge names the
  // repository without it: Quay deletes with "push" and gives no token at all to who asks for "delete".
  static ScopeSet for_challenge(const ScopeSet& wanted, const ScopeSet& challenged);

  // Whether a token for these allows everything in `wanted`. "*" stands for every action.
  bool covers(const ScopeSet& wanted) const;
  // "repository:me/app:pull,push" for each resource.
  std::vector<std::string> strings() const;
  bool empty() const { return resources_.empty(); }

 private:
  using Actions = std::set<std::string, std::less<>>;

  void add(std::string_view resource, const Actions& actions);
  const Actions* find(std::string_view resource) const;

  std::vector<std::pair<std::string, Actions>> resources_;
};

}  // namespace wasm_oci
