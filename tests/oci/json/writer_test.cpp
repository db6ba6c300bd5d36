#include "oci/json/writer.hpp"

#include "oci/error.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

namespace wasm_oci {
namespace {

std::string text_of(std::string_view value, JsonStyle style = JsonStyle::compact) {
  JsonWriter json(style);
  json.value(value);
  return std::move(json).take();
}

void write_sample(JsonWriter& json) {
  json.begin_object().member("name", "a").member("size", std::uint64_t{1} << 63U).member("ok", true);
  json.key("list").value(std::vector<std::string>{"x", "y"});
  json.key("map").value(std::map<std::string, std::string>{{"b", "2"}, {"a", "1"}});
  json.key("none").null().key("empty").begin_array().end_array().key("nothing").begin_object().end_object();
  json.key("objects").begin_array().begin_object().member("n", -1).end_object().end_array().end_object();
}

JsonWriter sample(JsonStyle style) {
  JsonWriter json(style);
  write_sample(json);
  return json;
}

// What it is given, and the largest part of it.
class PartsSink final : public Sink {
 public:
  void write(ByteView bytes) override {
    text += as_text(bytes);
    largest = std::max(largest, bytes.size());
  }

  std::string text;
  std::size_t largest = 0;
};

TEST(JsonWriter, CompactHasNoWhiteSpaceAndTheOrderOfCalls) {
  EXPECT_EQ(sample(JsonStyle::compact).take(),
            R"({"name":"a","size":9223372036854775808,"ok":true,"list":["x","y"],"map":{"a":"1","b":"2"},)"
            R"("none":null,"empty":[],"nothing":{},"objects":[{"n":-1}]})");
}

TEST(JsonWriter, PrettyIndentsByTwo) {
  EXPECT_EQ(sample(JsonStyle::pretty).take(), R"({
  "name": "a",
  "size": 9223372036854775808,
  "ok": true,
  "list": [
    "x",
    "y"
  ],
  "map": {
    "a": "1",
    "b": "2"
  },
  "none": null,
  "empty": [],
  "nothing": {},
  "objects": [
    {
      "n": -1
    }
  ]
})");
}

TEST(JsonWriter, EmptyMembersCanBeLeftOut) {
  JsonWriter json;
  json.begin_object().member_unless_empty("a", std::string()).member_unless_empty("b", std::string("x"));
  json.member_unless_empty("c", std::vector<std::string>()).end_object();
  EXPECT_EQ(std::move(json).take(), R"({"b":"x"})");
}

TEST(JsonWriter, EscapesOnlyWhatMustBe) {
  EXPECT_EQ(text_of("<a href=\"x\\y\">&/\xc3\xa9\xf0\x9f\x98\x80"),
            "\"<a href=\\\"x\\\\y\\\">&/\xc3\xa9\xf0\x9f\x98\x80\"");
  EXPECT_EQ(text_of(std::string_view("\0\x01\n\r\t\x1f", 6)), R"("\u0000\u0001\n\r\t\u001f")");
}

TEST(JsonWriter, EscapesWhatWouldSteerATerminal) {
  EXPECT_EQ(text_of("\x1b]52;\x7f\xc2\x9b"), R"("\u001b]52;\u007f\u009b")");
  EXPECT_EQ(text_of(std::string{'\xe2', '\x80', '\xae'}), R"("\u202e")");
  EXPECT_EQ(text_of(std::string{'\xe2', '\x81', '\xa6'}), R"("\u2066")");
  EXPECT_EQ(text_of(std::string{'\xd8', '\x9c'}), R"("\u061c")");
}

TEST(JsonWriter, CompactRefusesWhatIsNotUtf8) {
  for (const char* text : {"\xff", "a\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80"}) {
    EXPECT_THROW(text_of(text), ContentError);
  }
}

TEST(JsonWriter, PrettyReplacesWhatIsNotUtf8) {
  EXPECT_EQ(text_of("a\xff\xc3z", JsonStyle::pretty), "\"a\xef\xbf\xbd\xef\xbf\xbdz\"");
}

TEST(JsonWriter, GivesASinkTheSameTextInParts) {
  const std::string hostile(kChunkSize * 2, '\x01');
  const auto write_all = [&hostile](JsonWriter& json) {
    json.begin_array();
    write_sample(json);
    for (int i = 0; i < 100'000; ++i) {
      json.value("a").value(1);
    }
    json.value(hostile).end_array();
  };
  JsonWriter whole(JsonStyle::pretty);
  write_all(whole);
  PartsSink sink;
  JsonWriter parts(JsonStyle::pretty, sink);
  write_all(parts);
  std::move(parts).finish();
  EXPECT_EQ(sink.text, std::move(whole).take());
  EXPECT_LT(sink.largest, kChunkSize + 100);
}

TEST(JsonWriter, RefusesCallsThatMakeNoJson) {
  EXPECT_THROW(JsonWriter().begin_object().value(1), std::logic_error);
  EXPECT_THROW(JsonWriter().begin_object().key("a").key("b"), std::logic_error);
  EXPECT_THROW(JsonWriter().begin_object().key("a").end_object(), std::logic_error);
  EXPECT_THROW(JsonWriter().begin_object().end_array(), std::logic_error);
  EXPECT_THROW(JsonWriter().key("a"), std::logic_error);
  EXPECT_THROW(JsonWriter().value(1).value(2), std::logic_error);
  EXPECT_THROW(std::move(JsonWriter().begin_array()).take(), std::logic_error);
  EXPECT_THROW(JsonWriter().take(), std::logic_error);
  EXPECT_THROW(std::move(JsonWriter().value(1)).finish(), std::logic_error);
  PartsSink sink;
  EXPECT_THROW(JsonWriter(JsonStyle::compact, sink).finish(), std::logic_error);
  EXPECT_THROW(std::move(JsonWriter(JsonStyle::compact, sink).value(1)).take(), std::logic_error);
}

}  // namespace
}  // namespace wasm_oci
