// Referrers in a repository: with the registry's own lists, with the index under a tag, and with lists that lie.
#include "oci/error.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/store/copy_graph.hpp"
#include "oci/store/copy_referrers.hpp"
#include "oci/store/memory_store.hpp"
#include "registry/referrers.hpp"
#include "registry/registry_store.hpp"
#include "tests/support/docker_registry.hpp"
#include "tests/support/graph.hpp"
#include "tests/support/registry_session.hpp"
#include "tests/support/scripted_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <mutex>
#include <span>

namespace wasm_oci {
namespace {

using testing::Answer;
using testing::DockerRegistry;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::RegistrySession;
using testing::ScriptedServer;
using testing::SeenRequest;
using ::testing::SizeIs;

const Digest kSubject = digest_of("subject");
const std::string kList = "/v2/me/app/referrers/" + kSubject.str();
const std::string kTag = "/v2/me/app/manifests/sha256-" + kSubject.hex();

std::string index_of(std::vector<Descriptor> manifests) {
  return serialize(Index{.media_type = std::string(media_type::kOciIndex), .manifests = std::move(manifests)});
}

Answer index_answer(const std::string& body, const std::string& next = {}) {
  Answer answer{.headers = {{"Content-Type", std::string(media_type::kOciIndex)}}, .body = body};
  if (!next.empty()) {
    answer.headers.add("Link", "<" + next + ">; rel=\"next\"");
  }
  return answer;
}

Descriptor referrer(const std::string& content) { return describe(media_type::kOciManifest, content); }

// A manifest with kSubject, and what lists say of it.
std::string manifest_text(const std::string& layer) {
  return serialize(Manifest{.media_type = std::string(media_type::kOciManifest),
                            .artifact_type = "application/vnd.example",
                            .config = describe(media_type::kOciEmpty, "{}"),
                            .layers = {describe("a/b", layer)},
                            .subject = describe(media_type::kOciManifest, "subject"),
                            .annotations = {{"key", "value"}}});
}
Descriptor listed(const std::string& manifest) {
  Descriptor descriptor = referrer(manifest);
  descriptor.artifact_type = "application/vnd.example";
  descriptor.annotations = {{"key", "value"}};
  return descriptor;
}

template <typename Action>
std::string message_of(Action&& action, ErrorKind kind) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.message();
    return error.message();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

// Keeps manifests as they are put; `before_` may answer in its place.
class RegistryReferrers : public ::testing::Test {
 protected:
  RegistryReferrers()
      : server_(ScriptedServer::answering([this](const SeenRequest& request) { return answer(request); })),
        session_(server_.host(), {.flags = {.plain_http = {""}}}),
        store_(session_.store("me/app")) {}

  Answer answer(const SeenRequest& request) {
    const std::scoped_lock lock(mutex_);
    if (before_) {
      if (auto early = before_(request)) {
        return *early;
      }
    }
    if (request.method == "PUT") {
      kept_[request.target] = request.body;
      return {.status = 201};
    }
    const auto found = kept_.find(request.target);
    return found == kept_.end() ? Answer{.status = 404} : index_answer(found->second);
  }

  void put(const std::string& manifest) { store_->put_root(referrer(manifest), manifest, {}); }
  static std::string path_of(const std::string& manifest) {
    return "/v2/me/app/manifests/" + digest_of(manifest).str();
  }

  std::mutex mutex_;
  std::function<std::optional<Answer>(const SeenRequest&)> before_;
  std::map<std::string, std::string> kept_;
  ScriptedServer server_;
  RegistrySession session_;
  std::unique_ptr<RegistryStore> store_;
};

// --- Reading

TEST_F(RegistryReferrers, AreReadPageByPageEachOnce) {
  before_ = [](const SeenRequest& request) {
    return request.target == kList ? index_answer(index_of({listed("a"), listed("b")}), kList + "?next=2")
                                   : index_answer(index_of({listed("b"), listed("c")}));
  };
  EXPECT_THAT(store_->referrers(kSubject), ElementsAre(listed("a"), listed("b"), listed("c")));
  EXPECT_THAT(server_.lines(), ElementsAre("GET " + kList, "GET " + kList + "?next=2"));
  EXPECT_EQ(server_.requests().at(0).headers.get("Accept"), media_type::kOciIndex);
}

TEST_F(RegistryReferrers, AreReadByTagWhereThereAreNoListsAndThatIsAskedOnce) {
  kept_[kTag] = index_of({listed("a")});
  for (const int status : {404, 400, 405}) {
    before_ = [&](const SeenRequest& request) {
      return request.target == kList ? std::optional(Answer{.status = status}) : std::nullopt;
    };
    const auto store = session_.store("me/app");
    const std::size_t before = server_.lines().size();
    EXPECT_THAT(store->referrers(kSubject), ElementsAre(listed("a")));
    EXPECT_THAT(store->referrers(digest_of("other")), IsEmpty());
    EXPECT_EQ(server_.lines().size() - before, 3U);
  }
}

TEST_F(RegistryReferrers, RefusalsAreErrorsAsEverywhere) {
  int status = 403;
  before_ = [&](const SeenRequest&) { return Answer{.status = status}; };
  EXPECT_THAT(message_of([&] { store_->referrers(kSubject); }, ErrorKind::auth), HasSubstr("referrers of sha256:"));
  status = 500;
  message_of([&] { store_->referrers(kSubject); }, ErrorKind::network);
  status = 413;
  message_of([&] { store_->referrers(kSubject); }, ErrorKind::failure);
}

TEST_F(RegistryReferrers, AListOfSomethingElseIsRefused) {
  const std::string no_digest = R"({"manifests":[{"mediaType":"a/b","size":1,"digest":"sha256:../../x"}]})";
  const std::string no_size = R"({"manifests":[{"mediaType":"a/b","size":-1,"digest":")" + kSubject.str() + R"("}]})";
  for (const std::string& body : {std::string("<html>"), std::string("[]"), std::string("{}"), std::string("x"),
                                  std::string(R"({"manifests":[],"config":{}})"), no_digest, no_size}) {
    before_ = [&](const SeenRequest&) { return index_answer(body); };
    EXPECT_THAT(message_of([&] { store_->referrers(kSubject); }, ErrorKind::content), HasSubstr(kSubject.str()));
  }
}

TEST_F(RegistryReferrers, PagesThatNeverEndOrLeadAwayAreRefused) {
  int page = 0;
  for (const std::string& next : {std::string("?next=a"), std::string("http://127.0.0.2:1/x"), std::string("?next=")}) {
    before_ = [&](const SeenRequest&) {
      return index_answer(index_of({}), next.ends_with('=') ? next + std::to_string(++page) : next);
    };
    message_of([&] { store_->referrers(kSubject); }, ErrorKind::content);
  }
  EXPECT_EQ(page, 1'000);
}

TEST_F(RegistryReferrers, AListWithoutEndIsRefused) {
  Descriptor large = listed("a");
  large.annotations["key"] = std::string(kMaxManifestSize - 1'000, 'x');
  const std::string text = index_of({large});
  int page = 0;
  before_ = [&](const SeenRequest&) { return index_answer(text, "?next=" + std::to_string(++page)); };
  message_of([&] { store_->referrers(kSubject); }, ErrorKind::content);
  EXPECT_EQ(page, 9);
  before_ = [&](const SeenRequest&) { return index_answer(std::string(kMaxManifestSize + 1, ' ')); };
  message_of([&] { store_->referrers(kSubject); }, ErrorKind::content);
}

TEST_F(RegistryReferrers, ATagThatIsNoIndexIsAContentError) {
  before_ = [](const SeenRequest& request) -> std::optional<Answer> {
    if (request.target != kTag || request.method != "GET") {
      return std::nullopt;
    }
    return Answer{.headers = {{"Content-Type", std::string(media_type::kOciManifest)}}, .body = manifest_text("x")};
  };
  EXPECT_THAT(message_of([&] { store_->referrers(kSubject); }, ErrorKind::content), HasSubstr("tag sha256-"));
  EXPECT_THAT(message_of([&] { put(manifest_text("y")); }, ErrorKind::content), HasSubstr("tag sha256-"));
  EXPECT_FALSE(kept_.contains(kTag)) << "it is not overwritten";
}

// --- Writing

TEST_F(RegistryReferrers, AreListedUnderTheTagWhereTheRegistryDoesNot) {
  const std::string manifest = manifest_text("x");
  put(manifest);
  EXPECT_THAT(server_.lines(), ElementsAre("PUT " + path_of(manifest), "GET " + kTag, "PUT " + kTag, "GET " + kTag));
  EXPECT_EQ(kept_[kTag], index_of({listed(manifest)}));
  put(manifest);
  EXPECT_THAT(server_.lines(), SizeIs(6)) << "what is listed is not listed again";
  const std::string other = manifest_text("y");
  store_->put_root(referrer(other), other, std::vector<RootName>{{"1"}, {"2"}});
  EXPECT_THAT(server_.lines(), SizeIs(12)) << "once, however many names; looked at before the first moves";
  EXPECT_EQ(kept_[kTag], index_of({listed(manifest), listed(other)}));
}

TEST_F(RegistryReferrers, MoveNoTagWhereTheirListIsNone) {
  kept_[kTag] = manifest_text("an image");
  const std::string manifest = manifest_text("x");
  EXPECT_THROW(store_->put_root(referrer(manifest), manifest, std::vector<RootName>{{"1"}}), ContentError);
  EXPECT_THAT(server_.lines(), ElementsAre("GET " + kTag));
}

TEST_F(RegistryReferrers, AreLeftToARegistryThatListsThem) {
  before_ = [](const SeenRequest& request) {
    return request.method == "PUT" ? std::optional(Answer{.status = 201, .headers = {{"OCI-Subject", kSubject.str()}}})
                                   : std::nullopt;
  };
  const std::string manifest = manifest_text("x");
  put(manifest);
  VerifiedSource source(std::make_unique<StringSource>(manifest), referrer(manifest));
  store_->put(referrer(manifest), NodeKind::manifest, source);
  EXPECT_THAT(server_.lines(), SizeIs(2));
}

TEST_F(RegistryReferrers, KeepWhatOthersWroteUnderTheTag) {
  const std::string theirs = "{\n \"schemaVersion\": 2,\n \"x-own\": 1e2,\n \"manifests\": [ ]\n}\n";
  kept_[kTag] = theirs;
  put(manifest_text("x"));
  EXPECT_THAT(kept_[kTag], HasSubstr("\"x-own\": 1e2"));
  EXPECT_THAT(parse_index(kept_[kTag]).manifests, ElementsAre(listed(manifest_text("x"))));
}

TEST_F(RegistryReferrers, AreListedAgainWhereAnotherWriterWasFaster) {
  int lost = 0;
  before_ = [&](const SeenRequest& request) -> std::optional<Answer> {
    if (request.line() != "PUT " + kTag || ++lost > 2) {
      return std::nullopt;
    }
    kept_[kTag] = index_of({listed("theirs")});
    return Answer{.status = 201};
  };
  put(manifest_text("x"));
  EXPECT_EQ(kept_[kTag], index_of({listed("theirs"), listed(manifest_text("x"))}));
}

TEST_F(RegistryReferrers, ARaceThatIsLostToTheEndIsAConflict) {
  before_ = [&](const SeenRequest& request) {
    return request.line() == "PUT " + kTag ? std::optional(Answer{.status = 201}) : std::nullopt;
  };
  EXPECT_THAT(message_of([&] { put(manifest_text("x")); }, ErrorKind::conflict), HasSubstr("tag sha256-"));
}

TEST_F(RegistryReferrers, AnIndexThatRefersToItselfEndsNothing) {
  kept_[kTag] = R"({"schemaVersion":2,"manifests":[],"subject":{"mediaType":"a/b","size":7,"digest":")" +
                kSubject.str() + R"("}})";
  put(manifest_text("x"));
  EXPECT_THAT(parse_index(kept_[kTag]).manifests, ElementsAre(listed(manifest_text("x"))));
  EXPECT_THAT(server_.lines(), SizeIs(4));
}

// --- A registry without lists that others wrote

TEST(RealRegistryReferrers, AreCopiedBetweenItsRepositories) {
  const DockerRegistry registry;
  RegistrySession session(registry.host());
  MemoryStore local;
  const Descriptor image = testing::add_image(local, "layer");
  const Descriptor signature = testing::add_referrer(local, image, "signature");
  const Descriptor second = testing::add_referrer(local, image, "second signature");
  const Descriptor countersignature = testing::add_referrer(local, signature, "countersignature");
  const Descriptor tagged = testing::add_image(local, "tagged");
  const std::string tag = "sha256-" + image.digest.hex() + ".sig";

  const auto from = session.store("me/app");
  copy_graph(local, image, *from, std::vector<RootName>{{"1.0"}});
  copy_graph(local, tagged, *from, std::vector<RootName>{{tag}});
  EXPECT_THAT(copy_referrers(local, std::span(&image.digest, 1), *from, TaggedReferrers::skip).copied, SizeIs(3));
  EXPECT_THAT(from->referrers(image.digest), SizeIs(2));

  const auto to = session.store("you/app");
  copy_graph(*from, image, *to, std::vector<RootName>{{"1.0"}});
  EXPECT_THAT(copy_referrers(*from, std::span(&image.digest, 1), *to, TaggedReferrers::copy).copied, SizeIs(4));
  const auto reader = session.store("you/app", Access::pull);
  EXPECT_THAT(reader->referrers(image.digest), ::testing::UnorderedElementsAreArray(from->referrers(image.digest)));
  EXPECT_EQ(reader->referrers(signature.digest).at(0).digest, countersignature.digest);
  EXPECT_EQ(reader->resolve(tag)->digest, tagged.digest);
  EXPECT_EQ(testing::read_graph(*reader, countersignature), 3U);
  EXPECT_EQ(testing::read_graph(*reader, second), 3U);

  MemoryStore pulled;
  EXPECT_THAT(copy_referrers(*reader, std::span(&image.digest, 1), pulled, TaggedReferrers::skip).copied, SizeIs(3));
  EXPECT_EQ(testing::read_graph(pulled, countersignature), 3U);
}

}  // namespace
}  // namespace wasm_oci
