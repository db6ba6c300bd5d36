#include "registry/url.hpp"

#include "oci/error.hpp"
#include "registry/http.hpp"

#include <gtest/gtest.h>

#include <string_view>
#include <utility>
#include <vector>

namespace wasm_oci {
namespace {

Url url(std::string_view text) { return Url::parse(text).value(); }

TEST(Url, FillsInDefaultPortsAndLowersTheHost) {
  EXPECT_EQ(url("HTTPS://Registry.Example/v2/").origin(), (Origin{"https", "registry.example", 443}));
  EXPECT_EQ(url("http://registry.example").origin(), (Origin{"http", "registry.example", 80}));
  EXPECT_EQ(url("https://registry.example:443/a").str(), "https://registry.example/a");
  EXPECT_EQ(url("https://[::1]:5000/v2/").origin(), (Origin{"https", "::1", 5000}));
  EXPECT_EQ(url("https://[::1]:5000/v2/").str(), "https://[::1]:5000/v2/");
}

TEST(Url, KeepsPathAndQueryLetterForLetter) {
  const std::string odd = "https://r.example/v2/a/../b/%2f%7e/uploads/1?_state=a+b%2B%3d|~=&x=%7B!&y";
  EXPECT_EQ(url(odd).str(), odd);
}

TEST(Url, PutsAPathToAnOrigin) {
  const Origin origin{"https", "::1", 5000};
  EXPECT_EQ(Url::at(origin, "/v2/a/tags/list?n=1").str(), "https://[::1]:5000/v2/a/tags/list?n=1");
  EXPECT_EQ(Url::at(origin, "/v2/").origin(), origin);
  for (const std::string_view path : {"", "v2/", "//\n", "/v2/ x", "/v2/\nx"}) {
    EXPECT_THROW(Url::at(origin, path), UsageError) << path;
  }
}

TEST(Url, DropsUserInformationAndFragment) {
  EXPECT_EQ(url("https://me:secret@r.example/v2/#part").str(), "https://r.example/v2/");
}

TEST(Url, RefusesWhatIsNoAbsoluteHttpUrl) {
  for (const std::string_view text :
       {"", "/v2/", "registry.example/v2", "ftp://r.example/", "file:///etc/passwd", "https://", "https:///x",
        "null://x", "https://r.example/a b", "https://r.example/a\nb", "https://r.example:99999/",
        "https://r.example:port/", "https://[fe80::1%25eth0]/", "https://r.example\r\nX: y/"}) {
    EXPECT_FALSE(Url::parse(text)) << text;
  }
}

TEST(Url, AnotherSpellingOfAnAddressIsTheSameOrigin) {
  EXPECT_EQ(url("http://0x7f.1/").origin().host, "127.0.0.1");
  EXPECT_EQ(url("http://2130706433/").origin().host, "127.0.0.1");
}

TEST(Url, ResolvesAsRfc3986Says) {
  const Url base = url("https://r.example:5000/v2/app/blobs/uploads/?x=1");
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {
      {"https://other.example/up?s=%2B+", "https://other.example/up?s=%2B+"},
      {"//other.example/up", "https://other.example/up"},
      {"/v2/app/blobs/uploads/7?_state=a%3D+|b", "https://r.example:5000/v2/app/blobs/uploads/7?_state=a%3D+|b"},
      {"7?_state=q", "https://r.example:5000/v2/app/blobs/uploads/7?_state=q"},
      {"?_state=q", "https://r.example:5000/v2/app/blobs/uploads/?_state=q"},
  };
  for (const auto& [reference, expected] : cases) {
    const auto resolved = base.resolve(reference);
    ASSERT_TRUE(resolved) << reference;
    EXPECT_EQ(resolved->str(), expected);
  }
}

TEST(Url, RefusesToResolveToAnotherScheme) {
  const Url base = url("https://r.example/v2/");
  for (const std::string_view reference : {"ftp://r.example/x", "file:///etc/passwd", "/a b", "/a\r\nX: y"}) {
    const auto resolved = base.resolve(reference);
    EXPECT_FALSE(resolved) << reference << " became " << resolved->str();
  }
}

TEST(Url, ShowsNoQuery) {
  EXPECT_EQ(url("https://r.example:5000/up/1?X-Amz-Signature=secret").display(), "https://r.example:5000/up/1");
}

TEST(Url, ShowsTheBeginningOfALongOne) {
  const Url long_one = url("https://r.example/" + std::string(10'000, 'x'));
  EXPECT_EQ(long_one.display(), long_one.str().substr(0, 200) + "…");
}

TEST(Url, AddsToAQueryWithoutTouchingWhatIsThere) {
  EXPECT_EQ(url("https://r.example/up").with_query("digest", "sha256:ab").str(),
            "https://r.example/up?digest=sha256%3Aab");
  EXPECT_EQ(url("https://r.example/up?_state=a%2b").with_query("digest", "x").str(),
            "https://r.example/up?_state=a%2b&digest=x");
  EXPECT_EQ(url("https://r.example/up?").with_query("from", "library/app").str(),
            "https://r.example/up?from=library%2Fapp");
}

TEST(LoopbackHost, IsDecidedBySpelling) {
  for (const std::string_view host : {"localhost", "LOCALHOST", "kind.localhost", "127.0.0.1", "127.255.0.9", "::1"}) {
    EXPECT_TRUE(is_loopback_host(host)) << host;
  }
  for (const std::string_view host :
       {"localhost.example", "notlocalhost", "localhost.", "128.0.0.1", "127.0.0.1.example", "127.1", "127.0.0.256",
        "127.0.0.", "127.0.0.1.", "10.0.0.1", "0.0.0.0", "::", "127.0.0.0x1", ""}) {
    EXPECT_FALSE(is_loopback_host(host)) << host;
  }
}

TEST(Headers, AreFoundWithoutCaseAndKeepTheirOrder) {
  const Headers headers{{"WWW-Authenticate", "Basic"}, {"Location", "/x"}, {"www-authenticate", "Bearer"}};
  EXPECT_EQ(headers.get("location"), "/x");
  EXPECT_EQ(headers.all("Www-Authenticate"), (std::vector<std::string>{"Basic", "Bearer"}));
  EXPECT_FALSE(headers.get("Link"));
}

}  // namespace
}  // namespace wasm_oci
