#include "oci/clients/gate.hpp"

#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/support/counting_store.hpp"
#include "tests/support/graph.hpp"
#include "tests/support/wasm_bytes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// An image whose config is for `own` and whose entry is for `said`.
Descriptor entry(MemoryStore& store, const std::string& own, const std::string& said, const std::string& created = "") {
  const Platform platform = parse_platform(own);
  const std::string config = R"({"created":")" + created + R"(","architecture":")" + platform.architecture +
                             R"(","os":")" + platform.os + "\"}";
  Descriptor descriptor =
      store.add(media_type::kOciManifest, serialize(Manifest{.media_type = std::string(media_type::kOciManifest),
                                                             .config = store.add(media_type::kOciConfig, config)}));
  descriptor.platform = parse_platform(said);
  return descriptor;
}

Descriptor index(MemoryStore& store, const std::vector<Descriptor>& entries) {
  return testing::add_index(store, entries);
}

std::optional<std::string> why_unusable_for(std::string_view client, Store& store, const Descriptor& root) {
  return why_unusable(find_client(client), store, root, Modules::are_looked_for);
}

TEST(WhyUnusable, SaysWhatAClientRefusesAndWhatDoesNotStart) {
  MemoryStore store;
  const Descriptor silent = entry(store, "wasi/wasm", "wasi/wasm");
  EXPECT_EQ(why_unusable_for("docker", store, silent), "cannot run it: it has neither entrypoint nor command");
  EXPECT_EQ(why_unusable_for("crane", store, silent), std::nullopt) << "it only pulls";
  const Descriptor artifact = store.add(
      media_type::kOciManifest, serialize(Manifest{.media_type = std::string(media_type::kOciManifest),
                                                   .config = store.add("application/vnd.wasm.config.v0+json", "{}"),
                                                   .layers = {store.add(media_type::kWasm, testing::kCoreHeader)}}));
  EXPECT_THAT(why_unusable_for("podman", store, artifact).value_or(""), HasSubstr("refuses it: \"unsupported"));
  EXPECT_EQ(why_unusable_for("podman", store, index(store, {silent})), std::nullopt) << "it chooses of an index";
  EXPECT_EQ(why_unusable_for("podman", store, describe(media_type::kOciManifest, "absent")), std::nullopt);
}

std::vector<std::string> failures_of(const Gate& gate, Store& store, const Descriptor& after,
                                     const std::optional<Descriptor>& before) {
  const std::vector<GateFailure> failures = check_gate(gate, store, after, before);
  std::vector<std::string> lines(failures.size());
  std::ranges::transform(failures, lines.begin(), &GateFailure::line);
  return lines;
}

class Gates : public ::testing::Test {
 protected:
  const Platform wasi_ = parse_platform("wasi/wasm");
  const Platform linux_ = parse_platform("linux/amd64");
};

TEST_F(Gates, LetsPassWhatServesEveryPlatform) {
  MemoryStore store;
  const Descriptor linux = entry(store, "linux/amd64", "linux/amd64");
  const Descriptor before = index(store, {linux});
  const Descriptor after = index(store, {linux, entry(store, "wasi/wasm", "wasi/wasm")});
  EXPECT_THAT(failures_of({.served = {wasi_, linux_}, .unchanged = {linux_}}, store, after, before), IsEmpty());
  EXPECT_THAT(failures_of({}, store, after, std::nullopt), IsEmpty());
}

TEST_F(Gates, HoldsWhatAPlatformDoesNotFind) {
  MemoryStore store;
  const Descriptor after = index(store, {entry(store, "linux/386", "linux/386")});
  EXPECT_THAT(failures_of({.served = {wasi_}}, store, after, std::nullopt),
              ElementsAre("wasi/wasm: Docker, containerd and podman would take nothing"));
  EXPECT_THAT(failures_of({.served = {linux_}}, store, after, std::nullopt),
              ElementsAre(HasSubstr("Docker and containerd would take the image for linux/386"),
                          HasSubstr("podman would take nothing")));
}

TEST_F(Gates, AsksTheClientsItIsTold) {
  MemoryStore store;
  const Descriptor after =
      index(store, {entry(store, "linux/amd64", "linux/amd64"), entry(store, "wasi/wasm", "wasi/wasm")});
  EXPECT_THAT(failures_of({.served = {wasi_}, .clients = {&find_client("crane")}}, store, after, std::nullopt),
              IsEmpty());
  EXPECT_THAT(failures_of({.served = {wasi_}, .clients = {&find_client("crane"), &find_client("istio")}}, store, after,
                          std::nullopt),
              ElementsAre(AllOf(HasSubstr("wasi/wasm: Istio would take the image for linux/amd64"),
                                HasSubstr("asking for linux/amd64 as ever"))));
}

TEST_F(Gates, HoldsAConfigThatSaysAnotherPlatform) {
  MemoryStore store;
  const Descriptor after = index(store, {entry(store, "linux/amd64", "wasi/wasm")});
  const std::vector<std::string> failures = failures_of({.served = {wasi_}}, store, after, std::nullopt);
  EXPECT_THAT(failures, ElementsAre(HasSubstr("whose config says linux/amd64")));
  EXPECT_THAT(check_gate({.served = {wasi_}}, store, after, std::nullopt).at(0).clients,
              ElementsAre("docker", "containerd", "podman"));
}

TEST_F(Gates, ABareImageIsForWhatItsConfigSays) {
  MemoryStore store;
  Descriptor image = entry(store, "wasi/wasm", "wasi/wasm");
  image.platform.reset();
  EXPECT_THAT(failures_of({.served = {wasi_}}, store, image, std::nullopt), IsEmpty());
  EXPECT_THAT(failures_of({.served = {linux_}}, store, image, std::nullopt), SizeIs(1));
}

TEST_F(Gates, HoldsWhatAPlatformWouldNotice) {
  MemoryStore store;
  const Descriptor old = entry(store, "linux/amd64", "linux/amd64", "1");
  const Descriptor other = entry(store, "linux/amd64", "linux/amd64", "2");
  const Descriptor before = index(store, {old});
  const Gate gate{.unchanged = {linux_}};
  EXPECT_THAT(failures_of(gate, store, index(store, {other}), before),
              ElementsAre(HasSubstr(other.digest.str() + " in the place of " + old.digest.str())));
  EXPECT_THAT(failures_of(gate, store, index(store, {entry(store, "wasi/wasm", "wasi/wasm")}), before),
              ElementsAre(HasSubstr("nothing in the place of")));
  EXPECT_THAT(failures_of(gate, store, before, std::nullopt), SizeIs(1));
  EXPECT_THAT(failures_of({.unchanged = {wasi_}}, store, before, before),
              ElementsAre(HasSubstr("found nothing until now")));
}

TEST_F(Gates, ReadsAnIndexOnceForAllClientsAndPlatforms) {
  testing::CountingStore store;
  const Descriptor linux = entry(store, "linux/amd64", "linux/amd64");
  const Descriptor before = index(store, {linux});
  const Descriptor after = index(store, {linux, entry(store, "wasi/wasm", "wasi/wasm")});
  EXPECT_THAT(check_gate({.served = {wasi_, linux_}, .unchanged = {linux_}}, store, after, before), IsEmpty());
  EXPECT_EQ(store.opened(after.digest), 1);
  EXPECT_EQ(store.opened(before.digest), 1);
}

}  // namespace
}  // namespace wasm_oci
