#include "registry/error_response.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wasm_oci {
namespace {

using ::testing::HasSubstr;

ErrorKind kind(int status, std::string_view body = {}) { return error_kind(parse_error(status, body)); }

std::string message(int status, std::string_view body) {
  try {
    throw_error("docker.io/me/app: tag 1.0", parse_error(status, body));
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind(status, body));
    return error.message();
  }
}

TEST(ErrorResponse, ShowsTheRegistrysOwnWords) {
  EXPECT_EQ(
      message(404, R"({"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown","detail":{"Tag":"1.0"}}]})"),
      "docker.io/me/app: tag 1.0: MANIFEST_UNKNOWN: manifest unknown (HTTP 404)");
  EXPECT_EQ(message(400, R"({"errors":[{"code":"A"},{"message":"b"},{"code":"C","detail":"d"},{},3,null]})"),
            "docker.io/me/app: tag 1.0: A; b; C: d (HTTP 400)");
  EXPECT_EQ(message(400, R"({"error":"invalid_grant","error_description":"bad token"})"),
            "docker.io/me/app: tag 1.0: bad token (HTTP 400)");
  EXPECT_EQ(message(502, "upstream is down\n"), "docker.io/me/app: tag 1.0: upstream is down (HTTP 502)");
}

TEST(ErrorResponse, HoldsNothingOfWhatWasSent) {
  SentSecrets sent;
  sent.add("canary-password");
  const auto message_of = [&](std::string_view body) { return parse_error(400, body, &sent).items.at(0).message; };
  EXPECT_EQ(message_of(R"({"errors":[{"message":"you sent \u0063anary-password"}]})"), "you sent ***");
  EXPECT_EQ(message_of("you sent canary-password"), "you sent ***");
  EXPECT_THAT(message_of(std::string(490, 'x') + "canary-password"), ::testing::Not(HasSubstr("canary")));
}

TEST(ErrorResponse, ShowsNoHtml) {
  EXPECT_EQ(message(503, "\n <!DOCTYPE html><html><body>long page</body>"),
            "docker.io/me/app: tag 1.0: the registry has a problem (HTTP 503)");
  EXPECT_TRUE(parse_error(200, "<HTML>").html);
  EXPECT_FALSE(parse_error(400, "< 5 is too few").html);
}

TEST(ErrorResponse, EmptyBodiesHaveTheStatus) { EXPECT_THAT(message(404, ""), HasSubstr("not found (HTTP 404)")); }

TEST(ErrorResponse, BrokenJsonIsText) {
  EXPECT_THAT(message(400, R"({"errors":[{"code")"), HasSubstr(R"({"errors":[{"code" (HTTP 400))"));
}

TEST(ErrorResponse, IsShortHoweverMuchComes) {
  EXPECT_LT(message(400, std::string(60'000, 'x')).size(), 1000);
  std::string many = R"({"errors":[)";
  for (int i = 0; i < 1000; ++i) {
    many += R"({"code":"A"},)";
  }
  many += "{}]}";
  EXPECT_EQ(parse_error(400, many).items.size(), 10);
}

TEST(ErrorResponse, ReadsOnlySoMuchOfABody) {
  HttpResponse response{.status = 500, .body = std::make_unique<StringSource>(std::string(100 * kMaxErrorBody, 'x'))};
  EXPECT_EQ(read_error(response).items.size(), 1);
}

TEST(ErrorResponse, StatusAndCodeDecideTheKind) {
  EXPECT_EQ(kind(401), ErrorKind::auth);
  EXPECT_EQ(kind(403, R"({"errors":[{"code":"DENIED"}]})"), ErrorKind::auth);
  EXPECT_EQ(kind(404), ErrorKind::not_found);
  EXPECT_EQ(kind(400, R"({"errors":[{"code":"NAME_UNKNOWN"}]})"), ErrorKind::not_found);
  EXPECT_EQ(kind(400, R"({"errors":[{"code":"UNKNOWN","message":"artifact x Not Found"}]})"), ErrorKind::not_found);
  EXPECT_EQ(kind(400, R"({"errors":[{"code":"UNKNOWN","message":"who knows"}]})"), ErrorKind::failure);
  for (const int status : {408, 429, 500, 502, 503, 504}) {
    EXPECT_EQ(kind(status), ErrorKind::network) << status;
  }
  EXPECT_EQ(kind(400, R"({"errors":[{"code":"TOOMANYREQUESTS"}]})"), ErrorKind::network);
  for (const int status : {400, 405, 413, 415, 416}) {
    EXPECT_EQ(kind(status), ErrorKind::failure) << status;
  }
}

TEST(ErrorResponse, ImmutableTagsAreConflicts) {
  EXPECT_EQ(kind(409), ErrorKind::conflict);
  EXPECT_EQ(kind(412), ErrorKind::conflict);
  EXPECT_EQ(kind(400, R"({"errors":[{"code":"TAG_INVALID","message":"the repository is Immutable."}]})"),
            ErrorKind::conflict);
  EXPECT_EQ(kind(403, R"({"errors":[{"code":"TAG_IMMUTABLE"}]})"), ErrorKind::conflict);
  EXPECT_EQ(kind(401, R"({"errors":[{"code":"TAG_IMMUTABLE"}]})"), ErrorKind::auth);
}

}  // namespace
}  // namespace wasm_oci
