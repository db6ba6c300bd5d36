#include "cli/rule_pages.hpp"

#include "cli/output.hpp"
#include "cli/table.hpp"
#include "oci/error.hpp"
#include "oci/reference.hpp"
#include "oci/text.hpp"
#include "oci/validate/rule.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string_view>
#include <vector>

namespace wasm_oci::cli {
namespace {

constexpr std::size_t kLetters = 3;  // of a family
constexpr std::size_t kDigits = 3;

// "idx5" and "IDX-005" as ids are written: "idx005".
std::string as_id(std::string_view text) {
  std::string id(text);
  std::erase(id, '-');
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto digits = static_cast<std::size_t>(std::ranges::count_if(id, is_digit));
  return id.insert(kLetters, digits < kDigits ? kDigits - digits : 0, '0');
}

// "IDX005"; of several that are as near "IDX009, IDX019 or IDX029".
std::string nearest_rules(std::string_view text) {
  constexpr std::size_t kMost = 3;
  const std::string meant = to_lower(as_id(text));
  std::vector<std::string_view> found;
  std::size_t least = std::numeric_limits<std::size_t>::max();
  for (const Rule* const rule : all_rules()) {
    const std::string id = to_lower(rule->id);
    const std::size_t distance = edit_distance(meant, id);
    if (!id.starts_with(meant.substr(0, kLetters)) || distance > least) {
      continue;
    }
    if (distance < least) {
      least = distance;
      found.clear();
    }
    if (found.size() < kMost) {
      found.push_back(rule->id);
    }
  }
  std::string list;
  for (std::size_t i = 0; i < found.size(); ++i) {
    list.append(i == 0 ? "" : i + 1 == found.size() ? " or " : ", ").append(found[i]);
  }
  return list;
}

[[noreturn]] void refuse_unknown(const std::string& id) {
  std::string hint = "did you mean " + nearest_rules(id) + "? wasm-oci explain --rules lists all";
  try {
    const Reference reference = parse_reference(id);
    hint += "; an image that is called so is " + Reference{.host = reference.host, .path = reference.path}.str();
  } catch (const UsageError&) {  // NOLINT(bugprone-empty-catch): with capital letters it is the name of no image
  }
  throw UsageError("there is no rule " + excerpt(id), hint);
}

void write(JsonWriter& json, const Rule& rule) {
  json.begin_object().member("rule", rule.id).member("name", rule.name).key("severities").begin_object();
  for (const Client& client : all_clients()) {
    json.member(client.name, to_string(severity_for(rule, client.name)));
  }
  json.end_object().member("checks", rule.checks).member("why", rule.why).member("fix", rule.fix).end_object();
}

std::string_view worst_severity(const Rule& rule, std::span<const AskedClient> clients) {
  Severity worst = Severity::none;
  for (const AskedClient& asked : clients) {
    worst = std::max(worst, severity_for(rule, asked.client->name));
  }
  return is_hint(rule) ? "hint" : to_string(worst);
}

}  // namespace

bool speaks_of_rule(const std::string& argument) {
  // The names of rules without a hyphen are words, which images have for names.
  return is_like_rule_id(argument) || (argument.contains('-') && find_rule(argument) != nullptr);
}

void print_rule(const Context& context, const std::string& argument) {
  const Rule* const rule = find_rule(argument);
  if (rule == nullptr) {
    refuse_unknown(argument);
  }
  if (context.options.format == Format::json) {
    print_json(context, [&](JsonWriter& json) { write(json, *rule); });
    return;
  }
  print_text(context, page_of(*rule));
}

void print_rules(const Context& context, std::span<const AskedClient> clients) {
  if (context.options.format == Format::json) {
    print_json(context, [&](JsonWriter& json) {
      json.begin_array();
      for (const Rule* const rule : all_rules()) {
        write(json, *rule);
      }
      json.end_array();
    });
    return;
  }
  Table table({"RULE", "SEVERITY", "NAME"});
  for (const Rule* const rule : all_rules()) {
    table.add({std::string(rule->id), std::string(worst_severity(*rule, clients)), std::string(rule->name)});
  }
  print_text(context, table.text());
}

}  // namespace wasm_oci::cli
