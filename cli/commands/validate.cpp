#include "cli/commands/commands.hpp"
#include "cli/commands/options.hpp"
#include "cli/locations.hpp"
#include "cli/ordered_work.hpp"
#include "cli/output.hpp"
#include "cli/parsed.hpp"
#include "cli/validation.hpp"
#include "cli/validation_print.hpp"
#include "oci/error.hpp"
#include "oci/store/layout_index.hpp"
#include "oci/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <set>
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

std::vector<Subject> all_tags(Reference repository, Locations& locations) {
  std::vector<std::string> tags = locations.registries().open(repository, Access::pull)->tags();
  std::ranges::sort(tags);
  std::vector<Subject> all;
  for (std::string& tag : tags) {
    repository.tag = std::move(tag);
    all.push_back({.location = RegistryLocation{repository}});
  }
  return all;
}

std::string annotation_of(const Descriptor& entry, std::string_view key) {
  const auto found = entry.annotations.find(std::string(key));
  return found == entry.annotations.end() ? "" : found->second;
}

// Whether this is understood as that name: what looks like a digest means content.
bool is_understood(const Location& location, const std::string& name) {
  try {
    return !Digest::parse(name) && parse_location(format(location)) == location;
  } catch (const UsageError&) {
    return false;
  }
}

// `at`: a layout or an archive. Each is told by what names it alone.
template <typename At>
std::vector<Subject> all_entries(const At& at, const std::shared_ptr<Store>& store,
                                 const std::vector<Descriptor>& entries) {
  std::map<std::string, int> names;
  for (const Descriptor& entry : entries) {
    ++names[annotation_of(entry, annotation::kRefName)];
  }
  std::vector<Subject> all;
  for (const Descriptor& entry : entries) {
    At one = at;
    one.name = annotation_of(entry, annotation::kRefName);
    if (names.at(*one.name) > 1 || !is_understood(one, *one.name)) {
      one.name.reset();
      one.digest = entry.digest;
    }
    all.push_back({.location = std::move(one), .store = store, .root = entry});
  }
  return all;
}

// What each entry is called in the local store that is of the repository; else empty.
std::vector<std::string> names_in(const std::string& repository, const std::vector<Descriptor>& entries) {
  std::set<std::string> ref_names;
  for (const Descriptor& entry : entries) {
    ref_names.insert(annotation_of(entry, annotation::kRefName));
  }
  std::vector<std::string> names;
  for (const Descriptor& entry : entries) {
    std::string name = annotation_of(entry, annotation::kRefName);
    if (!name.starts_with(repository + ":")) {
      name = annotation_of(entry, annotation::kImageName);
      // That leads to the entry of this ref.name where there is one.
      if (!name.starts_with(repository + ":") || ref_names.contains(name)) {
        name.clear();
      }
    }
    names.push_back(std::move(name));
  }
  return names;
}

std::vector<Subject> all_local(const LocalLocation& repository, Locations& locations) {
  const std::shared_ptr<LayoutStore> store = locations.local_for_reading();
  const std::vector<Descriptor> entries = store->entries();
  const std::vector<std::string> names = names_in(repository.reference.repository(), entries);
  std::map<std::string, int> counts;
  for (const std::string& name : names) {
    ++counts[name];
  }
  std::vector<Subject> all;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (names[i].empty()) {
      continue;
    }
    Reference reference = repository.reference;
    reference.tag = names[i].substr(reference.repository().size() + 1);
    if (counts[names[i]] > 1 || !is_tag(*reference.tag)) {
      reference.tag.reset();
      reference.digest = entries[i].digest;
    }
    all.push_back({.location = LocalLocation{std::move(reference)}, .store = store, .root = entries[i]});
  }
  if (all.empty()) {
    throw NotFoundError(format(Location(repository)) + ": not found",
                        "wasm-oci images shows what the local store holds");
  }
  return all;
}

// What a REPO, a layout or an archive holds, each told by its name; of the latter also what has none. What cannot be
// listed is looked at as a whole, so that what is wrong with it is told as everything else is.
std::vector<Subject> all_of(const std::string& argument, Locations& locations, const Context& context) {
  Location location = parse_location(argument);
  const auto* const layout = std::get_if<LayoutLocation>(&location);
  const auto* const archive = std::get_if<ArchiveLocation>(&location);
  if (std::holds_alternative<RegistryLocation>(location)) {
    location = RegistryLocation{parse_repository_location(argument)};
  } else if (std::holds_alternative<LocalLocation>(location)) {
    location = LocalLocation{parse_repository(argument.substr(argument.find(':') + 1))};
  } else if (const bool is_whole = (layout != nullptr && !layout->name && !layout->digest) ||
                                   (archive != nullptr && !archive->name && !archive->digest);
             !is_whole) {
    throw UsageError("--all-tags takes a repository, a layout (oci:DIR) or an archive (oci-archive:FILE), not " +
                     format(location));
  }
  try {
    if (layout != nullptr) {
      const std::shared_ptr<LayoutStore> store = LayoutStore::open(layout->path, context.stop);
      return all_entries(*layout, store, store->entries());
    }
    if (archive != nullptr) {
      const std::shared_ptr<ArchiveReader> store = locations.archives().open(*archive);
      return all_entries(*archive, store, store->entries());
    }
    const auto* const local = std::get_if<LocalLocation>(&location);
    return local != nullptr ? all_local(*local, locations)
                            : all_tags(std::get<RegistryLocation>(location).reference, locations);
  } catch (const Error& error) {
    if (context.stop.stop_requested() || error.kind() == ErrorKind::cancelled) {
      throw;
    }
    return {{.location = location, .failure = error}};
  }
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
