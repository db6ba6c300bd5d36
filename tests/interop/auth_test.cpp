// Registries that ask who one is, by password, by token and behind TLS; credentials are shared with other programs.
#include "oci/digest.hpp"
#include "tests/interop/peers.hpp"
#include "tests/support/registries.hpp"

#include <gmock/gmock.h>

namespace wasm_oci::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kUser = "alice";
constexpr const char* kPassword = "correct horse battery";

class Auth : public ::testing::Test {
 protected:
  Outcome login(const std::string& host, const std::string& password) {
    return user_({"login", host, "-u", kUser, "--password-stdin"}, password + "\n");
  }
  std::string build(const std::string& reference) {
    return user_.must({"build", testdata(kModule).string(), "-t", reference, "-q"});
  }
  void expect_hello_at(const std::string& reference, const std::vector<std::string>& options = {}) {
    std::vector<std::string> arguments = {"pull", reference, "-o", "-"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Outcome outcome = user_(arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(digest_of(outcome.out).str(), sha256_of(testdata(kModule)));
  }

  WasmOci user_;
  TempDir folder_;
};

TEST_F(Auth, PasswordLoginPushPullLogout) {
  const auto registry = registry_with_password(folder_.path(), kUser, kPassword);
  const std::string reference = registry->host() + "/me/hello:1.0";
  build(reference);

  EXPECT_EQ(user_({"push", reference}).exit_code, 5);
  const Outcome wrong = login(registry->host(), "wrong password");
  EXPECT_EQ(wrong.exit_code, 5);
  EXPECT_THAT(wrong.err, AllOf(StartsWith("error: "), Not(HasSubstr("wrong password"))));

  EXPECT_EQ(login(registry->host(), kPassword).exit_code, 0);
  user_.must({"push", reference});
  expect_hello_at(reference);
  EXPECT_EQ(user_({"digest", registry->host() + "/me/hello:2.0"}).exit_code, 4);

  user_.must({"logout", registry->host()});
  EXPECT_EQ(user_({"digest", reference}).exit_code, 5);
}

TEST_F(Auth, CredentialsOnTheCommandLineAreForOneRun) {
  const auto registry = registry_with_password(folder_.path(), kUser, kPassword);
  const std::string reference = registry->host() + "/me/hello:1.0";
  build(reference);
  user_.must({"push", reference, "--creds", std::string(kUser) + ":" + kPassword});
  expect_hello_at(reference, {"--creds", registry->host() + "=" + kUser + ":" + kPassword});
  EXPECT_EQ(user_({"digest", reference}).exit_code, 5);
}

TEST_F(Auth, LoginsAreSharedWithSkopeo) {
  const auto registry = registry_with_password(folder_.path(), kUser, kPassword);
  const std::string reference = registry->host() + "/me/hello:1.0";
  const std::string digest = build(reference);

  // Theirs goes to $XDG_RUNTIME_DIR/containers/auth.json.
  user_.must_other({"skopeo", "login", "--tls-verify=false", "-u", kUser, "-p", kPassword, registry->host()});
  user_.must({"push", reference});
  user_.must_other({"skopeo", "logout", registry->host()});
  EXPECT_EQ(user_({"digest", reference}).exit_code, 5);

  EXPECT_EQ(login(registry->host(), kPassword).exit_code, 0);
  EXPECT_EQ(user_.must_other({"skopeo", "inspect", "--tls-verify=false", "--format", "{{.Digest}}", "--override-os",
                              "wasi", "--override-arch", "wasm", "docker://" + reference}),
            digest);
}

TEST_F(Auth, TlsIsTrustedOnlyWithItsRoot) {
  const TestCertificate certificate;
  const auto registry = registry_with_tls(certificate);
  const std::string reference = registry->host() + "/me/hello:1.0";
  build(reference);

  const Outcome refused = user_({"push", reference});
  EXPECT_EQ(refused.exit_code, 6);
  EXPECT_THAT(refused.err, HasSubstr("certificate"));

  user_.must({"push", reference, "--ca-file", certificate.cert_file()});
  expect_hello_at(reference, {"--ca-file", certificate.cert_file()});
  user_.environment()["SSL_CERT_FILE"] = certificate.cert_file();
  expect_hello_at(reference);
}

TEST_F(Auth, ATokenIsAskedForOnceAndWithTheRightScope) {
  const TokenServer tokens({.users = {{kUser, kPassword}}});
  const auto registry = registry_with_tokens(tokens);
  const std::string reference = registry->host() + "/me/hello:1.0";
  build(reference);

  EXPECT_EQ(user_({"push", reference}).exit_code, 5);
  EXPECT_EQ(login(registry->host(), kPassword).exit_code, 0);

  const size_t before = tokens.requests().size();
  user_.must({"push", reference});
  const auto requests = tokens.requests();
  ASSERT_EQ(requests.size(), before + 1);
  EXPECT_EQ(requests.back().user, kUser);
  EXPECT_EQ(requests.back().status, 200);
  ASSERT_EQ(requests.back().scopes.size(), 1U);
  EXPECT_THAT(requests.back().scopes.front(), StartsWith("repository:me/hello:"));
  EXPECT_THAT(requests.back().scopes.front(), HasSubstr("push"));
  expect_hello_at(reference);
}

TEST_F(Auth, APublicRepositoryIsReadWithoutAnAccount) {
  const TokenServer tokens({.users = {{kUser, kPassword}}, .anonymous_pull = true});
  const auto registry = registry_with_tokens(tokens);
  const std::string reference = registry->host() + "/me/hello:1.0";
  build(reference);
  user_.must({"push", reference, "--creds", std::string(kUser) + ":" + kPassword});
  expect_hello_at(reference);
  EXPECT_THAT(tokens.requests().back().user, IsEmpty());
  build(registry->host() + "/me/other:1.0");
  EXPECT_EQ(user_({"push", registry->host() + "/me/other:1.0"}).exit_code, 5);
}

// A token that covers both repositories, or one for each: a mount needs the right to read where the blob is.
TEST_F(Auth, ACopyBetweenRepositoriesOfOneRegistry) {
  const TokenServer tokens({.users = {{kUser, kPassword}}});
  const auto registry = registry_with_tokens(tokens);
  const std::string first = registry->host() + "/me/first:1.0";
  const std::string second = registry->host() + "/me/second:1.0";
  const std::string digest = build(first);
  EXPECT_EQ(login(registry->host(), kPassword).exit_code, 0);
  user_.must({"push", first});
  user_.must({"copy", first, second});
  EXPECT_EQ(user_.must({"digest", second}), digest);
}

}  // namespace
}  // namespace wasm_oci::testing
