#include "oci/clients/explain.hpp"

#include "cli/commands/commands.hpp"
#include "cli/commands/options.hpp"
#include "cli/locations.hpp"
#include "cli/output.hpp"
#include "cli/parsed.hpp"
#include "oci/error.hpp"
#include "oci/text.hpp"
#include "oci/validate/rule.hpp"

#include <algorithm>
#include <array>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wasm_oci::cli {

namespace {

// Of a large index text shows the first entries that were passed over; JSON has all.
constexpr std::size_t kMostPassedOver = 20;

std::string shown(const Descriptor& entry) {
  return entry.digest.str() + (entry.platform ? " (" + excerpt(format_all(*entry.platform), 60) + ")" : "");
}

// Clients that take the same for the same reasons, each with what it does then.
struct Group {
  Platform wanted;
  Choice choice;
  std::string reason;
  std::vector<std::pair<const Client*, Outlook>> clients = {};
};

// What the choices of a large index say of its entries is held once for each group.
class Groups {
 public:
  void add(const Explanation& explanation) {
    auto group = std::ranges::find_if(groups_, [&](const Group& other) {
      return other.wanted == explanation.wanted && other.reason == explanation.reason &&
             other.choice == explanation.choice;
    });
    if (group == groups_.end()) {
      group = groups_.insert(
          group, {.wanted = explanation.wanted, .choice = explanation.choice, .reason = explanation.reason});
    }
    group->clients.emplace_back(explanation.client, explanation.outlook);
  }

  std::span<const Group> all() const { return groups_; }

 private:
  std::vector<Group> groups_;
};

std::string titles(const Group& group) {
  std::string titles;
  for (std::size_t i = 0; i < group.clients.size(); ++i) {
    titles.append(i == 0 ? "" : i + 1 == group.clients.size() ? " and " : ", ").append(group.clients[i].first->title);
  }
  return titles;
}

void print_outlook(const Context& context, std::string_view client, const Outlook& outlook) {
  print_line(context, "    " + std::string(client) + ": " + outlook.next);
  for (const auto line : std::views::split(outlook.command, '\n')) {
    print_line(context, "      " + std::string(line.begin(), line.end()));
  }
}

void print_group(const Context& context, const Group& group) {
  const bool one = group.clients.size() == 1;
  const Choice& choice = group.choice;
  print_line(context, "  " + titles(group) +
                          (choice.asked == group.wanted
                               ? ""
                               : std::string(one ? ", which asks" : ", which ask") + " for " + format(choice.asked)));
  print_line(context, std::string(one ? "    takes " : "    take ") +
                          (choice.taken ? shown(*choice.taken) : "nothing") + ": " + group.reason);
  std::size_t count = 0;
  for (const PassedOver& passed : choice.passed_over) {
    if (count++ == kMostPassedOver) {
      print_line(context, "    not " + std::to_string(choice.passed_over.size() - kMostPassedOver) + " more");
      break;
    }
    print_line(context, "    not " + shown(passed.entry) + ": it " + passed.reason);
  }
  for (const auto& [client, outlook] : group.clients) {
    if (!outlook.next.empty()) {
      print_outlook(context, client->title, outlook);
    }
  }
}

void print_groups(const Context& context, std::span<const Group> groups) {
  const Platform* wanted = nullptr;
  for (const Group& group : groups) {
    print_line(context, "");
    if (wanted == nullptr || *wanted != group.wanted) {
      print_line(context, "For " + format(group.wanted));
      print_line(context, "");
    }
    wanted = &group.wanted;
    print_group(context, group);
  }
}

void write_entry(JsonWriter& json, const Descriptor& entry) {
  json.member("digest", entry.digest.str());
  if (entry.platform) {
    json.member("platform", format(*entry.platform));
  }
}

void write_choice(JsonWriter& json, const Group& group, const Client& client, const Outlook& outlook) {
  json.begin_object().member("client", client.name).member("platform", format(group.wanted));
  json.member("asked", format(group.choice.asked)).key("chosen");
  if (group.choice.taken) {
    json.begin_object();
    write_entry(json, *group.choice.taken);
    json.end_object();
  } else {
    json.null();
  }
  json.key("passedOver").begin_array();
  for (const PassedOver& passed : group.choice.passed_over) {
    json.begin_object();
    write_entry(json, passed.entry);
    json.member("reason", passed.reason).end_object();
  }
  json.end_array();
  json.member("reason", group.reason)
      .member("works", outlook.works)
      .member("next", outlook.next)
      .member("command", outlook.command)
      .end_object();
}

void write_choices(JsonWriter& json, std::span<const Group> groups) {
  json.begin_array();
  for (const Group& group : groups) {
    for (const auto& [client, outlook] : group.clients) {
      write_choice(json, group, *client, outlook);
    }
  }
  json.end_array();
}

std::vector<const Client*> clients_to_ask(const Parsed& parsed) {
  std::vector<const Client*> clients = read_clients(parsed);
  if (clients.empty()) {
    for (const Client& client : all_clients()) {
      clients.push_back(&client);
    }
  }
  return clients;
}

std::vector<Platform> platforms_to_ask(const Parsed& parsed) {
  if (const std::optional<std::string> platform = parsed.value("platform")) {
    return {read_platform(*platform)};
  }
  return {host_platform(), usual_wasm_platform()};
}

ExitCode explain_rule(const Context& context, const std::string& id) {
  const Rule* const rule = find_rule(id);
  if (rule == nullptr) {
    throw UsageError("there is no rule " + id);
  }
  if (context.options.format != Format::json) {
    print_text(context, page_of(*rule));
    return ExitCode::ok;
  }
  print_json(context, [&](JsonWriter& json) {
    json.begin_object().member("rule", rule->id).member("name", rule->name).key("severities").begin_object();
    for (const Client& client : all_clients()) {
      json.member(client.name, to_string(severity_for(*rule, client.name)));
    }
    json.end_object().member("checks", rule->checks).member("why", rule->why).member("fix", rule->fix).end_object();
  });
  return ExitCode::ok;
}

ExitCode run(const Parsed& parsed, Context& context) {
  if (is_rule_id(parsed.arguments().front())) {
    return explain_rule(context, parsed.arguments().front());
  }
  const std::vector<const Client*> clients = clients_to_ask(parsed);
  const std::vector<Platform> platforms = platforms_to_ask(parsed);
  const std::array named = {parse_location(parsed.arguments().front())};
  Locations locations(context, named, false);
  const SourceImage source = locations.find(named.front());
  ExplainRequest request{.name = "REF", .repository = "REF", .platforms = platforms, .clients = clients};
  if (source.reference) {  // else clients cannot name it: it is in a file
    Reference repository = *source.reference;
    request.name = repository.familiar();
    repository.tag.reset();
    repository.digest.reset();
    request.repository = repository.familiar();
  }
  Groups groups;
  explain(*source.store, source.root, request, [&](const Explanation& explanation) { groups.add(explanation); });
  if (context.options.format == Format::json) {
    print_json(context, [&](JsonWriter& json) {
      json.begin_object().member("name", source.name).member("digest", source.root.digest.str()).key("choices");
      write_choices(json, groups.all());
      json.end_object();
    });
    return ExitCode::ok;
  }
  print_line(context, source.name + "@" + source.root.digest.str());
  print_groups(context, groups.all());
  if (std::holds_alternative<LocalLocation>(named.front())) {
    print_note(context, "clients find it when it is pushed: wasm-oci push " + request.name);
  }
  return ExitCode::ok;
}

constexpr std::array<Example, 4> kExamples = {
    {{"What every client takes, for this machine and for wasi/wasm", "wasm-oci explain me/app:1.0"},
     {"What a rule is about", "wasm-oci explain IDX005"},
     {"Why Kubernetes does not run it", "wasm-oci explain me/app:1.0 --for kubernetes --platform wasi/wasm"},
     {"For a script", "wasm-oci explain me/app:1.0 --for docker,podman --format json"}}};
constexpr std::array kArguments = {Argument{.name = "LOCATION|RULE", .completion = Completion::location}};
constexpr std::array kOptions = {
    Option{.name = "for",
           .value = "CLIENT[,CLIENT...]",
           .help =
               "Explain these: docker, docker-classic, containerd, kubernetes, crio, podman, skopeo, buildkit, crane, "
               "istio, envoy-gateway, regctl, oras, wkg, wash, spin, runwasi-layers",
           .takes = Takes::list},
    Option{.name = "platform",
           .value = "P",
           .help = "What is wanted of them (default this machine's, and wasi/wasm)",
           .takes = Takes::one,
           .completion = Completion::platform}};

}  // namespace

constexpr Command kExplainCommand{
    .name = "explain",
    .summary = "Tell which image each client takes, and why; or what a rule is about",
    .details =
        "Runs the rules by which Docker, containerd, podman, Kubernetes and others choose "
        "from an index, and tells what they do with what they take. That nothing is taken "
        "is an answer, and no failure.",
    .examples = kExamples,
    .arguments = kArguments,
    .options = kOptions,
    .run = run};

}  // namespace wasm_oci::cli
