#include "cli/build_output.hpp"

#include "oci/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wasm_oci::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const std::string kHex = std::string(64, 'a');

struct Refused {
  std::string message;
  std::string hint;
};

Refused refused(const std::string& text) {
  try {
    parse_build_output(text);
  } catch (const UsageError& error) {
    return {.message = error.message(), .hint = error.hint()};
  }
  return {.message = "no error", .hint = {}};
}

// For comparing: the parts of an output that differ from a default one.
std::string summary(const BuildOutput& output) {
  std::string text;
  for (const Reference& name : output.names) {
    text += " name=" + name.str();
  }
  return text + (output.load ? " load" : "") + (output.push ? " push" : "") +
         (output.push_by_digest ? " by-digest" : "") + (output.location ? " location" : "");
}

TEST(BuildOutput, IsALocation) {
  struct Case {
    std::string text;
    Location expected;
  };
  const std::vector<Case> cases = {
      {"oci:dir", LayoutLocation{.path = "dir"}},
      {"oci:a/b:me/app:1.0", LayoutLocation{.path = "a/b", .name = "me/app:1.0"}},
      {"oci-layout://dir", LayoutLocation{.path = "dir"}},
      {"ocidir://dir:1", LayoutLocation{.path = "dir", .name = "1"}},
      {"oci-archive:a.tar", ArchiveLocation{.format = ArchiveFormat::oci, .path = "a.tar"}},
      {"oci-archive:-", ArchiveLocation{.format = ArchiveFormat::oci, .path = "-"}},
      {"oci-archive:a.tar:1", ArchiveLocation{.format = ArchiveFormat::oci, .path = "a.tar", .name = "1"}},
      {"docker-archive:a.tar:me/app:1",
       ArchiveLocation{.format = ArchiveFormat::docker, .path = "a.tar", .name = "me/app:1"}},
      {"docker://ghcr.io/me/app:1", RegistryLocation{.reference = parse_reference("ghcr.io/me/app:1")}},
      {"docker://me/app", RegistryLocation{.reference = parse_reference("docker.io/me/app:latest")}},
  };
  for (const Case& c : cases) {
    const BuildOutput output = parse_build_output(c.text);
    EXPECT_EQ(output.location, c.expected) << c.text;
    EXPECT_EQ(summary(output), " location") << c.text;
  }
}

TEST(BuildOutput, ReadsFilesAsBuildxSpellsThem) {
  struct Case {
    std::string text;
    Location expected;
  };
  const std::vector<Case> cases = {
      {"type=oci,dest=a.tar", ArchiveLocation{.format = ArchiveFormat::oci, .path = "a.tar"}},
      {"dest=a.tar,type=oci", ArchiveLocation{.format = ArchiveFormat::oci, .path = "a.tar"}},
      {"type=oci,dest=-", ArchiveLocation{.format = ArchiveFormat::oci, .path = "-"}},
      {"type=oci,dest=a.tar,tar=true", ArchiveLocation{.format = ArchiveFormat::oci, .path = "a.tar"}},
      {"type=oci,dest=dir,tar=false", LayoutLocation{.path = "dir"}},
      {"tar=0,type=oci,dest=dir", LayoutLocation{.path = "dir"}},
      {"type=docker,dest=a.tar", ArchiveLocation{.format = ArchiveFormat::docker, .path = "a.tar"}},
      {"type=docker,dest=-,tar=1", ArchiveLocation{.format = ArchiveFormat::docker, .path = "-"}},
      // A path is a path here, whatever it holds, and a value may hold what separates fields.
      {"type=oci,dest=a:b=c", ArchiveLocation{.format = ArchiveFormat::oci, .path = "a:b=c"}},
      {R"(type=oci,"dest=a,b.tar")", ArchiveLocation{.format = ArchiveFormat::oci, .path = "a,b.tar"}},
      {R"(type=oci,"dest=a""b")", ArchiveLocation{.format = ArchiveFormat::oci, .path = "a\"b"}},
      {"type=oci,dest=a,dest=b", ArchiveLocation{.format = ArchiveFormat::oci, .path = "b"}},
  };
  for (const Case& c : cases) {
    const BuildOutput output = parse_build_output(c.text);
    EXPECT_EQ(output.location, c.expected) << c.text;
    EXPECT_EQ(summary(output), " location") << c.text;
  }
}

TEST(BuildOutput, ReadsImagesAsBuildxSpellsThem) {
  struct Case {
    std::string text;
    std::string expected;
  };
  const std::vector<Case> cases = {
      {"type=docker", " load"},
      {"type=docker,name=me/app", " name=docker.io/me/app:latest load"},
      {"type=oci,dest=a,name=me/app:1", " name=docker.io/me/app:1 location"},
      {"type=image", ""},
      {"type=image,push=false", ""},
      {"type=image,name=ghcr.io/me/app:1", " name=ghcr.io/me/app:1"},
      {"type=image,push=true", " push"},
      {"push=1,type=image,name=ghcr.io/me/app:1", " name=ghcr.io/me/app:1 push"},
      {R"(type=image,"name=ghcr.io/me/app:1,alpine",push=true)",
       " name=ghcr.io/me/app:1 name=docker.io/library/alpine:latest push"},
      {"type=image,name=ghcr.io/me/app,push-by-digest=true,push=true", " name=ghcr.io/me/app:latest push by-digest"},
      {"type=image,push-by-digest=true", " push by-digest"},
      {"type=registry", " push"},
      {"type=registry,name=ghcr.io/me/app:1", " name=ghcr.io/me/app:1 push"},
      {"type=registry,push-by-digest=true", " push by-digest"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(summary(parse_build_output(c.text)), c.expected) << c.text;
  }
}

TEST(BuildOutput, RefusesEverythingElseWithTheRightSpelling) {
  struct Case {
    std::string text;
    std::string message;
    std::string hint;
  };
  const std::string all = "write oci:DIR, oci-archive:FILE, docker-archive:FILE, docker://REF, type=";
  const std::vector<Case> cases = {
      {"", "\"\" is no place for an image", all},
      {"app.tar", "\"app.tar\" is no place for an image", all},
      {"./dir", "\"./dir\" is no place for an image", all},
      {"-", "\"-\" is no place for an image", all},
      {"ghcr.io/me/app:1", "\"ghcr.io/me/app:1\" is no place for an image", all},
      {"local:me/app", "\"local:me/app\" is no place for an image", all},
      {"file:app.wasm", "\"file:app.wasm\" is no place for an image", all},
      {"dest=a.tar", "\"dest=a.tar\" is no place for an image", all},
      {"type=", "type= is unknown here", all},
      {"type=local,dest=a", "type=local is unknown here", all},
      {"type=tar,dest=a", "type=tar is unknown here", all},
      {"type=oci", "type=oci needs dest=FILE", "write type=oci,dest=FILE, with dest=- for standard output"},
      {"type=oci,dest=", "type=oci needs dest=FILE", "write type=oci,dest=FILE"},
      {"type=oci,dest=-,tar=false", "is a folder and cannot go to standard output", "write type=oci,dest=-"},
      {"type=oci,dest=a,push=true", "type=oci is not pushed", "write type=registry,name=REF, or --push"},
      {"type=docker,push-by-digest=true", "type=docker is not pushed", "write type=registry,name=REF"},
      {"type=docker,dest=a,tar=false", "type=docker is always a tar", "write type=oci,dest=DIR,tar=false"},
      {"type=docker,tar=false", "type=docker is always a tar", "write type=oci,dest=DIR,tar=false"},
      {"type=image,dest=a.tar", "type=image takes no dest and no tar", "write type=oci,dest=FILE"},
      {"type=registry,tar=false", "type=registry takes no dest and no tar", "or oci:DIR for a layout"},
      {"type=oci,dest", "\"dest\" is not KEY=VALUE", all},
      {"type=oci,,dest=a", "\"\" is not KEY=VALUE", all},
      {"type=oci,dest=a,tar=maybe", "tar=maybe: neither true nor false", all},
      {"type=image,push=", "push=: neither true nor false", all},
      {R"(type=oci,"dest=a)", "has a quote without an end", all},
      {"type=image,unpack=true", "has an unknown key \"unpack\"", all},
      {"type=image,Push=true", "has an unknown key \"Push\"", all},
      {"type=oci,dest=a,compression=zstd", "has an unknown key \"compression\"", "--compression gzip|zstd|none"},
      {"type=oci,dest=a,compression-level=3", "has an unknown key \"compression-level\"", "--compression-level N"},
      {"type=image,annotation=a=b", "has an unknown key \"annotation\"", "--annotation KEY=VALUE"},
      {"type=image,load=true", "has an unknown key \"load\"", "--load"},
  };
  for (const Case& c : cases) {
    const Refused result = refused(c.text);
    EXPECT_THAT(result.message, AllOf(HasSubstr("--output "), HasSubstr(c.message))) << c.text;
    EXPECT_THAT(result.hint, HasSubstr(c.hint)) << c.text;
  }
}

TEST(BuildOutput, RefusesLocationsAndNamesThatAreNone) {
  EXPECT_THAT(refused("oci:").message, HasSubstr("the path is empty"));
  EXPECT_THAT(refused("oci-archive:a.tar:").message, HasSubstr("the name is empty"));
  EXPECT_THAT(refused("docker://Me/App").message, HasSubstr("repository name (App) must be lowercase"));
  EXPECT_THAT(refused("type=image,name=Me/App").message, HasSubstr("repository name (App) must be lowercase"));
  EXPECT_THAT(refused("type=image,name=").message, HasSubstr("invalid reference format"));
  EXPECT_THAT(refused("type=image,name=me/app@sha256:" + kHex).message, HasSubstr("its digest follows"));
}

TEST(BuildTag, MayStandWithThePrefixOfTheLocalStoreAndNoOther) {
  EXPECT_EQ(parse_build_tag("local:me/app:1").str(), "docker.io/me/app:1");
  for (const std::string text : {"oci:dir:1", "docker://me/app:1", "oci-archive:app.tar"}) {
    try {
      parse_build_tag(text);
      FAIL() << text;
    } catch (const UsageError& error) {
      EXPECT_EQ(error.hint(), "-o " + text);
    }
  }
}

TEST(BuildTag, IsAReferenceWithoutADigest) {
  EXPECT_EQ(parse_build_tag("me/app").str(), "docker.io/me/app:latest");
  EXPECT_EQ(parse_build_tag("localhost:5000/app:1").str(), "localhost:5000/app:1");
  EXPECT_THROW(parse_build_tag(""), UsageError);
  try {
    parse_build_tag("me/app:1@sha256:" + kHex);
    FAIL() << "no error";
  } catch (const UsageError& error) {
    EXPECT_EQ(error.message(),
              "an image cannot be named me/app:1@sha256:" + kHex + ": its digest follows from what is built");
    EXPECT_EQ(error.hint(), "write the name alone: -t me/app:1");
  }
}

}  // namespace
}  // namespace wasm_oci::cli
