#include "cli/all_tags.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/options.hpp"
#include "cli/locations.hpp"
#include "cli/ordered_work.hpp"
#include "cli/output.hpp"
#include "cli/parsed.hpp"
#include "cli/validation.hpp"
#include "cli/validation_print.hpp"
#include "oci/error.hpp"
#include "oci/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wasm_oci::cli {

namespace {

constexpr std::array<std::string_view, 4> kFormats = {"text", "json", "sarif", "github"};
constexpr std::array<std::string_view, 3> kFailOn = {"error", "warning", "never"};

Severity threshold(const Parsed& parsed) {
  const std::string fail_on = parsed.value("fail-on").value_or("error");
  return fail_on == "warning" ? Severity::warning : Severity::error;
}

std::unique_ptr<ValidationPrinter> make_printer(const Parsed& parsed, const Context& context) {
  const std::string format = parsed.value("format").value_or("text");
  return format == "json"     ? make_json_printer(context)
         : format == "sarif"  ? make_sarif_printer(context)
         : format == "github" ? make_github_printer(context)
                              : make_text_printer(context, threshold(parsed));
}

ValidationRequest read_request(const Parsed& parsed) {
  ValidationRequest request{.shallow = parsed.flag("shallow"),
                            .clients = read_clients(parsed),
                            .served = read_platforms(parsed, "require-platform")};
  for (const std::string& id : parsed.values("ignore")) {
    const Rule* const rule = find_rule(id);
    if (rule == nullptr) {
      throw UsageError("there is no rule " + excerpt(id),
                       "wasm-oci explain --rules lists them; wasm-oci explain IDX005 tells of one");
    }
    request.ignored.insert(rule);
  }
  return request;
}

ExitCode run(const Parsed& parsed, Context& context) {
  const ValidationRequest request = read_request(parsed);
  std::vector<Location> named;
  for (const std::string& argument : parsed.arguments()) {
    named.push_back(parse_location(argument));
  }
  const auto is_document = [](const Location& one) { return std::holds_alternative<FileLocation>(one); };
  if (!request.served.empty() && std::ranges::any_of(named, is_document)) {
    throw UsageError("--require-platform needs what a document leads to, and a file is one alone",
                     "name a registry, a layout (oci:DIR) or an archive (oci-archive:FILE)");
  }
  Locations locations(context, named, false);
  std::vector<Subject> subjects;
  if (parsed.flag("all-tags")) {
    for (const std::string& argument : parsed.arguments()) {
      std::ranges::move(all_of(argument, locations, context), std::back_inserter(subjects));
    }
  } else {
    std::ranges::transform(named, std::back_inserter(subjects),
                           [](Location& location) { return Subject{.location = std::move(location)}; });
  }
  Validation validation(context, locations, request);
  const std::unique_ptr<ValidationPrinter> printer = make_printer(parsed, context);
  ExitCode code = ExitCode::ok;
  bool is_whole = true;
  OrderedWork<LocationReport> work(subjects.size(), context.options.jobs,
                                   [&](std::size_t i) { return validation.look_at(subjects[i]); });
  work.take_all([&](const LocationReport& report) {
    if (report.failure) {
      print_error(context.display, context.color, *report.failure);
      code = worse(code, exit_code(report.failure->kind()));
      is_whole = false;
      return;
    }
    printer->add(report);
    if (parsed.value("fail-on") != "never" && reaches(report, threshold(parsed))) {
      code = worse(code, ExitCode::gate);
    }
  });
  printer->finish(is_whole);
  return code;
}

constexpr std::array<Example, 5> kExamples = {
    {{"Everything about an image or index", "wasm-oci validate me/app:1.0"},
     {"As a gate: Docker and podman must take an image for wasi/wasm",
      "wasm-oci validate me/app:1.0 --for docker,podman --require-platform wasi/wasm"},
     {"All tags of a repository, manifests alone", "wasm-oci validate --all-tags --shallow me/app"},
     {"Everything in an archive", "wasm-oci validate --all-tags oci-archive:app.tar"},
     {"In a workflow of GitHub", "wasm-oci validate oci:layout --format github --fail-on warning"}}};
constexpr std::array kArguments = {
    Argument{.name = "LOCATION", .max = Argument::kUnlimited, .completion = Completion::location}};
constexpr std::array kOptions = {
    Option{.name = "all-tags",
           .help = "Validate every tag of the repository (local:REPO: in the local store), or everything in the layout "
                   "or archive"},
    Option{.name = "fail-on",
           .value = "error|warning|never",
           .help = "From which severity on to exit with 3 (default error)",
           .takes = Takes::one,
           .completion = Completion::choice,
           .choices = kFailOn},
    Option{.name = "for",
           .value = "CLIENT[,CLIENT...]",
           .help = "The clients that it has to work for (default: those that the content is meant for, of an image "
                   "docker, containerd, podman)",
           .takes = Takes::list},
    Option{.name = "format",
           .value = "text|json|sarif|github",
           .help = "What to print on standard output",
           .takes = Takes::one,
           .completion = Completion::choice,
           .choices = kFormats},
    Option{.name = "ignore", .value = "RULE[,RULE...]", .help = "Leave these rules out", .takes = Takes::list},
    Option{.name = "require-platform",
           .value = "P[,P...]",
           .help = "Each of these clients must take an image for each of these platforms",
           .takes = Takes::list,
           .completion = Completion::platform},
    Option{.name = "shallow", .help = "Look at indexes and manifests only, at no config and no layer"}};

}  // namespace

constexpr Command kValidateCommand{
    .name = "validate",
    .summary = "Check images and indexes by the rules of their clients",
    .details =
        "Reads indexes, manifests, configs and layers, and tells what breaks which client, with what mends it. "
        "Findings at or above --fail-on exit with 3. Artifacts, attestations and what is not known are judged "
        "by their own rules. The rules: wasm-oci explain --rules; what one is about: wasm-oci explain IDX005.",
    .examples = kExamples,
    .arguments = kArguments,
    .options = kOptions,
    .group = Group::everyday,
    .run = run};

}  // namespace wasm_oci::cli
