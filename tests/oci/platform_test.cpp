#include "oci/platform.hpp"

#include "oci/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace wasm_oci {
namespace {

// What "linux" alone and the like get from the machine that runs the test.
std::string host_os() { return host_platform().os; }
std::string host_architecture() {
  const Platform host = host_platform();
  return host.architecture == "arm" && host.variant != "v7" ? "arm/" + host.variant : host.architecture;
}

std::string hint_for(std::string_view text) {
  try {
    return "no error: " + format(parse_platform(text));
  } catch (const UsageError& error) {
    return error.hint();
  }
}

TEST(Platform, PairsAndTriplesAreReadAsContainerdReadsThem) {
  struct Case {
    std::string_view text;
    Platform platform;
  };
  const auto platform = [](std::string os, std::string architecture, std::string variant = "") {
    return Platform{.os = std::move(os),
                    .architecture = std::move(architecture),
                    .variant = std::move(variant),
                    .os_version = {},
                    .os_features = {}};
  };
  const std::vector<Case> cases = {
      {"linux/amd64", platform("linux", "amd64")},
      {"linux/arm64", platform("linux", "arm64")},
      {"linux/arm64/v8", platform("linux", "arm64", "v8")},
      {"linux/aarch64/8", platform("linux", "arm64", "v8")},
      {"linux/arm64/9.0", platform("linux", "arm64", "v9")},
      {"linux/arm", platform("linux", "arm")},
      {"linux/arm/7", platform("linux", "arm", "v7")},
      {"linux/arm/v7", platform("linux", "arm", "v7")},
      {"linux/arm/v6", platform("linux", "arm", "v6")},
      {"linux/arm/6", platform("linux", "arm", "v6")},
      {"linux/armel", platform("linux", "arm", "v6")},
      {"linux/armhf", platform("linux", "arm")},
      {"linux/s390x", platform("linux", "s390x")},
      {"linux/i386", platform("linux", "386")},
      {"Linux/X86_64", platform("linux", "amd64")},
      {"linux/x86-64", platform("linux", "amd64")},
      {"linux/amd64/v1", platform("linux", "amd64")},
      {"linux/amd64/V2", platform("linux", "amd64", "v2")},
      {"macOS/aarch64", platform("darwin", "arm64")},
      {"wasi/wasm", platform("wasi", "wasm")},
      {"WASI/Wasm", platform("wasi", "wasm")},
      {"wasip1/wasm", platform("wasip1", "wasm")},
      {"wasip2/wasm", platform("wasip2", "wasm")},
      {"wasi/wasm32", platform("wasi", "wasm32")},
      {"wasi/wasm/v1", platform("wasi", "wasm", "v1")},
      {"wasi/wasi", platform("wasi", "wasi")},
      {"linux/wasm", platform("linux", "wasm")},
      {"any_os-1/some.arch_2", platform("any_os-1", "some.arch_2")},
      {"unknown/unknown", platform("unknown", "unknown")},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(parse_platform(c.text), c.platform) << c.text;
  }
}

TEST(Platform, OneWordIsCompletedByTheHost) {
  EXPECT_EQ(format(parse_platform("linux")), "linux/" + host_architecture());
  EXPECT_EQ(format(parse_platform("macOS")), "darwin/" + host_architecture());
  EXPECT_EQ(format(parse_platform("windows")), "windows/" + host_architecture());
  EXPECT_EQ(format(parse_platform("windows()")), "windows/" + host_architecture());
  EXPECT_EQ(format(parse_platform("arm")), host_os() + "/arm");
  EXPECT_EQ(format(parse_platform("armel")), host_os() + "/arm/v6");
  EXPECT_EQ(format(parse_platform("armhf")), host_os() + "/arm");
  EXPECT_EQ(format(parse_platform("Aarch64")), host_os() + "/arm64");
  EXPECT_EQ(format(parse_platform("x86_64")), host_os() + "/amd64");
  EXPECT_EQ(format(parse_platform("i386")), host_os() + "/386");
  EXPECT_EQ(format(parse_platform("s390x")), host_os() + "/s390x");
}

TEST(Platform, AnOsMayHaveAVersionAndFeatures) {
  struct Case {
    std::string_view text;
    std::string_view version;
    std::vector<std::string> features;
    std::string_view all;
  };
  const std::vector<Case> cases = {
      {"windows(10.0.17763)/amd64", "10.0.17763", {}, "windows(10.0.17763)/amd64"},
      {"windows(10.0.17763+win32k)/amd64", "10.0.17763", {"win32k"}, "windows(10.0.17763+win32k)/amd64"},
      {"linux(+gpu)/amd64", "", {"gpu"}, "linux(+gpu)/amd64"},
      {"linux(+unsorted+erofs)/amd64", "", {"unsorted", "erofs"}, "linux(+erofs+unsorted)/amd64"},
      {"windows(10.0.17763%2Bbuild.42)/amd64", "10.0.17763+build.42", {}, "windows(10.0.17763%2Bbuild.42)/amd64"},
      {"windows(50%25done)/amd64", "50%done", {}, "windows(50%25done)/amd64"},
      {"windows(1.0%28beta%29)/amd64", "1.0(beta)", {}, "windows(1.0%28beta%29)/amd64"},
      {"windows(a%2Fb)/amd64", "a/b", {}, "windows(a%2Fb)/amd64"},
      {"linux(+feat%2bv2)/amd64", "", {"feat+v2"}, "linux(+feat%2Bv2)/amd64"},
      {"linux()/amd64", "", {}, "linux/amd64"},
      {"linux(+)/amd64", "", {}, "linux/amd64"},
  };
  for (const Case& c : cases) {
    const Platform platform = parse_platform(c.text);
    EXPECT_EQ(platform.os_version, c.version) << c.text;
    EXPECT_EQ(platform.os_features, c.features) << c.text;
    EXPECT_EQ(format_all(platform), c.all) << c.text;
    EXPECT_EQ(format_all(parse_platform(c.all)), c.all) << c.text;
  }
  EXPECT_EQ(format_all(parse_platform("linux(+gpu+simd)")), "linux(+gpu+simd)/" + host_architecture());
}

TEST(Platform, RefusesWhatContainerdRefuses) {
  for (const std::string_view text : {"",
                                      "/linux/arm",
                                      "linux/arm/",
                                      "linux /arm",
                                      "linux/&arm",
                                      "linux/arm/foo/bar",
                                      "linux/arm/foo/bar/x",
                                      "*",
                                      "linux/*",
                                      "*/arm64",
                                      "nonsense",
                                      "linux//v1",
                                      "li.nux/amd64",
                                      "linux(/amd64",
                                      "linux)/amd64",
                                      "(1)/amd64",
                                      "linux(a)(b)/amd64",
                                      "linux(a b)/amd64",
                                      "linux(++a)/amd64",
                                      "linux(+a+)/amd64",
                                      "linux(+a++b)/amd64",
                                      "linux(%)/amd64",
                                      "linux(%2)/amd64",
                                      "linux(%zz)/amd64",
                                      "amd64(1)",
                                      "linux/amd64\n",
                                      "linux(a/b)/amd64"}) {
    EXPECT_THROW(parse_platform(text), UsageError) << text;
  }
}

TEST(Platform, EncodedBytesMustBePrintable) {
  for (const std::string_view text : {"linux(%00)/amd64", "linux(%0a)/amd64", "linux(%7f)/amd64", "linux(%ff)/amd64"}) {
    EXPECT_THROW(parse_platform(text), UsageError) << text;
  }
}

TEST(Platform, WasmSlipsGetTheRightSpelling) {
  struct Case {
    std::string_view text;
    std::string_view hint;
  };
  const std::vector<Case> cases = {
      {"wasm", "did you mean wasi/wasm?"},          {"WASM", "did you mean wasi/wasm?"},
      {"wasm32", "did you mean wasi/wasm?"},        {"wasi", "did you mean wasi/wasm?"},
      {"wasip1", "did you mean wasip1/wasm?"},      {"wasip2", "did you mean wasip2/wasm?"},
      {"wasm/wasi", "did you mean wasi/wasm?"},     {"wasm32/wasi", "did you mean wasi/wasm?"},
      {"wasm/wasip1", "did you mean wasip1/wasm?"}, {"wasm32/wasi-p9", "did you mean wasi/wasm?"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(hint_for(c.text), c.hint) << c.text;
  }
}

TEST(Normalize, FoldsOtherNames) {
  const auto normalized = [](std::string os, std::string architecture, std::string variant = "") {
    return format(normalize({.os = std::move(os),
                             .architecture = std::move(architecture),
                             .variant = std::move(variant),
                             .os_version = {},
                             .os_features = {}}));
  };
  EXPECT_EQ(normalized("linux", "aarch64"), "linux/arm64");
  EXPECT_EQ(normalized("linux", "arm64", "v8"), "linux/arm64");
  EXPECT_EQ(normalized("linux", "arm64", "v8.0"), "linux/arm64");
  EXPECT_EQ(normalized("linux", "arm64", "9"), "linux/arm64/v9");
  EXPECT_EQ(normalized("linux", "arm"), "linux/arm/v7");
  EXPECT_EQ(normalized("linux", "armhf"), "linux/arm/v7");
  EXPECT_EQ(normalized("linux", "armel"), "linux/arm/v6");
  EXPECT_EQ(normalized("linux", "arm", "5"), "linux/arm/v5");
  EXPECT_EQ(normalized("linux", "i386", "x"), "linux/386");
  EXPECT_EQ(normalized("Linux", "AMD64", "V1"), "linux/amd64");
  EXPECT_EQ(normalized("macos", "x86-64"), "darwin/amd64");
  EXPECT_EQ(normalized("", "amd64"), host_os() + "/amd64");
}

TEST(Normalize, FoldsNoWasmName) {
  for (const std::string_view text : {"wasi/wasm", "wasip1/wasm", "wasip2/wasm", "wasi/wasm32", "wasi/wasm/v7"}) {
    EXPECT_EQ(format(normalize(parse_platform(text))), text);
  }
}

TEST(Normalize, SortsFeaturesAndIsStable) {
  const Platform once = normalize(
      {.os = "linux", .architecture = "arm", .variant = {}, .os_version = "1", .os_features = {"b", "a", "b"}});
  EXPECT_EQ(once.os_features, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(once.os_version, "1");
  EXPECT_EQ(normalize(once), once);
}

TEST(FormatPlatform, WithoutAnOsIsUnknown) {
  EXPECT_EQ(format(Platform{}), "unknown");
  EXPECT_EQ(
      format_all(Platform{.os = {}, .architecture = "amd64", .variant = {}, .os_version = "1", .os_features = {}}),
      "unknown");
  EXPECT_EQ(format(Platform{.os = "linux", .architecture = {}, .variant = {}, .os_version = {}, .os_features = {}}),
            "linux");
}

TEST(FormatPlatform, SkipsEmptyAndRepeatedFeatures) {
  const Platform platform{.os = "linux",
                          .architecture = "amd64",
                          .variant = {},
                          .os_version = {},
                          .os_features = {"", "simd", "", "gpu", "simd", "100%gpu"}};
  EXPECT_EQ(format_all(platform), "linux(+100%25gpu+gpu+simd)/amd64");
  EXPECT_EQ(format(platform), "linux/amd64");
}

TEST(HostPlatform, IsAPlatformOfItsOwn) {
  const Platform host = host_platform();
  EXPECT_EQ(normalize(parse_platform(format(host))), normalize(host));
}

}  // namespace
}  // namespace wasm_oci
