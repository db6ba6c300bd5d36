#include "cli/choice_table.hpp"

#include "cli/output.hpp"
#include "cli/table.hpp"
#include "oci/text.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci::cli {
namespace {

struct Row {
  const ToldClient* told;
  std::string takes;
  std::string then;
};

std::string takes(const Choice& choice) {
  if (!choice.taken) {
    return "nothing";
  }
  const Descriptor& taken = *choice.taken;
  const std::string platform = taken.platform ? excerpt(format_all(*taken.platform), 40) + " "
                               : choice.index ? "no platform "
                                              : "";
  return platform + shortened(taken.digest);
}

std::string_view fate(const Client& client, const Choice& choice, const Outlook& outlook) {
  if (!choice.taken) {
    return !choice.index ? "fails" : client.pick == nullptr ? "takes no index" : "finds nothing";
  }
  if (!outlook.is_known) {
    return "not known";
  }
  if (outlook.refusal) {
    return "refused";
  }
  if (client.action == "build") {
    return outlook.works ? "base image" : "no base image";
  }
  if (client.action == "pull") {
    return outlook.works ? "pulled only" : "does not work";
  }
  return outlook.works ? "runs" : "does not run";
}

std::string then(const ChoiceGroup& group, const ToldClient& told) {
  const Choice& choice = group.choice;
  const std::string_view then = fate(*told.asked.client, choice, told.outlook);
  // What is in no index, or in one that is not read, is taken or not whatever is asked for.
  if (choice.asked == group.wanted || !choice.index || told.asked.client->pick == nullptr) {
    return std::string(then);
  }
  // What runs in the place of what is wanted is as it has to be.
  const bool is_something_else = choice.taken && !told.outlook.works && !told.outlook.refusal;
  return "asks for " + format(choice.asked) + (is_something_else ? "" : ", " + std::string(then));
}

std::vector<Row> rows_for(const Platform& wanted, const ChoiceGroups& groups, std::span<const AskedClient> asked) {
  std::vector<Row> rows;
  for (const ChoiceGroup& group : groups) {
    for (const ToldClient& told : group.clients) {
      if (group.wanted == wanted) {
        rows.push_back({.told = &told, .takes = takes(group.choice), .then = then(group, told)});
      }
    }
  }
  std::ranges::sort(rows, {}, [](const Row& row) { return row.told->place; });
  std::vector<Row> shown;
  for (Row& row : rows) {
    const AskedClient& own = row.told->asked;
    const bool says_nothing_new = std::ranges::any_of(shown, [&](const Row& other) {
      return other.told->asked.client->name == own.client->name && other.takes == row.takes && other.then == row.then;
    });
    if (!says_nothing_new || std::ranges::find(asked, own) != asked.end()) {
      shown.push_back(std::move(row));
    }
  }
  return shown;
}

}  // namespace

void print_choice_table(const Context& context, const ChoiceGroups& groups, std::span<const AskedClient> asked) {
  const Platform* last = nullptr;
  for (const ChoiceGroup& group : groups) {
    if (last != nullptr && *last == group.wanted) {
      continue;
    }
    last = &group.wanted;
    Table table({"CLIENT", "TAKES", "THEN"});
    for (const Row& row : rows_for(group.wanted, groups, asked)) {
      table.add({std::string(title_of(*row.told)), row.takes, row.then});
    }
    print_line(context, "");
    print_line(context, "For " + format(group.wanted));
    print_line(context, "");
    print_text(context, table.text(2));
  }
}

}  // namespace wasm_oci::cli
