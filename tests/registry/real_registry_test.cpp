// The store against a registry that others wrote.
#include "oci/media_type.hpp"
#include "oci/store/copy_graph.hpp"
#include "oci/store/memory_store.hpp"
#include "registry/registry_store.hpp"
#include "tests/support/docker_registry.hpp"
#include "tests/support/graph.hpp"
#include "tests/support/registries.hpp"
#include "tests/support/registry_session.hpp"
#include "tests/support/token_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

namespace wasm_oci {
namespace {

using testing::DockerRegistry;
using testing::RegistrySession;

class RealRegistry : public ::testing::Test {
 protected:
  // An index of two images, the first with a layer of several buffers.
  static Descriptor fill(MemoryStore& store) {
    return testing::add_index(
        store, {testing::add_image(store, std::string(5'000'001, 'l')), testing::add_image(store, "small layer")});
  }

  // Pushes by tag, pulls, and expects the same graph.
  static void round_trip(RegistrySession& session, const std::string& repository) {
    MemoryStore local;
    const Descriptor root = fill(local);
    const auto remote = session.store(repository);
    copy_graph(local, root, *remote, std::vector<RootName>{{.ref_name = "1.0"}});

    const auto reader = session.store(repository, Access::pull);
    const auto found = reader->resolve("1.0");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->digest, root.digest);
    EXPECT_EQ(reader->peek("1.0")->digest, root.digest);
    MemoryStore pulled;
    copy_graph(*reader, *found, pulled, std::vector<RootName>{{.ref_name = "x"}});
    EXPECT_EQ(testing::read_graph(pulled, root), 7);
  }

  static Credential user(const std::string& name, const std::string& password) {
    return {.username = name, .password = Secret(password), .source = "a test"};
  }
};

TEST_F(RealRegistry, KeepsWhatIsPushed) {
  const DockerRegistry registry;
  RegistrySession session(registry.host());
  round_trip(session, "me/app");
  EXPECT_EQ(session.store("me/app")->tags(), std::vector<std::string>{"1.0"});
  EXPECT_FALSE(session.store("me/app")->resolve("2.0"));
  EXPECT_FALSE(session.store("me/none")->resolve("2.0"));
  EXPECT_THROW(session.store("me/none")->tags(), NotFoundError);
}

TEST_F(RealRegistry, MountsBetweenItsRepositories) {
  const DockerRegistry registry;
  RegistrySession session(registry.host());
  const auto base = session.store("me/base");
  const std::string layer = "a layer";
  const Descriptor blob = describe(media_type::kOciLayer, layer);
  VerifiedSource source(std::make_unique<StringSource>(layer), blob);
  base->put(blob, NodeKind::blob, source);
  const auto app = session.store("me/app");
  EXPECT_FALSE(app->contains(blob, NodeKind::blob));
  EXPECT_TRUE(app->mount(blob, *base));
  EXPECT_TRUE(app->contains(blob, NodeKind::blob));
}

TEST_F(RealRegistry, CopiesToAnotherRegistry) {
  const DockerRegistry first;
  const DockerRegistry second;
  RegistrySession from(first.host());
  RegistrySession to(second.host());
  MemoryStore local;
  const Descriptor root = fill(local);
  copy_graph(local, root, *from.store("me/app"), std::vector<RootName>{{.ref_name = "1"}});
  const auto copy = to.store("you/app");
  for (const unsigned jobs : {1U, 4U}) {
    copy_graph(*from.store("me/app", Access::pull), root, *copy,
               std::vector<RootName>{{.ref_name = std::to_string(jobs)}}, {.jobs = jobs});
  }
  EXPECT_EQ(testing::read_graph(*copy, root), 7);
}

TEST_F(RealRegistry, TakesAnEmptyBlob) {
  const DockerRegistry registry;
  RegistrySession session(registry.host());
  const auto store = session.store("me/app");
  const Descriptor blob = describe(media_type::kOciLayer, "");
  VerifiedSource source(std::make_unique<StringSource>(""), blob);
  store->put(blob, NodeKind::blob, source);
  EXPECT_TRUE(store->contains(blob, NodeKind::blob));
}

TEST_F(RealRegistry, WantsThePassword) {
  const testing::TempDir folder;
  const auto registry = testing::registry_with_password(folder.path(), "me", "secret");
  RegistrySession session(registry->host(), {.credential = user("me", "secret")});
  round_trip(session, "me/app");
  RegistrySession wrong(registry->host(), {.credential = user("me", "wrong")});
  EXPECT_THROW(wrong.store("me/app")->resolve("1.0"), AuthError);
  RegistrySession nobody(registry->host());
  EXPECT_THROW(nobody.store("me/app")->resolve("1.0"), AuthError);
}

TEST_F(RealRegistry, WantsATokenAndGetsFew) {
  const testing::TokenServer tokens({.users = {{"me", "secret"}}});
  const auto registry = testing::registry_with_tokens(tokens);
  RegistrySession session(registry->host(), {.credential = user("me", "secret")});
  round_trip(session, "me/app");
  EXPECT_LE(tokens.requests().size(), 2);
  RegistrySession nobody(registry->host());
  EXPECT_THROW(nobody.store("me/app")->resolve("1.0"), AuthError);
}

TEST_F(RealRegistry, SpeaksTlsAndHttp2) {
  const testing::TestCertificate certificate;
  const auto registry = testing::registry_with_tls(certificate);
  RegistrySession session(registry->host(), {.flags = {.ca_file = {certificate.cert_file()}}});
  round_trip(session, "me/app");

  RegistrySession reading(registry->host(), {.flags = {.ca_file = {certificate.cert_file()}}, .http = {.http2 = true}});
  const auto store = reading.store("me/app", Access::pull);
  std::atomic<std::size_t> nodes = 0;
  const auto root = store->resolve("1.0");
  ASSERT_TRUE(root);
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { nodes += testing::read_graph(*store, *root); });
  }
  threads.clear();
  EXPECT_EQ(nodes, 7 * 8);
}

}  // namespace
}  // namespace wasm_oci
