#include "oci/location.hpp"

#include "oci/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wasm_oci {
namespace {

Digest a_digest() { return digest_of("any"); }

const std::string kDigestText = a_digest().str();  // NOLINT(cert-err58-cpp)

Location registry(std::string_view reference) { return RegistryLocation{parse_reference(reference)}; }
Location local(std::string_view reference) { return LocalLocation{parse_reference(reference)}; }
Location layout(std::string path, std::optional<std::string> name = std::nullopt) {
  return LayoutLocation{.path = std::move(path), .name = std::move(name)};
}
Location archive(ArchiveFormat format, std::string path, std::optional<std::string> name = std::nullopt) {
  return ArchiveLocation{.format = format, .path = std::move(path), .name = std::move(name)};
}
Location file(std::string path) { return FileLocation{std::move(path)}; }

std::string hint_for(std::string_view text) {
  try {
    return "no error: " + format(parse_location(text));
  } catch (const UsageError& error) {
    return error.hint();
  }
}

TEST(Location, PlainReferencesAndRegistryPrefixesNameARegistry) {
  EXPECT_EQ(parse_location("ghcr.io/me/app:1.0"), registry("ghcr.io/me/app:1.0"));
  EXPECT_EQ(parse_location("me/app"), registry("docker.io/me/app:latest"));
  EXPECT_EQ(parse_location("alpine@" + kDigestText), registry("alpine@" + kDigestText));
  EXPECT_EQ(parse_location("docker://me/app"), registry("me/app"));
  EXPECT_EQ(parse_location("oci://ghcr.io/me/app:1"), registry("ghcr.io/me/app:1"));
  EXPECT_EQ(parse_location("localhost:5000/x"), registry("localhost:5000/x"));
}

TEST(Location, APlainReferenceMayMeanTheLocalStore) {
  EXPECT_EQ(parse_location("me/app", PlainMeans::local), local("me/app"));
  EXPECT_EQ(parse_location("docker://me/app", PlainMeans::local), registry("me/app"));
  EXPECT_EQ(parse_location("./app.wasm", PlainMeans::local), file("./app.wasm"));
}

TEST(Location, LocalReferencesAreNormalised) {
  EXPECT_EQ(parse_location("local:me/app"), local("docker.io/me/app:latest"));
  EXPECT_EQ(parse_location("local:localhost:5000/x:1"), local("localhost:5000/x:1"));
  EXPECT_EQ(parse_location("local:app.wasm"), local("docker.io/library/app.wasm:latest"));
}

TEST(Location, APrefixWinsOverAHostOfThatName) {
  EXPECT_EQ(parse_location("docker://local:5000/x"), registry("local:5000/x"));
  EXPECT_EQ(parse_location("local:5000/x"), local("docker.io/5000/x:latest"));
  EXPECT_EQ(parse_location("oci:5000/x"), layout("5000/x"));
  EXPECT_EQ(parse_location("file:5000/x"), file("5000/x"));
}

TEST(Location, LayoutsHaveThreeSpellings) {
  for (const std::string prefix : {"oci:", "oci-layout://", "ocidir://"}) {
    EXPECT_EQ(parse_location(prefix + "dir"), layout("dir"));
    EXPECT_EQ(parse_location(prefix + "/abs/dir:name"), layout("/abs/dir", "name"));
    EXPECT_EQ(parse_location((prefix + "dir@").append(kDigestText)),
              Location(LayoutLocation{.path = "dir", .name = std::nullopt, .digest = a_digest()}));
  }
}

TEST(Location, TheFirstColonEndsThePathAndTheRestIsTheName) {
  EXPECT_EQ(parse_location("oci:dir:ghcr.io/me/app:1.0"), layout("dir", "ghcr.io/me/app:1.0"));
  EXPECT_EQ(parse_location("oci:dir:localhost:5000/x:y"), layout("dir", "localhost:5000/x:y"));
  EXPECT_EQ(parse_location("oci:a@b"), layout("a@b"));
  EXPECT_EQ(parse_location("oci:dir:me@host:80"), layout("dir", "me@host:80"));
  EXPECT_EQ(parse_location("oci:dir.wasm"), layout("dir.wasm"));
}

TEST(Location, ArchivesAreFiles) {
  EXPECT_EQ(parse_location("oci-archive:f.tar"), archive(ArchiveFormat::oci, "f.tar"));
  EXPECT_EQ(parse_location("oci-archive:f.tar:a:b/c"), archive(ArchiveFormat::oci, "f.tar", "a:b/c"));
  EXPECT_EQ(parse_location("oci-archive:-"), archive(ArchiveFormat::oci, "-"));
  EXPECT_EQ(parse_location("oci-archive:-:name"), archive(ArchiveFormat::oci, "-", "name"));
  EXPECT_EQ(parse_location("docker-archive:f.tar"), archive(ArchiveFormat::docker, "f.tar"));
  EXPECT_EQ(parse_location("docker-archive:f.tar:me/app"), archive(ArchiveFormat::docker, "f.tar", "me/app"));
  EXPECT_EQ(parse_location("oci-archive:f.tar@" + kDigestText),
            Location(ArchiveLocation{
                .format = ArchiveFormat::oci, .path = "f.tar", .name = std::nullopt, .digest = a_digest()}));
}

TEST(Location, FilesAreKnownByTheirSpelling) {
  EXPECT_EQ(parse_location("file:app"), file("app"));
  EXPECT_EQ(parse_location("file:a:b@c"), file("a:b@c"));
  EXPECT_EQ(parse_location("app.wasm"), file("app.wasm"));
  EXPECT_EQ(parse_location("dist/app.wasm"), file("dist/app.wasm"));
  EXPECT_EQ(parse_location("localhost:5000/app.wasm"), file("localhost:5000/app.wasm"));
  EXPECT_EQ(parse_location("./manifest.json"), file("./manifest.json"));
  EXPECT_EQ(parse_location("../x:y@z"), file("../x:y@z"));
  EXPECT_EQ(parse_location("/abs/x"), file("/abs/x"));
  EXPECT_EQ(parse_location("app.wasm:1.0"), registry("docker.io/library/app.wasm:1.0"));
  EXPECT_EQ(parse_location("app:v1.wasm"), registry("docker.io/library/app:v1.wasm"));
  EXPECT_EQ(parse_location("app.wasm@" + kDigestText), registry("app.wasm@" + kDigestText));
  EXPECT_EQ(parse_location("app"), registry("app"));
}

TEST(Location, EmptyPathsAndNamesGetTheRightSpelling) {
  EXPECT_EQ(hint_for("oci:"), "write oci:DIR[:NAME|@sha256:HEX]");
  EXPECT_EQ(hint_for("oci::name"), "write oci:DIR[:NAME|@sha256:HEX]");
  EXPECT_EQ(hint_for("oci:@" + kDigestText), "write oci:DIR[:NAME|@sha256:HEX]");
  EXPECT_EQ(hint_for("ocidir://"), "write ocidir://DIR[:NAME|@sha256:HEX]");
  EXPECT_EQ(hint_for("oci:dir:"), "write oci:DIR[:NAME|@sha256:HEX], or leave out the \":\"");
  EXPECT_EQ(hint_for("oci-archive:"), "write oci-archive:FILE[:NAME|@sha256:HEX]");
  EXPECT_EQ(hint_for("docker-archive:f:"), "write docker-archive:FILE[:NAME|@sha256:HEX], or leave out the \":\"");
  EXPECT_EQ(hint_for("file:"), "write file:PATH");
}

TEST(Location, ABrokenDigestIsNoName) {
  for (const std::string& text : {std::string("oci:dir@sha256:abc"), "oci:dir@sha256:" + std::string(64, 'A'),
                                  "oci:dir@sha512:" + std::string(64, 'a'), "oci:dir@md5:" + std::string(32, 'a'),
                                  "oci:dir:name@sha256:" + std::string(63, 'a')}) {
    EXPECT_THROW(parse_location(text), UsageError) << text;
  }
}

TEST(Location, TakesANameOrADigestButNotBoth) {
  EXPECT_EQ(hint_for("oci:dir:name@" + kDigestText), "write oci:dir@" + kDigestText);
  EXPECT_EQ(hint_for("oci-archive:f:name@" + kDigestText), "write oci-archive:f@" + kDigestText);
}

TEST(Location, OciWithSlashesIsARegistry) {
  EXPECT_EQ(hint_for("oci:///tmp/layout"), "for a layout write oci:/tmp/layout");
  EXPECT_EQ(hint_for("oci://./layout"), "for a layout write oci:./layout");
}

TEST(Location, ARepositoryHasNeitherTagNorDigest) {
  for (const std::string_view text : {"me/app", "docker://me/app", "oci://me/app"}) {
    EXPECT_EQ(parse_repository_location(text).repository(), "docker.io/me/app") << text;
  }
  for (const std::string_view text : {"me/app:1", "docker://me/app:1", "oci:dir", "me/app@sha256:x"}) {
    EXPECT_THROW(parse_repository_location(text), UsageError) << text;
  }
}

TEST(Location, RefusesBrokenReferences) {
  for (const std::string_view text :
       {"", "-", ".", "..", "local:", "docker://", "oci://", "local:Up", "docker:///x", "https://ghcr.io/x", "a b"}) {
    EXPECT_THROW(parse_location(text), UsageError) << text;
  }
}

TEST(FormatLocation, NormalisesReferencesAndKeepsPrefixes) {
  const auto formatted = [](std::string_view text) { return format(parse_location(text)); };
  EXPECT_EQ(formatted("me/app:1.0"), "docker.io/me/app:1.0");
  EXPECT_EQ(formatted("docker://me/app"), "docker.io/me/app:latest");
  EXPECT_EQ(formatted("local:me/app:1.0"), "local:docker.io/me/app:1.0");
  EXPECT_EQ(formatted("ocidir://d:n"), "oci:d:n");
  EXPECT_EQ(formatted("oci:d@" + kDigestText), "oci:d@" + kDigestText);
  EXPECT_EQ(formatted("oci-archive:-:n"), "oci-archive:-:n");
  EXPECT_EQ(formatted("docker-archive:f:me/app"), "docker-archive:f:me/app");
  EXPECT_EQ(formatted("app.wasm"), "file:app.wasm");
}

TEST(FormatLocation, ReadsBackAsTheSameLocation) {
  for (const std::string& text :
       {std::string("docker://local:5000/x"), std::string("docker://oci:5000/x"), std::string("local:a/b"),
        std::string("oci-layout:////srv/x"), "oci:d@" + kDigestText, std::string("oci:d:a:b"),
        std::string("docker-archive:-"), std::string("/a/b.wasm"), std::string("ghcr.io/a/b:c@") + kDigestText}) {
    const Location location = parse_location(text);
    EXPECT_EQ(parse_location(format(location)), location) << text;
  }
}

}  // namespace
}  // namespace wasm_oci
