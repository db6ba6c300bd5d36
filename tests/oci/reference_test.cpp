#include "oci/reference.hpp"

#include "oci/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace wasm_oci {
namespace {

const std::string kHex(64, 'f');               // NOLINT(cert-err58-cpp)
const std::string kDigest = "sha256:" + kHex;  // NOLINT(cert-err58-cpp)
const std::string kImageId = "1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a";  // NOLINT

std::string repeat(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) {
    out += text;
  }
  return out;
}

std::string message_for(std::string_view text) {
  try {
    return "no error: " + parse_reference(text).str();
  } catch (const UsageError& error) {
    return error.message();
  }
}

std::string hint_for(std::string_view text) {
  try {
    return "no error: " + parse_reference(text).str();
  } catch (const UsageError& error) {
    return error.hint();
  }
}

struct Normalisation {
  std::string_view text;
  std::string_view full;
  std::string_view familiar;
};

constexpr auto kNormalisations = std::to_array<Normalisation>(
    {{"alpine", "docker.io/library/alpine:latest", "alpine:latest"},
     {"alpine:3.20", "docker.io/library/alpine:3.20", "alpine:3.20"},
     {"me/app", "docker.io/me/app:latest", "me/app:latest"},
     {"library/debian", "docker.io/library/debian:latest", "debian:latest"},
     {"docker.io/debian", "docker.io/library/debian:latest", "debian:latest"},
     {"docker.io/docker/docker", "docker.io/docker/docker:latest", "docker/docker:latest"},
     {"index.docker.io/debian", "docker.io/library/debian:latest", "debian:latest"},
     {"index.docker.io/fooo/bar", "docker.io/fooo/bar:latest", "fooo/bar:latest"},
     {"library/foo/bar", "docker.io/library/foo/bar:latest", "library/foo/bar:latest"},
     {"localhost/x", "localhost/x:latest", "localhost/x:latest"},
     {"localhost:5000/x", "localhost:5000/x:latest", "localhost:5000/x:latest"},
     {"LOCALDOMAIN/x/y", "LOCALDOMAIN/x/y:latest", "LOCALDOMAIN/x/y:latest"},
     {"Asdf.com/foo/bar", "Asdf.com/foo/bar:latest", "Asdf.com/foo/bar:latest"},
     {"host:5000/x", "host:5000/x:latest", "host:5000/x:latest"},
     {"127.0.0.1:5000/a/b:t", "127.0.0.1:5000/a/b:t", "127.0.0.1:5000/a/b:t"},
     {"192.168.1.1:5000/repo:5050", "192.168.1.1:5000/repo:5050", "192.168.1.1:5000/repo:5050"},
     {"[::1]:5000/x", "[::1]:5000/x:latest", "[::1]:5000/x:latest"},
     {"[2001:db8:1:2:3:4:5:6]/repo:tag", "[2001:db8:1:2:3:4:5:6]/repo:tag", "[2001:db8:1:2:3:4:5:6]/repo:tag"},
     {"[2001:db8::]:5000/repo", "[2001:db8::]:5000/repo:latest", "[2001:db8::]:5000/repo:latest"},
     {"b.gcr.io/test.example.com/my-app:test.example.com", "b.gcr.io/test.example.com/my-app:test.example.com",
      "b.gcr.io/test.example.com/my-app:test.example.com"},
     // Without a slash there is no host: dots belong to the name, and a number behind the colon is a tag.
     {"test.com:5000", "docker.io/library/test.com:5000", "test.com:5000"},
     {"192.168.0.1:80", "docker.io/library/192.168.0.1:80", "192.168.0.1:80"},
     {"localhost", "docker.io/library/localhost:latest", "localhost:latest"},
     {"xn--n3h.com/myimage:xn--n3h.com", "xn--n3h.com/myimage:xn--n3h.com", "xn--n3h.com/myimage:xn--n3h.com"},
     // Separators within a path.
     {"docker---rules/docker", "docker.io/docker---rules/docker:latest", "docker---rules/docker:latest"},
     {"dock__er/doc_ker", "docker.io/dock__er/doc_ker:latest", "dock__er/doc_ker:latest"},
     {"registry.io/foo/project--id.module--name.ver---sion--name",
      "registry.io/foo/project--id.module--name.ver---sion--name:latest",
      "registry.io/foo/project--id.module--name.ver---sion--name:latest"},
     {"lowercase:Uppercase", "docker.io/library/lowercase:Uppercase", "lowercase:Uppercase"},
     {"d/t:_under.score-dash", "docker.io/d/t:_under.score-dash", "d/t:_under.score-dash"},
     // Shortening these would name other images.
     {"docker.io/localhost/x", "docker.io/localhost/x:latest", "docker.io/localhost/x:latest"},
     {"docker.io/foo.com/x", "docker.io/foo.com/x:latest", "docker.io/foo.com/x:latest"},
     {"docker.io/1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a",
      "docker.io/library/1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a:latest",
      "docker.io/library/1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a:latest"}});

TEST(Reference, HasOneFullAndOneFamiliarForm) {
  for (const auto& [text, full, familiar] : kNormalisations) {
    const Reference reference = parse_reference(text);
    EXPECT_EQ(reference.str(), full);
    EXPECT_EQ(reference.familiar(), familiar);
    EXPECT_EQ(parse_reference(reference.str()), reference);
    EXPECT_EQ(parse_reference(reference.familiar()), reference);
  }
}

TEST(Reference, KeepsTagAndDigestTogether) {
  const Reference reference = parse_reference("test:5000/repo:tag@" + kDigest);
  EXPECT_EQ(reference.host, "test:5000");
  EXPECT_EQ(reference.path, "repo");
  EXPECT_EQ(reference.tag, "tag");
  EXPECT_EQ(reference.digest, Digest::parse(kDigest));
  EXPECT_EQ(reference.repository(), "test:5000/repo");
  EXPECT_EQ(reference.str(), "test:5000/repo:tag@" + kDigest);
}

TEST(Reference, WithADigestGetsNoDefaultTag) {
  const Reference reference = parse_reference("alpine@" + kDigest);
  EXPECT_EQ(reference.tag, std::nullopt);
  EXPECT_EQ(reference.str(), "docker.io/library/alpine@" + kDigest);
  EXPECT_EQ(reference.familiar(), "alpine@" + kDigest);
}

TEST(Reference, TakesSha512) {
  const std::string digest = "sha512:" + std::string(128, 'a');
  EXPECT_EQ(parse_reference("a/b@" + digest).digest, Digest::parse(digest));
}

TEST(Reference, AnImageIdIsARepositoryOnlyBehindAHost) {
  EXPECT_EQ(parse_reference("docker.io/" + kImageId).path, "library/" + kImageId);
  EXPECT_EQ(message_for(kImageId),
            "invalid repository name (" + kImageId + "), cannot specify 64-byte hexadecimal strings");
  EXPECT_EQ(parse_reference("thisisthesongthatneverendsitgoesonandonandonthisisthesongthatnev").tag, "latest");
}

TEST(Reference, RefusesWhatTheGrammarDoesNotKnow) {
  const std::vector<std::string> cases = {
      "",
      ":justtag",
      "@" + kDigest,
      "aa/asdf$$^/aa",
      "a^a",
      "a b",
      "alpine ",
      "alpine\n",
      std::string("alp\0ine", 7),
      "ünï/code",
      "a//b",
      "docker///docker",
      "docker/",
      "/docker",
      "foo.com/",
      "-docker",
      "-docker/docker",
      "docker-/docker",
      "-docker.io/docker/docker",
      "docker./docker",
      ".docker/docker",
      "do..cker/docker",
      "dock_.er/docker",
      "dock-.er/docker",
      "dock___er/docker",
      "____/____",
      "_docker/_docker",
      "docker_/docker_",
      "foo/bar-",
      "foo/bar_",
      "foo/-bar",
      "foo.com/a-/a/a",
      "example.com/__underscore/myimage",
      "example.com/..dots/myimage",
      "example.com/../x",
      "do__cker:8080/docker",
      "foo_bar.com:8080/app",
      "bad_hostname.com:8080/myapp:tag",
      "foo.com:http/bar",
      "foo.com:/bar",
      "[fc00::1]",
      "[fc00::1]:5000",
      "[2001:db8::1]:tag",
      "[fd00:1:2::3]75050/x",
      "[fd00:1:2::3]::75050/x",
      "[]/x",
      "[::1/x",
      "[fe80::1%eth0]:5000/debian",
      "[fe80::1%@invalidzone]:5000/repo",
      "[2001:db8:3:4::192.0.2.33]:5000/debian",
      "fc00::1:5000/debian",
      "https://github.com/docker/docker",
      "registry.com:8080/myapp:invalid~tag",
      "registry.com:8080/myapp:",
      "registry.com:8080/myapp:.tag",
      "registry.com:8080/myapp:-tag",
      "registry.com:8080/myapp:a:b",
      "registry.com:8080/myapp:" + std::string(129, 't'),
      "registry.com:8080/myapp@bad",
      "registry.com:8080/myapp@2bad",
      "registry.com:8080/myapp@",
      "registry.com:8080/myapp@sha256:badbadbadbad",
      "registry.com:8080/myapp@:" + kHex,
      "a@" + kDigest + "@" + kDigest,
      "a@" + kDigest + ":tag",
      "a@sha256:" + std::string(63, 'f') + "g",
  };
  for (const std::string& text : cases) {
    EXPECT_THAT(message_for(text), ::testing::StartsWith("invalid reference format: \"" + text + "\"")) << text;
  }
}

TEST(Reference, SaysThatNamesAreLowerCase) {
  EXPECT_EQ(message_for("Uppercase:tag"),
            "invalid reference format: repository name (library/Uppercase) must be lowercase");
  EXPECT_EQ(message_for("docker/Docker"),
            "invalid reference format: repository name (docker/Docker) must be lowercase");
  EXPECT_EQ(message_for("test:5000/Uppercase/lowercase:tag"),
            "invalid reference format: repository name (Uppercase/lowercase) must be lowercase");
  EXPECT_EQ(hint_for("docker/Docker"), "write docker/docker");
}

TEST(Reference, SaysWhatIsWrongWithADigest) {
  EXPECT_EQ(message_for("repo@sha256:" + std::string(34, 'f')), "invalid checksum digest length");
  EXPECT_EQ(message_for("repo@sha256:" + std::string(65, 'f')), "invalid checksum digest length");
  EXPECT_EQ(message_for("repo@sha256:" + std::string(64, 'F')), "invalid checksum digest format");
  EXPECT_EQ(message_for("repo@sha512:" + kHex), "invalid checksum digest length");
  EXPECT_EQ(message_for("validname@invaliddigest:" + kHex), "unsupported digest algorithm \"invaliddigest\"");
  EXPECT_EQ(message_for("a@SHA256:" + kHex), "unsupported digest algorithm \"SHA256\"");
}

TEST(Reference, LimitsThePathTo255Characters) {
  EXPECT_EQ(parse_reference("example.com/" + std::string(255, 'a') + ":tag").path.size(), 255U);
  EXPECT_EQ(message_for("example.com/" + std::string(256, 'a')),
            "repository name must not be more than 255 characters");
  EXPECT_EQ(message_for("domain/" + std::string(256, 'a') + ":tag"),
            "repository name must not be more than 255 characters");
  EXPECT_EQ(parse_reference(repeat("a/", 123) + "a:tag-puts-this-over-max").tag, "tag-puts-this-over-max");
}

TEST(Reference, TellsWhatToWriteInstead) {
  EXPECT_EQ(hint_for("https://ghcr.io/me/app"), "leave out https://: ghcr.io/me/app");
  EXPECT_EQ(hint_for("foo_bar.com/x"), "\"foo_bar.com\" is no HOST[:PORT]");
  EXPECT_EQ(hint_for(kImageId), "for a digest write REPOSITORY@sha256:" + kImageId);
}

TEST(Repository, HasNeitherTagNorDigest) {
  const Reference repository = parse_repository("ghcr.io/me/app");
  EXPECT_EQ(repository.str(), "ghcr.io/me/app");
  EXPECT_EQ(repository.tag, std::nullopt);
  EXPECT_EQ(parse_repository("alpine").repository(), "docker.io/library/alpine");
  EXPECT_THROW(parse_repository("ghcr.io/me/app:1.0"), UsageError);
  EXPECT_THROW(parse_repository("ghcr.io/me/app@" + kDigest), UsageError);
  EXPECT_THROW(parse_repository("ghcr.io/Me"), UsageError);
}

TEST(Tag, HasUpTo128WordCharacters) {
  for (const std::string& tag :
       {std::string("latest"), std::string("1.0"), std::string("_"), std::string("A-b.c_d"), std::string(128, 'x')}) {
    EXPECT_TRUE(is_tag(tag)) << tag;
  }
  for (const std::string& tag : {std::string(), std::string(".x"), std::string("-x"), std::string("a/b"),
                                 std::string("a b"), std::string("a+b"), std::string("é"), std::string(129, 'x')}) {
    EXPECT_FALSE(is_tag(tag)) << tag;
  }
}

}  // namespace
}  // namespace wasm_oci
