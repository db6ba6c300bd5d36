#include "oci/json/document.hpp"

#include "oci/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wasm_oci {
namespace {

constexpr JsonLimits kLimits{.max_bytes = 1 << 20};

std::string message_of(std::string text, const JsonLimits& limits = kLimits) {
  try {
    const Document document = Document::parse(std::move(text), limits);
    return "no error";
  } catch (const ContentError& error) {
    return error.message();
  }
}

std::string repeat(std::string_view text, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) {
    all += text;
  }
  return all;
}

TEST(Document, KnowsKindValueAndPlaceOfEverything) {
  const std::string text =
      "{ \"a\" :\t[1, -2 ,3.50,1e2],\n \"b\\u0041\\\"\": {\"c\": \"x\\n\xc3\xa9\"},\"d\":true,\"e\":null,\"\":{} } ";
  const Document document = Document::parse(text, kLimits);
  const JsonValue root = document.root();
  EXPECT_EQ(root.text(), text.substr(0, text.size() - 1));
  ASSERT_EQ(root.size(), 5U);

  const JsonValue a = *root.find("a");
  EXPECT_EQ(a.text(), "[1, -2 ,3.50,1e2]");
  std::vector<std::string> texts;
  std::vector<JsonKind> kinds;
  for (const JsonValue& element : a) {
    texts.emplace_back(element.text());
    kinds.push_back(element.kind());
    EXPECT_EQ(element.position() + 1, texts.size());
    EXPECT_FALSE(element.is_member());
  }
  EXPECT_THAT(texts, testing::ElementsAre("1", "-2", "3.50", "1e2"));
  EXPECT_THAT(kinds, testing::ElementsAre(JsonKind::integer, JsonKind::integer, JsonKind::number, JsonKind::number));

  const JsonValue b = *root.find("bA\"");
  EXPECT_EQ(document.text().substr(b.key_span().offset, b.key_span().size), R"("b\u0041\"")");
  EXPECT_EQ(b.find("c")->string(), "x\n\xc3\xa9");
  EXPECT_EQ(b.find("c")->text(), "\"x\\n\xc3\xa9\"");
  EXPECT_TRUE(root.find("d")->boolean());
  EXPECT_TRUE(root.find("e")->is(JsonKind::null));
  EXPECT_EQ(root.find("")->text(), "{}");
  EXPECT_EQ(root.find("")->position(), 4U);
  EXPECT_FALSE(root.find("missing"));
  EXPECT_EQ(b.find("c")->parent(), b);
  EXPECT_FALSE(root.parent());
}

TEST(Document, IntegersKeepTheirWholeRange) {
  const Document document = Document::parse(
      "[18446744073709551615,9223372036854775807,-9223372036854775808,"
      "18446744073709551616,-1,0,-0]",
      kLimits);
  std::vector<std::optional<std::uint64_t>> as_unsigned;
  std::vector<std::optional<std::int64_t>> as_signed;
  for (const JsonValue& value : document.root()) {
    as_unsigned.push_back(value.as_uint64());
    as_signed.push_back(value.as_int64());
  }
  EXPECT_THAT(as_unsigned,
              testing::ElementsAre(UINT64_MAX, INT64_MAX, std::nullopt, std::nullopt, std::nullopt, 0U, 0U));
  EXPECT_THAT(as_signed, testing::ElementsAre(std::nullopt, INT64_MAX, INT64_MIN, std::nullopt, -1, 0, 0));
}

TEST(Document, ScalarsAreDocumentsToo) {
  for (const char* text : {"1", " \"x\" ", "null", "\ntrue\n", "[]", "{}"}) {
    EXPECT_EQ(message_of(text), "no error") << text;
  }
  EXPECT_EQ(Document::parse(" -12 ", kLimits).root().text(), "-12");
}

TEST(Document, PathsLeadPeopleToTheValue) {
  const Document document = Document::parse(R"({"layers":[{},{"digest":{"os.version":[[7]]}}],"a b":1})", kLimits);
  EXPECT_EQ(document.root().path(), "");
  JsonValue value = *(*std::next(document.root().find("layers")->begin())).find("digest");
  EXPECT_EQ(value.path(), "layers[1].digest");
  value = *(*value.find("os.version")->begin()).begin();
  EXPECT_EQ(value.path(), R"(layers[1].digest["os.version"][0][0])");
  EXPECT_EQ(document.root().find("a b")->path(), R"(["a b"])");
}

TEST(Document, PathsStayShort) {
  const Document document = Document::parse("{\"" + std::string(100'000, 'k') + "\":1}", kLimits);
  EXPECT_LT((*document.root().begin()).path().size(), 300U);
}

TEST(Document, RecordsKeysThatOccurTwice) {
  const Document document =
      Document::parse(R"({"a":1,"b":{"x":1,"y":2,"\u0078":3,"x":4},"a":[{"b":1},{"b":1}],"A":0})", kLimits);
  std::vector<std::string> paths;
  for (const JsonValue& value : document.duplicates()) {
    paths.push_back(value.path() + " " + std::string(value.text()));
  }
  EXPECT_THAT(paths, testing::ElementsAre("b.x 3", "b.x 4", R"(a [{"b":1},{"b":1}])"));
  EXPECT_EQ(document.root().find("a")->text(), "1");
}

TEST(Document, RefusesWhatIsNotOneJsonValue) {
  const std::vector<std::string> cases = {"{",
                                          "}",
                                          "[1,]",
                                          "{\"a\":1,}",
                                          "{a:1}",
                                          "'a'",
                                          "01",
                                          "1.",
                                          "+1",
                                          "nul",
                                          "{} {}",
                                          "[] x",
                                          "\"a",
                                          R"("\x")",
                                          "\"\t\"",
                                          "// c\n1",
                                          "NaN",
                                          "[1 2]",
                                          "{\"a\"}",
                                          "{1:2}",
                                          R"("\ud800")",
                                          "\"\xff\"",
                                          "\"\xc0\x80\"",
                                          "\"\xed\xa0\x80\"",
                                          "{\"\xff\":1}",
                                          "<html>",
                                          "\xff\xfe{}"};
  for (const std::string& text : cases) {
    EXPECT_THAT(message_of(text), testing::StartsWith("not valid JSON at line ")) << text;
  }
  EXPECT_EQ(message_of("{\n  \"a\": 1,\n  \"b\": x\n}"), "not valid JSON at line 3, column 8");
  EXPECT_EQ(message_of("{\"a\":1"), "not valid JSON at line 1, column 7");
  EXPECT_EQ(message_of("[1e999]"), "a number is out of range at line 1, column 6");
}

TEST(Document, RefusesBytesThatTheParserWouldNotSee) {
  EXPECT_EQ(message_of("\xef\xbb\xbf{}"), "JSON document has a byte order mark at line 1, column 1");
  EXPECT_EQ(message_of(std::string("{}\0{\"a\":1}", 10)), "not valid JSON: NUL byte at line 1, column 3");
}

TEST(Document, RefusesNothing) {
  EXPECT_EQ(message_of(""), "JSON document is empty");
  EXPECT_EQ(message_of(" \r\n\t"), "JSON document is empty");
}

TEST(Document, DepthIsBounded) {
  EXPECT_EQ(message_of(repeat("[", 128) + repeat("]", 128)), "no error");
  EXPECT_EQ(message_of(repeat("[", 129) + repeat("]", 129)), "JSON document is nested deeper than 128 levels");
  EXPECT_EQ(message_of(repeat("{\"a\":", 1'000) + "1" + repeat("}", 1'000)),
            "JSON document is nested deeper than 128 levels");
  EXPECT_EQ(message_of(repeat("[", 1'000'000)), "JSON document is nested deeper than 128 levels");
}

// Without the limit the parser itself must stand the depth, the destructor included.
TEST(Document, DepthCostsNoStack) {
  constexpr JsonLimits kDeep{.max_bytes = 1 << 22, .max_depth = 2'000'000, .max_nodes = 2'000'000};
  const Document document = Document::parse(repeat("[", 1'000'000) + repeat("]", 1'000'000), kDeep);
  EXPECT_EQ(document.root().text().size(), 2'000'000U);
}

TEST(Document, SizeAndNumberOfValuesAreBounded) {
  constexpr JsonLimits kSmall{.max_bytes = 20, .max_nodes = 4};
  EXPECT_EQ(message_of("[1,2,3]", kSmall), "no error");
  EXPECT_EQ(message_of("[1,2,3,4]", kSmall), "JSON document has more than 4 values");
  EXPECT_EQ(message_of("[1]                 ", kSmall), "no error");
  EXPECT_EQ(message_of("[1]                  ", kSmall), "JSON document is larger than the limit of 20 bytes");
}

}  // namespace
}  // namespace wasm_oci
