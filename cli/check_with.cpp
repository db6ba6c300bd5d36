#include "cli/check_with.hpp"

#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "cli/programs.hpp"
#include "oci/error.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace wasm_oci::cli {
namespace {

// An image that a client may take of the index, and what else names it.
struct Candidate {
  Digest manifest;
  std::optional<Digest> config;  // nullopt: that could not be read
};

class Candidates {
 public:
  Candidates(Store& store, const Descriptor& root) : store_(store) { add(root, 0); }

  // The one that `named` holds the digest of, by its manifest or else by its config; of several with one config that
  // which is `expected`. nullopt: none, or it is not clear which.
  std::optional<Digest> find(std::string_view named, const std::optional<Digest>& expected) const {
    for (const bool by_config : {false, true}) {
      std::vector<Digest> found;
      for (const Candidate& candidate : all_) {
        const std::optional<Digest>& by = by_config ? candidate.config : std::optional(candidate.manifest);
        if (by && named.contains(by->str())) {
          found.push_back(candidate.manifest);
        }
      }
      if (by_config && expected && std::ranges::find(found, *expected) != found.end()) {
        return expected;
      }
      if (found.size() == 1) {
        return found.front();
      }
    }
    return std::nullopt;
  }

 private:
  void add(const Descriptor& node, int depth) {
    // More is not looked through: whoever has them can be checked by platform.
    constexpr std::size_t kMost = 500;
    if (all_.size() == kMost || depth > kMaxIndexDepth || !seen_.insert(node.digest).second) {
      return;
    }
    try {
      const std::string bytes = store_.load(node, NodeKind::manifest);
      if (media_type::is_index(node.media_type)) {
        for (const Descriptor& entry : parse_index(bytes, node.media_type, SchemaVersion::any).manifests) {
          add(entry, depth + 1);
        }
        return;
      }
      all_.push_back({.manifest = node.digest, .config = parse_manifest(bytes, node.media_type).config.digest});
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::content && error.kind() != ErrorKind::not_found) {
        throw;
      }
      if (!media_type::is_index(node.media_type)) {
        all_.push_back({.manifest = node.digest, .config = std::nullopt});
      }
    }
  }

  Store& store_;
  std::vector<Candidate> all_;
  std::set<Digest> seen_;
};

// What those call it who read layouts; empty: they cannot read it.
std::string layout_name(const CheckedLocation& at) {
  if (const auto* const local = std::get_if<LocalLocation>(&at.location);
      local != nullptr && !local->reference.digest && !at.local_store.contains(':')) {
    return "oci:" + at.local_store + ":" + local->reference.str();
  }
  if (const auto* const layout = std::get_if<LayoutLocation>(&at.location); layout != nullptr && !layout->digest) {
    return "oci:" + layout->path + (layout->name.value_or("").empty() ? "" : ":" + *layout->name);
  }
  if (const auto* const archive = std::get_if<ArchiveLocation>(&at.location);
      archive != nullptr && archive->format == ArchiveFormat::oci && !archive->digest && archive->path != "-") {
    return "oci-archive:" + archive->path + (archive->name ? ":" + *archive->name : "");
  }
  return "";
}

ClientQuestion question_about(const CheckedImage& image, const Platform& platform) {
  ClientQuestion question{.image = {}, .plain_http = image.plain_http, .platform = platform};
  if (const auto* const registry = std::get_if<RegistryLocation>(&image.location.location)) {
    const Reference& reference = registry->reference;
    question.image = Reference{.host = reference.host, .path = reference.path, .digest = image.root.digest}.str();
  } else {
    question.is_layout = true;
    question.image = layout_name(image.location);
  }
  return question;
}

// Whether the program said what was foretold in its own words: `next` quotes them.
bool has_words_of(std::string_view next, std::string_view said) {
  constexpr std::size_t kFewest = 8;  // of bytes that are words
  for (std::size_t begin = next.find('"'); begin != std::string_view::npos; begin = next.find('"', begin + 1)) {
    const std::size_t end = next.find('"', begin + 1);
    if (end == std::string_view::npos) {
      return false;
    }
    const std::string_view words = next.substr(begin + 1, end - begin - 1);
    if (words.size() >= kFewest && said.contains(words)) {
      return true;
    }
    begin = end;
  }
  return false;
}

// Whether what came is what is told of the client.
void compare(const AskableClient& askable, const ClientAnswer& answer, const Candidates& candidates,
             const Choice& choice, const Outlook& outlook, Checked& checked) {
  checked.said = answer.said;
  const auto refusal =
      std::ranges::find_if(askable.refusals, [&](std::string_view words) { return answer.said.contains(words); });
  if (refusal != askable.refusals.end()) {
    // It may take it and refuse it then: that is told with what it does.
    checked.agrees = !choice.taken || outlook.next.contains(*refusal);
    return;
  }
  if (!outlook.works && has_words_of(outlook.next, answer.said)) {
    checked.agrees = true;
    return;
  }
  const std::optional<Digest> expected = choice.taken ? std::optional(choice.taken->digest) : std::nullopt;
  checked.took = candidates.find(answer.named, expected);
  if (checked.took) {
    checked.agrees = checked.took == expected;
  } else if (checked.said.empty()) {
    checked.said = "it does not tell which one it took";
  }
}

Checked ask(const CheckingProgram& program, const CheckedImage& image, const Candidates& candidates,
            const ChoiceGroup& group, const ToldClient& told) {
  Checked checked{.program = std::string(program.askable->program),
                  .version = program.found.version,
                  .as = program.client.label == program.askable->client ? "" : program.client.label,
                  .said = program.not_asked ? program.not_asked->message() : ""};
  if (program.not_asked) {
    return checked;
  }
  const ClientQuestion question = question_about(image, group.wanted);
  try {
    checked.was_asked = true;
    compare(*program.askable, program.askable->ask(program.found, question), candidates, group.choice, told.outlook,
            checked);
  } catch (const FailureError& error) {
    checked.said = error.message();
  }
  return checked;
}

// Where the answer is told; nullptr: nothing is told of that client.
ToldClient* find_told(ChoiceGroups& groups, const Platform& wanted, const Client& client, ChoiceGroup*& its_group) {
  for (ChoiceGroup& group : groups) {
    const auto told =
        std::ranges::find_if(group.clients, [&](const ToldClient& other) { return other.asked.client == &client; });
    if (group.wanted == wanted && told != group.clients.end()) {
      its_group = &group;
      return &*told;
    }
  }
  return nullptr;
}

}  // namespace

std::optional<Error> why_not_read(const AskableClient& askable, const CheckedLocation& location) {
  const bool is_read = std::holds_alternative<RegistryLocation>(location.location) ||
                       (askable.reads_layouts && !layout_name(location).empty());
  return is_read ? std::nullopt
                 : std::optional<Error>(UsageError(std::string("it cannot read this location: it takes a registry's") +
                                                   (askable.reads_layouts ? ", a layout's or an oci-archive's" : "")));
}

std::vector<CheckingProgram> find_programs(const Context& context, const std::vector<std::string>& names,
                                           const CheckedLocation& location) {
  std::vector<CheckingProgram> programs;
  for (const AskableClient& askable : askable_clients()) {
    const std::string name(askable.program);
    if (std::ranges::find(names, name) == names.end()) {
      continue;
    }
    CheckingProgram program{
        .askable = &askable,
        .found = {.context = context, .path = find_in_path(context, name), .version = {}, .client = {}},
        .client = {}};
    program.not_asked = why_not_read(askable, location);
    if (!program.not_asked && program.found.path.empty()) {
      program.not_asked = NotFoundError("it is not in PATH");
    }
    if (!program.not_asked) {
      try {
        askable.look(program.found);
      } catch (const FailureError& error) {
        program.not_asked = error;
      }
    }
    if (program.found.client.empty()) {
      program.found.client = askable.client;
    }
    const std::string& client = program.found.client;
    program.client = {.client = &find_client(client), .label = client};
    programs.push_back(std::move(program));
  }
  return programs;
}

void require_one_to_ask(const Context& context, const std::vector<CheckingProgram>& programs) {
  std::vector<std::string> left_out;
  ErrorKind kind = ErrorKind::failure;
  for (const CheckingProgram& program : programs) {
    if (program.not_asked) {
      left_out.push_back(std::string(program.askable->program) + ": " + program.not_asked->message());
      const ErrorKind own = program.not_asked->kind();
      kind = worse(exit_code(kind), exit_code(own)) == exit_code(own) ? own : kind;
    }
  }
  if (!left_out.empty() && left_out.size() == programs.size()) {
    std::string all;
    for (const std::string& one : left_out) {
      all.append(all.empty() ? "" : "; ").append(one);
    }
    throw Error(kind, "no program can be asked: " + all, "what they would take is told without --check-with");
  }
  for (const std::string& one : left_out) {
    print_note(context, "warning: not asked: " + one);
  }
}

void check_with(const std::vector<CheckingProgram>& programs, const CheckedImage& image, ChoiceGroups& groups) {
  if (programs.empty()) {
    return;
  }
  const Candidates candidates(image.store, image.root);
  std::vector<Platform> platforms;
  for (const ChoiceGroup& group : groups) {
    if (std::ranges::find(platforms, group.wanted) == platforms.end()) {
      platforms.push_back(group.wanted);
    }
  }
  for (const Platform& platform : platforms) {
    for (const CheckingProgram& program : programs) {
      ChoiceGroup* group = nullptr;
      if (ToldClient* const told = find_told(groups, platform, *program.client.client, group)) {
        told->checked = ask(program, image, candidates, *group, *told);
      }
    }
  }
}

bool has_disagreement(const ChoiceGroups& groups) {
  return std::ranges::any_of(groups, [](const ChoiceGroup& group) {
    return std::ranges::any_of(group.clients, [](const ToldClient& told) {
      return told.checked && told.checked->agrees == std::optional(false);
    });
  });
}

}  // namespace wasm_oci::cli
