#include "oci/json/splice.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <stdexcept>

namespace wasm_oci {
namespace {

using Json = nlohmann::ordered_json;

constexpr JsonLimits kLimits{.max_bytes = 1 << 20};

// Applies the edits that `make` describes for the value at `pointer` ("" is the root, "/a/0" as in RFC 6901).
template <typename Make>
std::string edited(const std::string& text, const std::string& pointer, Make make) {
  const Document document = Document::parse(text, kLimits);
  JsonValue value = document.root();
  for (std::size_t at = 0; at < pointer.size();) {
    const std::size_t end = std::min(pointer.find('/', at + 1), pointer.size());
    const std::string step = pointer.substr(at + 1, end - at - 1);
    value = value.is(JsonKind::object) ? value.find(step).value() : *std::next(value.begin(), std::stol(step));
    at = end;
  }
  return splice(text, make(value));
}

std::string inserted(const std::string& text, const std::string& pointer, std::size_t position,
                     const std::vector<std::string>& elements) {
  return edited(text, pointer,
                [&](const JsonValue& array) { return std::vector<Edit>{insert_elements(array, position, elements)}; });
}

std::string removed(const std::string& text, const std::string& pointer, const std::vector<std::size_t>& positions) {
  return edited(text, pointer, [&](const JsonValue& array) {
    return remove_elements(array, [&](const JsonValue& element) {
      return std::ranges::find(positions, element.position()) != positions.end();
    });
  });
}

std::string with_member(const std::string& text, const std::string& pointer, std::string_view name,
                        std::string_view json) {
  return edited(text, pointer,
                [&](const JsonValue& object) { return std::vector<Edit>{set_member(object, name, json)}; });
}

std::string without_member(const std::string& text, const std::string& pointer, std::string_view name) {
  return edited(text, pointer,
                [&](const JsonValue& object) { return std::vector<Edit>{remove_member(object, name).value()}; });
}

TEST(Splice, LeavesWhatNoEditNames) {
  EXPECT_EQ(splice("0123456789",
                   std::vector<Edit>{{8, 1, "x"}, {0, 0, "<"}, {2, 3, ""}, {2, 0, "a"}, {2, 0, "b"}, {10, 0, ">"}}),
            "<01ab567x9>");
  EXPECT_EQ(splice("", std::vector<Edit>{}), "");
}

TEST(Splice, TellsHowLargeTheTextWillBe) {
  const std::vector<Edit> edits = {{8, 1, "xyz"}, {2, 3, ""}, {0, 0, "<"}};
  EXPECT_EQ(size_after(10, edits), splice("0123456789", edits).size());
  EXPECT_EQ(size_after(2, std::vector<Edit>{{0, 1, ""}, {1, 1, ""}, {2, 0, "abc"}}), 3U);
}

TEST(Splice, RefusesEditsThatOverlapOrLeaveTheText) {
  EXPECT_THROW(splice("0123", std::vector<Edit>{{0, 2, ""}, {1, 1, ""}}), std::logic_error);
  EXPECT_THROW(splice("0123", std::vector<Edit>{{5, 0, ""}}), std::logic_error);
  EXPECT_THROW(splice("0123", std::vector<Edit>{{2, 3, ""}}), std::logic_error);
  EXPECT_THROW(splice("0123", std::vector<Edit>{{1, SIZE_MAX, ""}}), std::logic_error);
}

// An index as Docker's registry tools write it: three spaces, numbers and fields that no printer would keep.
constexpr const char* kDockerIndex = R"({
   "schemaVersion": 2,
   "manifests": [
      {
         "size": 7.0e0,
         "x":   [1,2],
         "platform": {
            "os": "linux\u002f"
         }
      },
      {
         "size": 8
      }
   ]
})";

TEST(Splice, ANewElementIsIndentedAsItsNeighboursAre) {
  EXPECT_EQ(inserted(kDockerIndex, "/manifests", 1, {R"({"size":1,"platform":{"os":"wasi"},"urls":[],"y":["a","b"]})"}),
            R"({
   "schemaVersion": 2,
   "manifests": [
      {
         "size": 7.0e0,
         "x":   [1,2],
         "platform": {
            "os": "linux\u002f"
         }
      },
      {
         "size": 1,
         "platform": {
            "os": "wasi"
         },
         "urls": [],
         "y": [
            "a",
            "b"
         ]
      },
      {
         "size": 8
      }
   ]
})");
}

TEST(Splice, OneElementALineStaysSo) {
  const std::string text = "{\n  \"manifests\": [\n    {\"a\": 1, \"b\": [2, 3]},\n    {\"a\": 2}\n  ]\n}\n";
  EXPECT_EQ(inserted(text, "/manifests", 2, {R"({"a":3,"b":[4,5]})"}),
            "{\n  \"manifests\": [\n    {\"a\": 1, \"b\": [2, 3]},\n    {\"a\": 2},\n    {\"a\": 3, \"b\": [4, 5]}\n  "
            "]\n}\n");
}

TEST(Splice, BracketsThatShareALineStaySo) {
  EXPECT_EQ(inserted("{\n  \"m\": [{\n    \"a\": 1\n  }, {\n    \"a\": 2\n  }]\n}", "/m", 1, {R"({"a":9})"}),
            "{\n  \"m\": [{\n    \"a\": 1\n  }, {\n    \"a\": 9\n  }, {\n    \"a\": 2\n  }]\n}");
}

TEST(Splice, LineEndsOfWindowsStay) {
  EXPECT_EQ(inserted("{\r\n\t\"m\": []\r\n}", "/m", 0, {R"([1])", "2"}),
            "{\r\n\t\"m\": [\r\n\t\t[\r\n\t\t\t1\r\n\t\t],\r\n\t\t2\r\n\t]\r\n}");
}

TEST(Splice, OneLineWithSpacesStaysSo) {
  EXPECT_EQ(inserted(R"({"a": 1, "m": []})", "/m", 0, {R"({"b":2,"c":[3,4]})"}),
            R"({"a": 1, "m": [{"b": 2, "c": [3, 4]}]})");
  EXPECT_EQ(with_member(R"({ "a" : { "b" : 1 } })", "/a", "c", "2"), R"({ "a" : { "b" : 1, "c" : 2 } })");
}

TEST(Splice, SeveralElementsGoAtOnce) {
  EXPECT_EQ(inserted("[1]", "", 0, {"2", "3"}), "[2,3,1]");
  EXPECT_EQ(inserted("[1]", "", 1, {"2", "3"}), "[1,2,3]");
  EXPECT_EQ(inserted("[]", "", 0, {"2", "3"}), "[2,3]");
  EXPECT_EQ(inserted("[1]", "", 1, {}), "[1]");
  EXPECT_EQ(removed("[0, 1, 2, 3, 4]", "", {0, 1, 3, 4}), "[2]");
  EXPECT_EQ(removed("[0, 1, 2, 3, 4]", "", {1, 2}), "[0, 3, 4]");
  EXPECT_EQ(removed("[ 0, 1 ]", "", {0, 1}), "[]");
  EXPECT_EQ(removed("[ 0, 1 ]", "", {}), "[ 0, 1 ]");
}

TEST(Splice, InsertionsAndRemovalsMayMeet) {
  EXPECT_EQ(edited("[0, 1, 2]", "",
                   [](const JsonValue& array) {
                     auto edits = remove_elements(array, [](const JsonValue& e) { return e.position() == 1; });
                     edits.push_back(insert_elements(array, 1, std::vector<std::string>{"9"}));
                     return edits;
                   }),
            "[0, 9, 2]");
}

TEST(Splice, MembersAreReplacedAddedAndRemoved) {
  EXPECT_EQ(with_member(R"({"a":1,"b":2})", "", "a", R"({"x":[]})"), R"({"a":{"x":[]},"b":2})");
  EXPECT_EQ(with_member(R"({"a":1})", "", "b\"\n", "true"), R"({"a":1,"b\"\n":true})");
  EXPECT_EQ(with_member("{}", "", "a", "1"), R"({"a":1})");
  EXPECT_EQ(without_member(R"({"a":1, "b":2})", "", "a"), R"({"b":2})");
  EXPECT_EQ(without_member(R"({"a":1, "b":2})", "", "b"), R"({"a":1})");
  EXPECT_EQ(without_member(R"({"a":1})", "", "a"), "{}");
  EXPECT_EQ(with_member(kDockerIndex, "/manifests/1", "annotations", R"({"k":"v"})"),
            std::string(kDockerIndex)
                .replace(std::string(kDockerIndex).find("\"size\": 8"), 9,
                         "\"size\": 8,\n         \"annotations\": {\n            \"k\": \"v\"\n         }"));
}

TEST(Splice, WrongPlacesAreRefused) {
  EXPECT_THROW(inserted("[1]", "", 2, {"1"}), std::logic_error);
  EXPECT_THROW(inserted("{}", "", 0, {"1"}), std::logic_error);
  EXPECT_THROW(with_member("[]", "", "a", "1"), std::logic_error);
  const Document document = Document::parse("{}", kLimits);
  EXPECT_FALSE(remove_member(document.root(), "a"));
}

TEST(Splice, NewValuesTakeTheLineEndsOfTheirNeighbours) {
  EXPECT_EQ(inserted("{\n \"m\": [\n  [\r\n   1\r\n  ],\n  [\n   2\n  ]\n ]\n}", "/m", 2, {"[3]"}),
            "{\n \"m\": [\n  [\r\n   1\r\n  ],\n  [\n   2\n  ],\n  [\n   3\n  ]\n ]\n}");
}

TEST(Splice, AsMuchWhiteSpaceAsNobodyLaysOutByIsNotCopied) {
  const std::string blanks(1000, ' ');
  // The indentation of the document, of an element, and of what would stand in an empty array.
  EXPECT_EQ(with_member("{\n" + blanks + "\"a\": {\n\"x\": 1}}", "/a", "b", R"({"c":1})"),
            "{\n" + blanks + "\"a\": {\n\"x\": 1,\n\"b\": {\n  \"c\": 1\n}}}");
  EXPECT_EQ(inserted("[\n {\n  \"a\": 1\n" + blanks + "}\n]", "", 1, {R"({"b":2})"}),
            "[\n {\n  \"a\": 1\n" + blanks + "},\n {\n  \"b\": 2\n}\n]");
  EXPECT_EQ(inserted("{\n \"x\": 1,\n" + blanks + "\"a\": []\n}", "/a", 0, {"1", "2"}),
            "{\n \"x\": 1,\n" + blanks + "\"a\": [\n 1,\n 2\n]\n}");
  // Before the first element, between two, and beside a colon.
  EXPECT_EQ(inserted("[" + blanks + "1]", "", 1, {"2", "3"}), "[" + blanks + "1,2,3]");
  EXPECT_EQ(inserted("[\n" + blanks + "1]", "", 1, {"2", "3"}), "[\n" + blanks + "1,2,3]");
  EXPECT_EQ(inserted("[1," + blanks + "2]", "", 2, {"3", "4"}), "[1," + blanks + "2,3,4]");
  EXPECT_EQ(with_member("{\"a\":" + blanks + "1}", "", "b", R"({"c":[2,3]})"),
            "{\"a\":" + blanks + R"(1, "b": {"c": [2, 3]}})");
}

TEST(Splice, IndentationGrowsWithTheDepthOfAValueToABound) {
  const std::string unit(100, ' ');
  const std::string text = "[\n" + unit + "[\n" + unit + unit + "1\n" + unit + "]\n]";
  std::string value(50, '[');
  value += std::string(50, ']');
  EXPECT_LT(inserted(text, "", 1, {value}).size(), text.size() + value.size() + 100UL * 130);
}

// Every container of a document, in every usual layout, with every position: an edit of the text gives what printing
// the edited document would, and the opposite edit gives the first bytes again.
class SpliceLayouts : public testing::TestWithParam<std::pair<int, char>> {
 protected:
  static std::string print(const Json& json) { return json.dump(GetParam().first, GetParam().second); }
};

INSTANTIATE_TEST_SUITE_P(Usual, SpliceLayouts,
                         testing::Values(std::pair(-1, ' '), std::pair(2, ' '), std::pair(3, ' '), std::pair(4, ' '),
                                         std::pair(1, '\t')));

const char* const kSample = R"({"schemaVersion":2,"manifests":[{"mediaType":"m","size":1,"platform":{"os":"wasi",
  "os.features":["a","b"]},"annotations":{}},{"size":2,"urls":[]},{"x":[[],[{}],[1,[2,3]]]}],"annotations":{"k":"v"},
  "n":null,"e":[],"o":{}})";

void each_container(const Json& json, const std::string& pointer,
                    const std::function<void(const Json&, const std::string&)>& visit) {
  if (!json.is_structured()) {
    return;
  }
  visit(json, pointer);
  for (const auto& item : json.items()) {
    each_container(item.value(), pointer + "/" + item.key(), visit);
  }
}

TEST_P(SpliceLayouts, EditsLookAsIfPrintedAndUndoEachOther) {
  const Json original = Json::parse(kSample);
  const std::string text = print(original);
  const std::vector<std::string> values = {R"({"size":9,"platform":{"os":"x","l":[1,2]},"e":{}})", "7", R"(["a",{}])",
                                           "{}"};
  int checked = 0;
  each_container(original, "", [&](const Json& container, const std::string& pointer) {
    for (const std::string& value : values) {
      Json changed = original;
      if (container.is_object()) {
        changed[Json::json_pointer(pointer)]["new"] = Json::parse(value);
        const std::string result = with_member(text, pointer, "new", value);
        EXPECT_EQ(result, print(changed)) << pointer;
        EXPECT_EQ(without_member(result, pointer, "new"), text) << pointer;
        ++checked;
        continue;
      }
      for (std::size_t position = 0; position <= container.size(); ++position) {
        changed = original;
        Json& array = changed[Json::json_pointer(pointer)];
        array.insert(array.begin() + static_cast<std::ptrdiff_t>(position), Json::parse(value));
        const std::string result = inserted(text, pointer, position, {value});
        EXPECT_EQ(result, print(changed)) << pointer << " at " << position;
        EXPECT_EQ(removed(result, pointer, {position}), text) << pointer << " at " << position;
        ++checked;
      }
    }
  });
  EXPECT_GT(checked, 100);
}

TEST_P(SpliceLayouts, RemovalsAndReplacementsLookAsIfPrinted) {
  const Json original = Json::parse(kSample);
  const std::string text = print(original);
  each_container(original, "", [&](const Json& container, const std::string& pointer) {
    for (const auto& item : container.items()) {
      const Json::json_pointer child(pointer + "/" + item.key());
      Json changed = original;
      changed[child] = Json::parse(R"({"a":[{"b":1}]})");
      EXPECT_EQ(
          edited(text, child.to_string(),
                 [](const JsonValue& value) { return std::vector<Edit>{replace_value(value, R"({"a":[{"b":1}]})")}; }),
          print(changed))
          << child;
      changed = original;
      if (container.is_object()) {
        changed[Json::json_pointer(pointer)].erase(item.key());
        EXPECT_EQ(without_member(text, pointer, item.key()), print(changed)) << child;
      } else {
        changed[Json::json_pointer(pointer)].erase(static_cast<std::size_t>(std::stoul(item.key())));
        EXPECT_EQ(removed(text, pointer, {std::stoul(item.key())}), print(changed)) << child;
      }
    }
  });
}

TEST(Splice, TheBeginOfALineIsNotLookedForFarAway) {
  const auto text = [](std::size_t size) {
    return "{\n  \"n\": 1,\n    \"x\": \"" + std::string(size, 'x') + "\", \"p\": {}\n}";
  };
  EXPECT_TRUE(with_member(text(1000), "/p", "os", "1").ends_with("\"p\": {\n      \"os\": 1\n    }\n}"));
  EXPECT_TRUE(with_member(text(5000), "/p", "os", "1").ends_with("\"p\": {\n  \"os\": 1\n}\n}"));
}

}  // namespace
}  // namespace wasm_oci
