#include "cli/choices.hpp"

#include "cli/output.hpp"
#include "oci/text.hpp"

#include <algorithm>
#include <cstddef>
#include <ranges>
#include <span>
#include <string_view>
#include <utility>

namespace wasm_oci::cli {
namespace {

// Of a large index text shows the first entries that were passed over; JSON has all.
constexpr std::size_t kMostPassedOver = 20;

std::string shown(const Descriptor& entry) {
  return entry.digest.str() + (entry.platform ? " (" + excerpt(format_all(*entry.platform), 60) + ")" : "");
}

std::string shown_shortly(const Descriptor& entry) {
  return (entry.platform ? excerpt(format_all(*entry.platform), 60) + " " : "") + shortened(entry.digest);
}

// Of entries that are for something else, each says itself what for.
std::string kind_of_reason(const PassedOver& passed) {
  const bool is_its_own = passed.entry.platform && passed.reason == "is for " + excerpt(format(*passed.entry.platform));
  return is_its_own ? "is for another platform" : passed.reason;
}

// Those that are passed over for the same kind of reason stand in one line.
void print_passed_over(const Context& context, std::span<const PassedOver> passed_over) {
  struct Line {
    std::string reason;
    std::string entries;
    std::size_t count = 0;
  };
  std::vector<Line> lines;
  for (const PassedOver& passed : passed_over.first(std::min(passed_over.size(), kMostPassedOver))) {
    std::string reason = kind_of_reason(passed);
    auto line = std::ranges::find(lines, reason, &Line::reason);
    if (line == lines.end()) {
      line = lines.insert(line, {.reason = std::move(reason), .entries = {}});
    }
    line->entries.append(line->count++ == 0 ? "" : ", ").append(shown_shortly(passed.entry));
  }
  for (const Line& line : lines) {
    print_line(context, "    not " + line.entries + (line.count == 1 ? ": it " : ": each ") + line.reason);
  }
  if (passed_over.size() > kMostPassedOver) {
    print_line(context, "    not " + std::to_string(passed_over.size() - kMostPassedOver) + " more");
  }
}

// Of all clients, or of those who do this, each once: of two versions that do the same the title is the same.
std::string list_titles(const ChoiceGroup& group, const Outlook* doing = nullptr) {
  std::vector<std::string_view> titles;
  for (const ToldClient& told : group.clients) {
    const std::string_view title = title_of(told);
    if ((doing == nullptr || told.outlook == *doing) && std::ranges::find(titles, title) == titles.end()) {
      titles.push_back(title);
    }
  }
  std::string list;
  for (std::size_t i = 0; i < titles.size(); ++i) {
    list.append(i == 0 ? "" : i + 1 == titles.size() ? " and " : ", ").append(titles[i]);
  }
  return list;
}

// Those who do the same stand together.
void print_outlooks(const Context& context, const ChoiceGroup& group) {
  for (auto told = group.clients.begin(); told != group.clients.end(); ++told) {
    const auto does_it_too = [&](const ToldClient& other) { return other.outlook == told->outlook; };
    if (told->outlook.next.empty() || std::any_of(group.clients.begin(), told, does_it_too)) {
      continue;
    }
    print_line(context, "    " + list_titles(group, &told->outlook) + ": " + told->outlook.next);
    for (const auto line : std::views::split(told->outlook.command, '\n')) {
      print_line(context, "      " + std::string(line.begin(), line.end()));
    }
  }
}

void print_checked(const Context& context, const Checked& checked) {
  std::string line = "    " + checked.program + (checked.version.empty() ? "" : " " + checked.version) +
                     (checked.as.empty() ? "" : ", as " + checked.as) + ": ";
  if (!checked.agrees) {
    line += (checked.was_asked ? "failed, which tells nothing of its choice: " : "not asked: ") + checked.said;
  } else if (*checked.agrees) {
    line += checked.took ? "agrees" : "agrees: it takes nothing";
  } else {
    line +=
        "DISAGREES: " + checked.program + " took " + (checked.took ? checked.took->str() : "nothing: " + checked.said);
  }
  print_line(context, line);
}

void print_group(const Context& context, const ChoiceGroup& group) {
  const bool one = group.clients.size() == 1;
  const Choice& choice = group.choice;
  print_line(context, "  " + list_titles(group) +
                          (choice.asked == group.wanted
                               ? ""
                               : std::string(one ? ", which asks" : ", which ask") + " for " + format(choice.asked)));
  print_line(context, std::string(one ? "    takes " : "    take ") +
                          (choice.taken ? shown(*choice.taken) : "nothing") + ": " + group.reason);
  print_passed_over(context, choice.passed_over);
  print_outlooks(context, group);
  for (const ToldClient& told : group.clients) {
    if (told.checked) {
      print_checked(context, *told.checked);
    }
  }
}

void write_entry(JsonWriter& json, const Descriptor& entry) {
  json.member("digest", entry.digest.str());
  json.key("platform");
  if (entry.platform) {
    json.value(format(*entry.platform));
  } else {
    json.null();
  }
}

void write_checked(JsonWriter& json, const Checked& checked) {
  json.begin_object().member("program", checked.program).member("version", checked.version).key("agrees");
  if (checked.agrees) {
    json.value(*checked.agrees);
  } else {
    json.null();
  }
  json.key("took");
  if (checked.took) {
    json.value(checked.took->str());
  } else {
    json.null();
  }
  json.member("said", checked.said).end_object();
}

void write_choice(JsonWriter& json, const ChoiceGroup& group, const ToldClient& told) {
  json.begin_object().member("client", told.asked.label).member("platform", format(group.wanted));
  json.member("action", told.asked.client->action).member("asked", format(group.choice.asked)).key("chosen");
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
      .member("works", told.outlook.works)
      .member("next", told.outlook.next)
      .member("command", told.outlook.command);
  if (told.checked) {
    write_checked(json.key("checked"), *told.checked);
  }
  json.end_object();
}

}  // namespace

void add(ChoiceGroups& groups, const Explanation& explanation) {
  auto group = std::ranges::find_if(groups, [&](const ChoiceGroup& other) {
    return other.wanted == explanation.wanted && other.reason == explanation.reason &&
           other.choice == explanation.choice;
  });
  if (group == groups.end()) {
    group = groups.insert(group,
                          {.wanted = explanation.wanted, .choice = explanation.choice, .reason = explanation.reason});
  }
  std::size_t place = 0;
  for (const ChoiceGroup& other : groups) {
    place += other.clients.size();
  }
  group->clients.push_back(
      {.asked = explanation.asked, .title = explanation.title, .outlook = explanation.outlook, .place = place});
}

std::string_view title_of(const ToldClient& told) {
  return told.title.empty() ? told.asked.client->title : std::string_view(told.title);
}

void print_choices(const Context& context, const ChoiceGroups& groups, std::string_view heading) {
  const Platform* wanted = nullptr;
  for (const ChoiceGroup& group : groups) {
    print_line(context, "");
    if (wanted == nullptr || *wanted != group.wanted) {
      print_line(context, std::string(heading) + format(group.wanted));
      print_line(context, "");
    }
    wanted = &group.wanted;
    print_group(context, group);
  }
}

void write_choices(JsonWriter& json, const ChoiceGroups& groups) {
  json.begin_array();
  for (const ChoiceGroup& group : groups) {
    for (const ToldClient& told : group.clients) {
      write_choice(json, group, told);
    }
  }
  json.end_array();
}

}  // namespace wasm_oci::cli
