#include "oci/clients/explain.hpp"

#include "cli/check_with.hpp"
#include "cli/choice_table.hpp"
#include "cli/choices.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/options.hpp"
#include "cli/locations.hpp"
#include "cli/output.hpp"
#include "cli/parsed.hpp"
#include "cli/rule_pages.hpp"
#include "oci/error.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wasm_oci::cli {

namespace {

// What --for names, each once, else all; and what is checked.
std::vector<AskedClient> clients_to_ask(const Parsed& parsed, const std::vector<CheckingProgram>& programs) {
  std::vector<AskedClient> clients;
  for (const std::string& text : parsed.values("for")) {
    const Client& client = find_client(text);
    AskedClient asked{.client = &client,
                      .label = std::string(client.name) + text.substr(std::min(text.find('@'), text.size()))};
    if (std::ranges::find(clients, asked) == clients.end()) {
      clients.push_back(std::move(asked));
    }
  }
  if (clients.empty()) {
    for (const Client& client : all_clients()) {
      clients.push_back({.client = &client, .label = std::string(client.name)});
    }
  }
  for (const CheckingProgram& program : programs) {
    if (std::ranges::find(clients, program.client.client, &AskedClient::client) == clients.end()) {
      clients.push_back(program.client);
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

bool is_plain(std::string_view text, std::string_view also) {
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || also.contains(c);
  });
}

// What podman and skopeo call an image in a layout or an archive, for a line that people paste into a shell; empty
// where that would read it otherwise.
std::string layout_to_paste(const Location& location) {
  std::string prefix = "oci:";
  std::string path;
  std::optional<std::string> name;
  if (const auto* const layout = std::get_if<LayoutLocation>(&location); layout != nullptr && !layout->digest) {
    path = layout->path;
    name = layout->name;
  } else if (const auto* const archive = std::get_if<ArchiveLocation>(&location);
             archive != nullptr && archive->format == ArchiveFormat::oci && !archive->digest && archive->path != "-") {
    prefix = "oci-archive:";
    path = archive->path;
    name = archive->name;
  }
  return name && is_plain(path, "_./-") && is_plain(*name, "_./-:") ? prefix + path + ":" + *name : "";
}

ExitCode run(const Parsed& parsed, Context& context) {
  if (parsed.flag("rules")) {
    if (!parsed.arguments().empty()) {
      throw UsageError("--rules lists all rules and takes no argument", "one of them: wasm-oci explain IDX005");
    }
    print_rules(context, clients_to_ask(parsed, {}));
    return ExitCode::ok;
  }
  if (parsed.arguments().empty()) {
    throw UsageError("explain: LOCATION|RULE is missing", "wasm-oci explain --rules lists the rules");
  }
  const std::string& argument = parsed.arguments().front();
  if (speaks_of_rule(argument)) {
    print_rule(context, argument);
    return ExitCode::ok;
  }
  const std::array named = {parse_location(argument)};
  const bool is_local = std::holds_alternative<LocalLocation>(named.front());
  const CheckedLocation place{.location = named.front(), .local_store = is_local ? local_store_path(context) : ""};
  const std::vector<CheckingProgram> programs = find_programs(context, parsed.values("check-with"), place);
  require_one_to_ask(context, programs);
  const std::vector<AskedClient> clients = clients_to_ask(parsed, programs);
  const std::vector<Platform> platforms = platforms_to_ask(parsed);
  Locations locations(context, named, false);
  const SourceImage source = locations.find(named.front());
  ExplainRequest request{.name = "REF",
                         .repository = "REF",
                         .is_plain_http = locations.speaks_plain_http(named.front()),
                         .location = layout_to_paste(named.front()),
                         .platforms = platforms,
                         .clients = clients,
                         .older_versions = parsed.values("for").empty()};
  request.is_document = std::holds_alternative<FileLocation>(named.front());
  // Clients cannot name what is in a layout or an archive, whatever it is called there.
  if (source.reference && (is_local || std::holds_alternative<RegistryLocation>(named.front()))) {
    Reference repository = *source.reference;
    request.name = repository.familiar();
    repository.tag.reset();
    repository.digest.reset();
    request.repository = repository.familiar();
  }
  ChoiceGroups groups;
  explain(*source.store, source.root, request, [&](const Explanation& explanation) { add(groups, explanation); });
  check_with(programs,
             {.store = *source.store, .root = source.root, .location = place, .plain_http = request.is_plain_http},
             groups);
  const ExitCode code = has_disagreement(groups) ? ExitCode::gate : ExitCode::ok;
  if (context.options.format == Format::json) {
    print_json(context, [&](JsonWriter& json) {
      json.begin_object().member("name", source.name).member("digest", source.root.digest.str()).key("choices");
      write_choices(json, groups);
      json.end_object();
    });
    return code;
  }
  print_line(context, with_digest(source.name, source.root.digest));
  // Of one or two it would say nothing more than the details.
  if (clients.size() > 2) {
    print_choice_table(context, groups, clients);
    print_choices(context, groups, "Details for ");
  } else {
    print_choices(context, groups);
  }
  if (is_local) {
    print_note(context, "clients find it when it is pushed: wasm-oci push " + request.name);
  }
  return code;
}

constexpr std::array<Example, 7> kExamples = {
    {{"What every client takes, for this machine and for wasi/wasm", "wasm-oci explain me/app:1.0"},
     {"What a rule is about", "wasm-oci explain IDX005"},
     {"Which rules there are", "wasm-oci explain --rules"},
     {"Why Kubernetes does not run it", "wasm-oci explain me/app:1.0 --for kubernetes --platform wasi/wasm"},
     {"With the containerd that its nodes have", "wasm-oci explain me/app:1.0 --for kubernetes@2.2"},
     {"Whether the installed programs do so", "wasm-oci explain me/app:1.0 --check-with podman,skopeo"},
     {"For a script", "wasm-oci explain me/app:1.0 --for docker,podman --format json"}}};
constexpr std::array kArguments = {Argument{.name = "LOCATION|RULE", .min = 0, .completion = Completion::location}};
constexpr std::array<std::string_view, 4> kPrograms = {"docker", "podman", "skopeo", "ctr"};
constexpr std::array kOptions = {
    Option{.name = "for",
           .value = "CLIENT[,CLIENT...]",
           .help =
               "Explain these: docker, docker-classic, containerd, kubernetes, crio, podman, skopeo, buildkit, crane, "
               "istio, envoy-gateway, regctl, oras, wkg, wash, spin, runwasi-layers; of docker, containerd, kubernetes "
               "(by "
               "its containerd), podman, skopeo and crio also a version: containerd@1.7",
           .takes = Takes::list},
    Option{.name = "platform",
           .value = "P",
           .help = "What is wanted of them (default this machine's, and wasi/wasm)",
           .takes = Takes::one,
           .completion = Completion::platform},
    Option{
        .name = "check-with",
        .value = "PROGRAM[,PROGRAM...]",
        .help =
            "Ask these as well: docker, podman, skopeo, ctr; at least one has to be there. docker pulls the image by "
            "digest and removes it again; podman and ctr fetch it into a place of their own",
        .takes = Takes::list,
        .completion = Completion::choice,
        .choices = kPrograms},
    Option{.name = "rules", .help = "List the rules of validate, each as severe as the worst of --for takes it"}};

}  // namespace

constexpr Command kExplainCommand{
    .name = "explain",
    .summary = "Tell which image each client takes, and why; or what a rule is about",
    .details =
        "Runs the rules by which Docker, containerd, podman, Kubernetes and others choose "
        "from an index, and tells what they do with what they take. That nothing is taken "
        "is an answer, and no failure; that a program of --check-with does otherwise is one "
        "(exit code 3).",
    .examples = kExamples,
    .arguments = kArguments,
    .options = kOptions,
    .run = run};

}  // namespace wasm_oci::cli
