// A document may hold strings of megabytes; the message of an error quotes only their beginning.
#include "oci/error.hpp"
#include "oci/json/document.hpp"
#include "oci/layer/layer_reader.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/packaging/extract.hpp"
#include "oci/store/archive_store.hpp"
#include "oci/store/layout_index.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/support/tar.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace wasm_oci {
namespace {

using ::testing::HasSubstr;
using testing::make_tar;

const std::string kLong(50'000, 'x');
const std::string kDeep = [] {
  std::string path;
  for (int folder = 0; folder < 500; ++folder) {
    path += "folder/";
  }
  return path;
}();

struct Case {
  const char* what;
  std::function<void()> work;
};

void expect_short(const Case& test) {
  try {
    test.work();
    ADD_FAILURE() << test.what << ": no error";
  } catch (const Error& error) {
    EXPECT_LT(error.message().size() + error.hint().size(), 600U) << test.what;
    EXPECT_THAT(error.message() + error.hint(), HasSubstr("…")) << test.what;
  }
}

void read_layer(const std::string& tar) {
  StringSource source(tar);
  LayerReader reader(source, Compression::none);
  while (reader.next()) {
  }
}

void read_archive(const std::vector<testing::TarMember>& members) {
  const testing::TempDir dir;
  testing::write_file(dir / "a.tar", make_tar(members, "pax"));
  ArchiveReader::open(dir / "a.tar", ArchiveFormat::docker)->only_entry();
}

TEST(MessageLength, OfErrorsInDocuments) {
  const std::string with_type = R"({"schemaVersion":2,"mediaType":")" + kLong + R"(","manifests":[]})";
  const std::vector<Case> cases = {
      {"mediaType", [&] { parse_index(with_type); }},
      {"two mediaTypes",
       [&] { parse_manifest(R"({"mediaType":")" + std::string(media_type::kOciManifest) + "\"}", kLong); }},
      {"key", [&] { parse_manifest("{\"" + kLong + "\":1,\"" + kLong + "\":2}"); }},
      {"version of a layout", [&] { check_layout_file(R"({"imageLayoutVersion":")" + kLong + "\"}"); }},
      {"names in a layout",
       [&] {
         const std::string text = put_entries(kEmptyLayoutIndex, describe("a/b", "1"), std::vector<RootName>{{kLong}});
         only_entry(parse_layout_index(put_entries(text, describe("a/b", "2"), std::vector<RootName>{{"z" + kLong}})),
                    "X");
       }},
  };
  for (const Case& test : cases) {
    expect_short(test);
  }
}

TEST(MessageLength, OfErrorsInLayersAndArchives) {
  const std::vector<Case> cases = {
      {"path in a layer", [] { read_layer(make_tar({{kDeep + "../../x", "1"}}, "pax")); }},
      {"type of a layer",
       [] {
         MemoryStore store;
         find_modules(store, {.media_type = {}, .config = store.add("a/b", "{}"), .layers = {store.add(kLong, "1")}});
       }},
      {"entry of an archive that is there twice",
       [] {
         read_archive(
             {{"manifest.json", R"([{"Config":")" + kDeep + R"(x"}])"}, {kDeep + "x", "1"}, {kDeep + "x", "2"}});
       }},
      {"config of an archive that is missing",
       [] { read_archive({{"manifest.json", R"([{"Config":")" + kLong + R"("}])"}}); }},
      {"layer of an archive that is missing",
       [] { read_archive({{"manifest.json", R"([{"Config":"c","Layers":[")" + kLong + R"("]}])"}, {"c", "{}"}}); }},
  };
  for (const Case& test : cases) {
    expect_short(test);
  }
}

}  // namespace
}  // namespace wasm_oci
