// The library's view of real binaries, compared with others'. corpus/fetch.sh is to run first.
#include "oci/wasm/binary.hpp"
#include "tests/interop/readers.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace wasm_oci::testing {
namespace {

using std::filesystem::path;
using ::testing::ElementsAre;

// What lock.txt names: "SHA256  PACKAGE@VERSION  PATH".
std::vector<Binary> fetched() {
  std::vector<Binary> binaries;
  std::istringstream lock(read_file(path(CORPUS_SOURCE) / "lock.txt"));
  for (std::string digest, package, file; lock >> digest >> package >> file;) {
    const path name = path(package) / file;
    binaries.push_back({.name = name, .path = path(CORPUS) / "modules" / name});
  }
  return binaries;
}

std::vector<Binary> made() {
  std::vector<Binary> binaries;
  for (const auto& entry : std::filesystem::directory_iterator(path(CORPUS) / "made")) {
    binaries.push_back({.name = "made/" + entry.path().filename().string(), .path = entry.path()});
  }
  std::ranges::sort(binaries, {}, &Binary::name);
  return binaries;
}

std::vector<Binary> corpus() {
  std::vector<Binary> binaries = fetched();
  for (const std::vector<Binary>& more : {made(), testdata_modules()}) {
    binaries.insert(binaries.end(), more.begin(), more.end());
  }
  return binaries;
}

// Shows the figures and keeps the refusals; one that is not known yet fails the test.
void expect_as_by(const Reader& reader, const std::string& refusals_name) {
  const Agreement agreement = expect_agreement(reader, corpus());
  std::cout << reader.name << ": " << agreement.compared << " compared with " << agreement.externs
            << " imports and exports, " << agreement.refusals.size() << " refused\n";
  std::string refusals;
  for (const std::string& refusal : agreement.refusals) {
    refusals += refusal + "\n";
  }
  std::filesystem::create_directories(path(CORPUS) / "refusals");
  write_file(path(CORPUS) / "refusals" / refusals_name, refusals);
  expect_golden(refusals, "corpus/" + refusals_name);
  EXPECT_GT(agreement.compared, 0);
  EXPECT_GT(agreement.externs, 0);
}

std::string major_version_of_node() {
  const std::string version = run_or_throw({"node", "--version"});  // v20.1.2
  return version.substr(1, version.find('.') - 1);
}

TEST(Corpus, IsLargeAndHasBothFormsAndAllSizes) {
  const std::vector<Binary> binaries = fetched();
  EXPECT_GE(binaries.size(), 60);
  std::size_t components = 0;
  std::uintmax_t smallest = UINTMAX_MAX;
  std::uintmax_t largest = 0;
  for (const Binary& binary : binaries) {
    const WasmFile file = open_wasm(binary.path.string());
    components += file.header.kind == WasmKind::component ? 1 : 0;
    smallest = std::min(smallest, file.size);
    largest = std::max(largest, file.size);
  }
  EXPECT_GE(components, 5);
  EXPECT_LE(smallest, 1'000);
  EXPECT_GE(largest, 45'000'000);
}

TEST(Corpus, IsReadWhole) {
  std::vector<std::string> unread;
  for (const Binary& binary : corpus()) {
    for (const WasmUnread& part : open_wasm(binary.path.string()).description.unread) {
      unread.push_back(binary.name + ": " + part.part);
    }
  }
  // A UUID of 16 bytes, without the length that tool-conventions' BuildId.md wants before it.
  EXPECT_THAT(unread, ElementsAre("@tailwindcss/oxide-wasm32-wasi@4.3.3/tailwindcss-oxide.wasm32-wasi.wasm: "
                                  "custom section build_id"));
}

TEST(Corpus, IsAsNodeSeesIt) { expect_as_by(node_reader(), "node-" + major_version_of_node() + "-refusals.txt"); }

TEST(Corpus, IsAsWabtSeesIt) { expect_as_by(wabt_reader(), "wabt-refusals.txt"); }

TEST(Corpus, IsAsJcoSeesIt) { expect_as_by(jco_reader(path(CORPUS) / "jco"), "jco-refusals.txt"); }

}  // namespace
}  // namespace wasm_oci::testing
