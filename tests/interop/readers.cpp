#include "tests/interop/readers.hpp"

#include "oci/wasm/binary.hpp"
#include "tests/support/process.hpp"
#include "tests/support/wasm_oci.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace wasm_oci::testing {
namespace {

using nlohmann::json;
using std::filesystem::path;

// What the scripts print: an object for each binary, with `externs` or `refusal`.
std::vector<Reading> run_script(std::vector<std::string> argv, const std::vector<path>& paths) {
  argv.insert(argv.end(), paths.begin(), paths.end());
  const Outcome outcome = run({.argv = std::move(argv), .timeout = std::chrono::minutes(4)});
  if (!outcome.ok()) {
    throw std::runtime_error("a script failed: " + outcome.err);
  }
  std::vector<Reading> readings;
  std::istringstream lines(outcome.out);
  for (std::string line; std::getline(lines, line);) {
    const json object = json::parse(line);
    Reading& reading = readings.emplace_back();
    reading.refusal = object.value("refusal", "");
    if (reading.refusal.empty()) {
      for (const json& item : object.at("externs")) {
        reading.externs.push_back(item.dump());
      }
    }
  }
  return readings;
}

std::string_view short_kind(ExternKind kind) { return kind == ExternKind::function ? "func" : to_string(kind); }

// Two spellings of a line must not be taken for one: strings are quoted.
std::string as_line(std::initializer_list<std::string_view> words) { return json(words).dump(); }

std::vector<std::string> expected_by_node(const WasmDescription& description) {
  std::vector<std::string> lines;
  for (const WasmImport& i : description.imports) {
    lines.push_back(as_line({"import", to_string(i.kind), i.module, i.name}));
  }
  for (const WasmExport& e : description.exports) {
    lines.push_back(as_line({"export", to_string(e.kind), e.name}));
  }
  return lines;
}

std::vector<std::string> expected_by_wabt(const WasmDescription& description) {
  std::vector<std::string> lines;
  for (const WasmImport& i : description.imports) {
    lines.push_back(as_line({"import", short_kind(i.kind), i.module + "." + i.name}));
  }
  for (const WasmExport& e : description.exports) {
    lines.push_back(as_line({"export", short_kind(e.kind), "\"" + e.name + "\""}));
  }
  return lines;
}

std::vector<std::string> expected_by_jco(const WasmDescription& description) {
  const auto kind = [](ExternKind k) { return k == ExternKind::module ? "core module" : short_kind(k); };
  std::vector<std::string> lines;
  for (const WasmImport& i : description.imports) {
    lines.push_back(as_line({"import", kind(i.kind), i.name}));
  }
  for (const WasmExport& e : description.exports) {
    lines.push_back(as_line({"export", kind(e.kind), e.name}));
  }
  return lines;
}

// The lines of one section: ` - func[0] sig=2 <i> <- env.f` is an import, ` - memory[0] -> "memory"` an export.
Reading read_section_by_wabt(const path& binary, const std::string& section) {
  const Outcome outcome = run({.argv = {"wasm-objdump", "-x", "-j", section, binary.string()}});
  if (outcome.err == "Section not found: " + section + "\n") {
    return {};
  }
  if (!outcome.ok()) {
    return {.refusal = outcome.err.substr(0, outcome.err.find('\n'))};
  }
  // Names may hold arrows, too, but hardly one before a quote. The quotes are kept: the name is behind four characters.
  const bool imports = section == "Import";
  const std::string_view arrow = imports ? " <- " : " -> \"";
  Reading reading;
  std::istringstream lines(outcome.out);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t at = line.rfind(arrow);
    if (line.starts_with(" - ") && at != std::string::npos) {
      const std::string kind = line.substr(3, line.find('[') - 3);
      reading.externs.push_back(as_line({imports ? "import" : "export", kind, line.substr(at + 4)}));
    }
  }
  return reading;
}

std::vector<Reading> read_by_wabt(const std::vector<path>& binaries) {
  std::vector<Reading> readings;
  for (const path& binary : binaries) {
    Reading reading = read_section_by_wabt(binary, "Import");
    if (reading.refusal.empty()) {
      Reading exports = read_section_by_wabt(binary, "Export");
      reading.refusal = exports.refusal;
      std::ranges::move(exports.externs, std::back_inserter(reading.externs));
    }
    readings.push_back(std::move(reading));
  }
  return readings;
}

// Not the whole lists, which may have thousands of lines.
void expect_same(const std::vector<std::string>& ours, const std::vector<std::string>& theirs) {
  const auto [our, their] = std::ranges::mismatch(ours, theirs);
  EXPECT_EQ(our == ours.end() ? "the end" : *our, their == theirs.end() ? "the end" : *their)
      << "at number " << (our - ours.begin()) << " of " << ours.size() << ", and of " << theirs.size();
}

}  // namespace

Reader node_reader() {
  // Functions are validated, but not compiled: nothing runs them.
  return {.name = "node",
          .kind = WasmKind::core_module,
          .read =
              [](const std::vector<path>& paths) {
                return run_script({"node", "--no-warnings", "--wasm-lazy-compilation", LIST_CORE_EXTERNS}, paths);
              },
          .expected = expected_by_node};
}

Reader wabt_reader() {
  return {.name = "wabt", .kind = WasmKind::core_module, .read = read_by_wabt, .expected = expected_by_wabt};
}

Reader jco_reader(const path& folder) {
  return {.name = "jco",
          .kind = WasmKind::component,
          .read =
              [folder](const std::vector<path>& paths) {
                return run_script({"node", "--no-warnings", LIST_COMPONENT_EXTERNS, folder.string()}, paths);
              },
          .expected = expected_by_jco};
}

Agreement expect_agreement(const Reader& reader, const std::vector<Binary>& binaries) {
  std::vector<std::string> names;
  std::vector<path> paths;
  std::vector<std::vector<std::string>> expected;
  for (const Binary& binary : binaries) {
    const WasmDescription description = open_wasm(binary.path.string()).description;
    if (description.header.kind == reader.kind) {
      names.push_back(binary.name);
      paths.push_back(binary.path);
      expected.push_back(reader.expected(description));
    }
  }
  const std::vector<Reading> readings = reader.read(paths);
  if (readings.size() != paths.size()) {
    throw std::runtime_error(reader.name + " told of " + std::to_string(readings.size()) + " binaries, not of " +
                             std::to_string(paths.size()));
  }
  Agreement agreement;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    SCOPED_TRACE(reader.name + " of " + names[i]);
    if (!readings[i].refusal.empty()) {
      agreement.refusals.push_back(names[i] + ": " + readings[i].refusal);
      continue;
    }
    ++agreement.compared;
    agreement.externs += readings[i].externs.size();
    expect_same(expected[i], readings[i].externs);
  }
  return agreement;
}

std::vector<Binary> testdata_modules() {
  std::vector<Binary> modules;
  for (const auto& entry : std::filesystem::directory_iterator(testdata("modules"))) {
    if (entry.path().extension() == ".wasm") {
      modules.push_back({.name = "testdata/" + entry.path().filename().string(), .path = entry.path()});
    }
  }
  std::ranges::sort(modules, {}, &Binary::name);
  return modules;
}

}  // namespace wasm_oci::testing
