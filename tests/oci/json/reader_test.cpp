#include "oci/json/reader.hpp"

#include "oci/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace wasm_oci {
namespace {

// What `read` throws on the member "v" of the document's object "o", or "no error".
std::string message_of(const std::string& object, const std::function<void(ObjectReader&)>& read) {
  try {
    const Document document = Document::parse("{\"o\":" + object + "}", {.max_bytes = 1 << 20});
    require_unique_keys(document);
    read_object(*document.root().find("o"), [&](ObjectReader& reader) {
      read(reader);
      return true;
    });
    return "no error";
  } catch (const ContentError& error) {
    return error.message();
  }
}

TEST(ObjectReader, ReadsEveryKind) {
  const Document document = Document::parse(
      R"({"s":"x","n":7,"b":true,"l":["a",null],"m":{"k":"v","n":null},"null":null,"other":[1]})", {.max_bytes = 1000});
  ObjectReader reader(document.root());
  EXPECT_EQ(reader.required_string("s"), "x");
  EXPECT_EQ(reader.optional_string("s"), "x");
  EXPECT_EQ(reader.required_uint("n"), 7U);
  EXPECT_TRUE(reader.optional_bool("b"));
  EXPECT_THAT(reader.optional_strings("l"), testing::ElementsAre("a", ""));
  EXPECT_THAT(reader.optional_string_map("m"), testing::ElementsAre(testing::Pair("k", "v"), testing::Pair("n", "")));
  reader.finish();
}

TEST(ObjectReader, AbsentAndNullReadAsEmpty) {
  EXPECT_EQ(message_of(R"({"v":null})",
                       [](ObjectReader& reader) {
                         for (const char* name : {"v", "w"}) {
                           EXPECT_FALSE(reader.optional(name));
                           EXPECT_EQ(reader.optional_string(name), "");
                           EXPECT_FALSE(reader.optional_uint(name));
                           EXPECT_FALSE(reader.optional_bool(name));
                           EXPECT_TRUE(reader.optional_strings(name).empty());
                           EXPECT_TRUE(reader.optional_string_map(name).empty());
                         }
                       }),
            "no error");
}

TEST(ObjectReader, RequiredMembersMustBeThere) {
  const auto text = [](ObjectReader& reader) { reader.required_string("v"); };
  const auto number = [](ObjectReader& reader) { reader.required_uint("v"); };
  EXPECT_EQ(message_of("{}", text), "o.v: is missing");
  EXPECT_EQ(message_of(R"({"v":null})", text), "o.v: is missing");
  EXPECT_EQ(message_of(R"({"v":""})", text), "o.v: is empty");
  EXPECT_EQ(message_of("{}", number), "o.v: is missing");
  EXPECT_EQ(message_of("[]", number), "o: expected an object, found an array");
}

TEST(ObjectReader, SizesAreIntegersThatGoCanHold) {
  const auto read = [](ObjectReader& reader) { reader.required_uint("v"); };
  EXPECT_EQ(message_of(R"({"v":0})", read), "no error");
  EXPECT_EQ(message_of(R"({"v":9223372036854775807})", read), "no error");
  EXPECT_EQ(message_of(R"({"v":9223372036854775808})", read), "o.v: must be from 0 to 9223372036854775807");
  EXPECT_EQ(message_of(R"({"v":-1})", read), "o.v: must be from 0 to 9223372036854775807");
  EXPECT_EQ(message_of(R"({"v":1e2})", read), "o.v: expected an integer, found a number that is no integer");
  EXPECT_EQ(message_of(R"({"v":1.0})", read), "o.v: expected an integer, found a number that is no integer");
  EXPECT_EQ(message_of(R"({"v":18446744073709551616})", read),
            "o.v: expected an integer, found a number that is no integer");
  EXPECT_EQ(message_of(R"({"v":"1"})", read), "o.v: expected an integer, found a string");
}

TEST(ObjectReader, WrongKindsAreNamedWithTheirPath) {
  EXPECT_EQ(message_of(R"({"v":1})", [](ObjectReader& r) { r.optional_string("v"); }),
            "o.v: expected a string, found an integer");
  EXPECT_EQ(message_of(R"({"v":"true"})", [](ObjectReader& r) { r.optional_bool("v"); }),
            "o.v: expected a boolean, found a string");
  EXPECT_EQ(message_of(R"({"v":"a"})", [](ObjectReader& r) { r.optional_strings("v"); }),
            "o.v: expected an array, found a string");
  EXPECT_EQ(message_of(R"({"v":["a",{}]})", [](ObjectReader& r) { r.optional_strings("v"); }),
            "o.v[1]: expected a string, found an object");
  EXPECT_EQ(message_of(R"({"v":{"a.b":1}})", [](ObjectReader& r) { r.optional_string_map("v"); }),
            R"(o.v["a.b"]: expected a string, found an integer)");
}

TEST(ObjectReader, RefusesCaseVariantsOfWhatItReads) {
  const auto read = [](ObjectReader& reader) { reader.optional_string("mask"); };
  EXPECT_EQ(message_of(R"({"mask":"x","masks":"y","mas":1,"MIME":2})", read), "no error");
  EXPECT_EQ(message_of(R"({"Mask":"x"})", read), "o.Mask: other readers take this key for \"mask\"");
  EXPECT_EQ(message_of(R"({"mask":"x","ma\u017fk":"y"})", read),
            "o[\"ma\xc5\xbfk\"]: other readers take this key for \"mask\"");
  EXPECT_EQ(message_of("{\"mas\xe2\x84\xaa\":\"y\"}", read),
            "o[\"mas\xe2\x84\xaa\"]: other readers take this key for \"mask\"");
}

TEST(ObjectReader, RefusesDuplicatesAnywhere) {
  EXPECT_EQ(message_of(R"({"unknown":[{"a":1,"a":2}]})", [](ObjectReader&) {}),
            "o.unknown[0].a: the key is there twice");
}

TEST(IsCaseVariant, FollowsGosFolding) {
  EXPECT_TRUE(is_case_variant("MEDIATYPE", "mediaType"));
  EXPECT_TRUE(is_case_variant("Os.Version", "os.version"));
  EXPECT_TRUE(is_case_variant("manife\xc5\xbft\xc5\xbf", "manifests"));
  EXPECT_TRUE(is_case_variant("\xe2\x84\xaa", "K"));
  EXPECT_FALSE(is_case_variant("manifests", "manifests"));
  EXPECT_FALSE(is_case_variant("manifest", "manifests"));
  EXPECT_FALSE(is_case_variant("manifestss", "manifests"));
  EXPECT_FALSE(is_case_variant("", "manifests"));
  EXPECT_FALSE(is_case_variant("s\xcc\xa7ize", "size"));
}

}  // namespace
}  // namespace wasm_oci
