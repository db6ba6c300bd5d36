#include "registry/registry_store.hpp"

#include "oci/media_type.hpp"
#include "oci/store/copy_graph.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/support/graph.hpp"
#include "tests/support/registry_session.hpp"
#include "tests/support/scripted_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace wasm_oci {
namespace {

using testing::Answer;
using testing::Connection;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::RegistrySession;
using testing::ScriptedServer;
using testing::SeenRequest;
using ::testing::StartsWith;

const std::string kManifest =
    R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{},"layers":[]})";
const std::string kDigest = digest_of(kManifest).str();
const Credential kMe{.username = "me", .password = Secret("canary-password"), .source = "a test"};

Answer manifest_answer(const std::string& body = kManifest) {
  return {.headers = {{"Content-Type", std::string(media_type::kOciManifest)},
                      {"Docker-Content-Digest", digest_of(body).str()}},
          .body = body};
}

Descriptor blob_of(std::string_view bytes) { return describe(media_type::kOciLayer, bytes); }
VerifiedSource source_of(const std::string& bytes) { return {std::make_unique<StringSource>(bytes), blob_of(bytes)}; }

// A registry in front of which a test can stand: `before_` may answer in its place.
class RegistryStoreTest : public ::testing::Test {
 protected:
  using Before = std::function<std::optional<Answer>(const SeenRequest&)>;

  explicit RegistryStoreTest(std::optional<Credential> credential = std::nullopt)
      : server_(ScriptedServer::answering([this](const SeenRequest& request) { return answer(request); })),
        session_(server_.host(), {.credential = std::move(credential), .flags = {.plain_http = {""}}}),
        store_(session_.store("me/app")) {}

  // Methods and paths without what differs from run to run.
  std::vector<std::string> lines() const { return server_.lines(); }
  void put_blob(const std::string& bytes) {
    VerifiedSource source = source_of(bytes);
    store_->put(source.descriptor(), NodeKind::blob, source);
  }
  bool holds(const std::string& bytes) {
    const std::scoped_lock lock(mutex_);
    return blobs_.contains(digest_of(bytes).str());
  }

  Answer answer(const SeenRequest& request) {
    if (before_) {
      if (auto early = before_(request)) {
        return *early;
      }
    }
    const std::scoped_lock lock(mutex_);
    const std::string base = "/v2/me/app/";
    if (request.line() == "POST " + base + "blobs/uploads/") {
      return {.status = 202,
              .headers = {{"Location", base + "blobs/uploads/" + std::to_string(++uploads_) + "?_state=a%2B"}}};
    }
    if (request.method == "PUT" && request.target.starts_with(base + "blobs/uploads/")) {
      const std::string digest = digest_of(request.body).str();
      blobs_[digest] = request.body;
      return {.status = 201, .headers = {{"Docker-Content-Digest", digest}}};
    }
    if (request.method == "PUT") {
      return {.status = 201, .headers = {{"Docker-Content-Digest", digest_of(request.body).str()}}};
    }
    const std::string blob_path = base + "blobs/";
    if (request.target.starts_with(blob_path) && blobs_.contains(request.target.substr(blob_path.size()))) {
      return {.body = blobs_.at(request.target.substr(blob_path.size()))};
    }
    return {.status = 404};
  }

  Before before_;
  std::mutex mutex_;
  std::map<std::string, std::string> blobs_;
  int uploads_ = 0;
  ScriptedServer server_;
  RegistrySession session_;
  std::unique_ptr<RegistryStore> store_;
};

std::string text_of(VerifiedSource source) { return read_all(source, 1UL << 20U); }

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

// --- Reading

TEST_F(RegistryStoreTest, ResolvesATagAndOpensItWithoutASecondRequest) {
  before_ = [](const SeenRequest&) { return manifest_answer(); };
  const auto root = store_->resolve("1.0");
  ASSERT_TRUE(root);
  EXPECT_EQ(root->digest.str(), kDigest);
  EXPECT_EQ(root->media_type, media_type::kOciManifest);
  EXPECT_EQ(store_->load(*root, NodeKind::manifest), kManifest);
  EXPECT_THAT(lines(), ElementsAre("GET /v2/me/app/manifests/1.0"));
  const std::string accept = server_.requests().at(0).headers.get("Accept").value_or("");
  for (const std::string_view type : {media_type::kOciManifest, media_type::kOciIndex, media_type::kDockerManifest,
                                      media_type::kDockerManifestList}) {
    EXPECT_THAT(accept, HasSubstr(std::string(type)));
  }
}

TEST_F(RegistryStoreTest, AnUnknownTagIsAbsent) {
  EXPECT_FALSE(store_->resolve("1.0"));
  EXPECT_FALSE(store_->peek("1.0"));
}

TEST_F(RegistryStoreTest, NothingButTagsAndDigestsBecomesPartOfAUrl) {
  for (const std::string name : {"", "../x", "a b", "a/b", "a?b", "sha256:zz", "a\r\nb"}) {
    EXPECT_THROW(store_->resolve(name), UsageError) << name;
  }
  EXPECT_TRUE(server_.requests().empty());
}

TEST_F(RegistryStoreTest, TheComputedDigestCountsNotTheHeader) {
  before_ = [](const SeenRequest&) {
    Answer lie = manifest_answer();
    lie.headers = {{"Content-Type", std::string(media_type::kOciManifest)},
                   {"Docker-Content-Digest", digest_of("other").str()}};
    return lie;
  };
  EXPECT_EQ(store_->resolve("1.0")->digest.str(), kDigest);
}

TEST_F(RegistryStoreTest, APinnedDigestIsVerifiedWhateverTheHeaderSays) {
  before_ = [](const SeenRequest&) {
    return Answer{.headers = {{"Content-Type", std::string(media_type::kOciManifest)},
                              {"Docker-Content-Digest", digest_of("wanted").str()}},
                  .body = kManifest};
  };
  EXPECT_THAT(message_of([&] { store_->resolve(digest_of("wanted").str()); }, ErrorKind::content), HasSubstr(kDigest));
}

TEST_F(RegistryStoreTest, AWebPageIsNoManifest) {
  before_ = [](const SeenRequest&) {
    return Answer{.headers = {{"Content-Type", "text/html"}}, .body = "<html>please log in</html>"};
  };
  EXPECT_THAT(message_of([&] { store_->resolve("1.0"); }, ErrorKind::content), HasSubstr("web page"));
}

TEST_F(RegistryStoreTest, AManifestWithoutEndIsRefused) {
  before_ = [](const SeenRequest&) { return manifest_answer(std::string(9UL << 20U, ' ')); };
  message_of([&] { store_->resolve("1.0"); }, ErrorKind::content);
}

TEST_F(RegistryStoreTest, RefusalsOfReadingHaveTheirKind) {
  int status = 403;
  before_ = [&](const SeenRequest&) { return Answer{.status = status}; };
  EXPECT_THAT(message_of([&] { store_->resolve("1.0"); }, ErrorKind::auth), HasSubstr("me/app: tag 1.0"));
  status = 400;
  message_of([&] { store_->resolve("1.0"); }, ErrorKind::failure);
}

TEST_F(RegistryStoreTest, AManifestThatIsCutIsFetchedAgain) {
  std::atomic<int> count = 0;
  before_ = [&](const SeenRequest&) {
    Answer answer = manifest_answer();
    if (count++ == 0) {
      answer.headers.add("Content-Length", std::to_string(kManifest.size() + 5));
      answer.headers.add("Connection", "close");
    }
    return answer;
  };
  // The connection is closed by the client alone: the server must end it for the cut to show.
  const ScriptedServer cutting([&](Connection& connection) {
    connection.read_request();
    connection.respond(*before_({}));
  });
  RegistrySession session(cutting.host(), {.flags = {.plain_http = {""}}});
  EXPECT_EQ(session.store("me/app")->resolve("1.0")->digest.str(), kDigest);
  EXPECT_EQ(count, 2);
}

TEST_F(RegistryStoreTest, PeeksWithHeadAlone) {
  before_ = [](const SeenRequest&) { return manifest_answer(); };
  EXPECT_EQ(store_->peek("1.0")->digest.str(), kDigest);
  EXPECT_EQ(store_->peek("1.0")->size, kManifest.size());
  EXPECT_THAT(lines(), ElementsAre("HEAD /v2/me/app/manifests/1.0", "HEAD /v2/me/app/manifests/1.0"));
}

TEST_F(RegistryStoreTest, PeeksWithGetWhereHeadIsNoUse) {
  for (const int status : {200, 400, 405, 500}) {
    before_ = [&](const SeenRequest& request) {
      return request.method == "HEAD" ? Answer{.status = status} : manifest_answer();
    };
    EXPECT_EQ(store_->peek("1.0")->digest.str(), kDigest) << status;
  }
}

TEST_F(RegistryStoreTest, ReadsABlobTwiceAfterARewind) {
  const std::string bytes(300'000, 'b');
  put_blob(bytes);
  VerifiedSource source = store_->open(blob_of(bytes), NodeKind::blob);
  EXPECT_EQ(read_all(source, 1UL << 20U), bytes);
  source.rewind();
  EXPECT_EQ(read_all(source, 1UL << 20U), bytes);
}

TEST_F(RegistryStoreTest, ABlobWithWrongBytesOrSizeIsRefused) {
  std::string sent = "wrong";
  before_ = [&](const SeenRequest&) { return Answer{.body = sent}; };
  message_of([&] { text_of(store_->open(blob_of("right"), NodeKind::blob)); }, ErrorKind::content);
  sent = "longer than it should be";
  message_of([&] { store_->open(blob_of("right"), NodeKind::blob); }, ErrorKind::content);
  before_ = [&](const SeenRequest&) {
    return Answer{.headers = {{"Transfer-Encoding", "chunked"}}, .body = "6\r\nrightx\r\n0\r\n\r\n"};
  };
  message_of([&] { text_of(store_->open(blob_of("right"), NodeKind::blob)); }, ErrorKind::content);
}

TEST_F(RegistryStoreTest, AnAbsentBlobIsNotFound) {
  EXPECT_THAT(message_of([&] { store_->open(blob_of("x"), NodeKind::blob); }, ErrorKind::not_found),
              HasSubstr("blob " + digest_of("x").str()));
}

TEST_F(RegistryStoreTest, AnEncodedBlobIsRefused) {
  before_ = [&](const SeenRequest&) { return Answer{.headers = {{"Content-Encoding", "gzip"}}, .body = "right"}; };
  message_of([&] { store_->open(blob_of("right"), NodeKind::blob); }, ErrorKind::content);
}

// --- Writing

TEST_F(RegistryStoreTest, UploadsABlobByPostAndPut) {
  put_blob("layer");
  EXPECT_TRUE(holds("layer"));
  std::string encoded = digest_of("layer").str();
  encoded.replace(encoded.find(':'), 1, "%3A");
  EXPECT_THAT(lines(), ElementsAre("POST /v2/me/app/blobs/uploads/",
                                   "PUT /v2/me/app/blobs/uploads/1?_state=a%2B&digest=" + encoded));
  EXPECT_EQ(server_.requests().at(0).headers.get("Content-Length"), "0");
  EXPECT_EQ(server_.requests().at(1).headers.get("Content-Type"), "application/octet-stream");
  EXPECT_TRUE(store_->contains(blob_of("layer"), NodeKind::blob));
}

TEST_F(RegistryStoreTest, ARefusedHeadDoesNotStopAPush) {
  for (const int status : {401, 403, 400, 405}) {
    before_ = [&](const SeenRequest& request) {
      return request.method == "HEAD" ? std::optional(Answer{.status = status}) : std::nullopt;
    };
    EXPECT_FALSE(store_->contains(blob_of("x"), NodeKind::blob)) << status;
    EXPECT_FALSE(store_->contains(blob_of("x"), NodeKind::manifest)) << status;
  }
}

TEST_F(RegistryStoreTest, ABlobOfAnotherSizeCountsAsAbsent) {
  put_blob("layer");
  Descriptor other = blob_of("layer");
  other.size = 4;
  EXPECT_FALSE(store_->contains(other, NodeKind::blob));
}

TEST_F(RegistryStoreTest, ARedirectToTheBytesMeansThatTheyAreThere) {
  before_ = [](const SeenRequest&) { return Answer{.status = 307, .headers = {{"Location", "http://192.0.2.1/"}}}; };
  EXPECT_TRUE(store_->contains(blob_of("x"), NodeKind::blob));
}

TEST_F(RegistryStoreTest, AnUploadThatBreaksIsMadeAgain) {
  const std::string layer(3UL << 20U, 'l');
  std::atomic<int> puts = 0;
  before_ = [&](const SeenRequest& request) -> std::optional<Answer> {
    if (request.method == "PUT" && puts++ == 0) {
      return Answer{.status = 502};
    }
    return std::nullopt;
  };
  put_blob(layer);
  EXPECT_TRUE(holds(layer));
  ASSERT_EQ(lines().size(), 5);
  EXPECT_THAT(lines().at(2), StartsWith("HEAD "));
  EXPECT_THAT(lines().at(4), StartsWith("PUT /v2/me/app/blobs/uploads/2?"));
}

TEST_F(RegistryStoreTest, AnUploadWhoseAnswerIsLostIsNotMadeAgain) {
  before_ = [&](const SeenRequest& request) -> std::optional<Answer> {
    if (request.method == "PUT") {
      const std::scoped_lock lock(mutex_);
      blobs_[digest_of(request.body).str()] = request.body;
      return Answer{.status = 504};
    }
    return std::nullopt;
  };
  put_blob("layer");
  EXPECT_EQ(lines().size(), 3);
}

TEST_F(RegistryStoreTest, ALostSessionIsOpenedAnew) {
  std::atomic<int> puts = 0;
  before_ = [&](const SeenRequest& request) -> std::optional<Answer> {
    if (request.method == "PUT" && puts++ == 0) {
      return Answer{.status = 404, .body = R"({"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]})"};
    }
    return std::nullopt;
  };
  put_blob("layer");
  EXPECT_TRUE(holds("layer"));
}

TEST_F(RegistryStoreTest, ARefusedUploadIsCancelled) {
  before_ = [&](const SeenRequest& request) -> std::optional<Answer> {
    return request.method == "PUT" ? std::optional(Answer{.status = 413}) : std::nullopt;
  };
  EXPECT_THAT(message_of([&] { put_blob("layer"); }, ErrorKind::failure), HasSubstr("413"));
  EXPECT_EQ(lines().back(), "DELETE /v2/me/app/blobs/uploads/1?_state=a%2B");
}

TEST_F(RegistryStoreTest, WrongBytesAreNotSentToTheirEnd) {
  VerifiedSource source(std::make_unique<StringSource>("wrong"), blob_of("right"));
  message_of([&] { store_->put(blob_of("right"), NodeKind::blob, source); }, ErrorKind::content);
  EXPECT_TRUE(blobs_.empty());
}

TEST_F(RegistryStoreTest, ALyingConfirmationOfABlobIsAContentError) {
  before_ = [&](const SeenRequest& request) -> std::optional<Answer> {
    return request.method == "PUT"
               ? std::optional(Answer{.status = 201, .headers = {{"Docker-Content-Digest", digest_of("x").str()}}})
               : std::nullopt;
  };
  message_of([&] { put_blob("layer"); }, ErrorKind::content);
}

TEST_F(RegistryStoreTest, OneBlobIsUploadedOnceHoweverManyWantIt) {
  const std::string layer(1UL << 20U, 'l');
  {
    std::vector<std::jthread> threads;
    threads.reserve(6);
    for (int i = 0; i < 6; ++i) {
      threads.emplace_back([&] { put_blob(layer); });
    }
  }
  EXPECT_EQ(uploads_, 1);
}

TEST_F(RegistryStoreTest, PutsARootByEachNameAndNothingElse) {
  const Descriptor root = describe(media_type::kOciManifest, kManifest);
  store_->put_root(root, kManifest, std::vector<RootName>{{.ref_name = "1.0"}, {.ref_name = "latest"}});
  store_->put_root(root, kManifest, {});
  EXPECT_THAT(lines(), ElementsAre("PUT /v2/me/app/manifests/1.0", "PUT /v2/me/app/manifests/latest",
                                   "PUT /v2/me/app/manifests/" + kDigest));
  EXPECT_EQ(server_.requests().at(0).body, kManifest);
  EXPECT_EQ(server_.requests().at(0).headers.all("Content-Type"),
            std::vector<std::string>{std::string(media_type::kOciManifest)});
}

// Contract, 5: at most HEAD of the tag, HEAD of the digest, PUT of the tag.
TEST_F(RegistryStoreTest, PushingWhatIsThereUnderAnotherNameTakesThreeRequests) {
  MemoryStore local;
  const Descriptor root = testing::add_image(local, "layer");
  before_ = [](const SeenRequest& request) -> std::optional<Answer> {
    return request.method == "HEAD" ? std::optional(manifest_answer()) : std::nullopt;
  };
  store_->peek("1.0");
  before_ = [&](const SeenRequest& request) -> std::optional<Answer> {
    return request.method == "HEAD" ? std::optional(manifest_answer(local.load(root, NodeKind::manifest)))
                                    : std::nullopt;
  };
  copy_graph(local, root, *store_, std::vector<RootName>{{.ref_name = "1.0"}});
  EXPECT_THAT(lines(), ElementsAre("HEAD /v2/me/app/manifests/1.0", "HEAD /v2/me/app/manifests/" + root.digest.str(),
                                   "PUT /v2/me/app/manifests/1.0"));
}

TEST_F(RegistryStoreTest, PushingWhatTheTagNamesAlreadyTakesTwo) {
  MemoryStore local;
  const Descriptor root = testing::add_image(local, "layer");
  before_ = [&](const SeenRequest& request) -> std::optional<Answer> {
    return request.method == "HEAD" ? std::optional(manifest_answer(local.load(root, NodeKind::manifest)))
                                    : std::nullopt;
  };
  store_->peek("1.0");
  copy_graph(local, root, *store_, std::vector<RootName>{{.ref_name = "1.0"}});
  EXPECT_THAT(lines(), ElementsAre("HEAD /v2/me/app/manifests/1.0", "PUT /v2/me/app/manifests/1.0"));
}

TEST_F(RegistryStoreTest, AManifestThatIsStoredAsAnotherIsAContentError) {
  before_ = [](const SeenRequest&) {
    return Answer{.status = 201, .headers = {{"Docker-Content-Digest", digest_of("x").str()}}};
  };
  const Descriptor root = describe(media_type::kOciManifest, kManifest);
  message_of([&] { store_->put_root(root, kManifest, std::vector<RootName>{{.ref_name = "1"}}); }, ErrorKind::content);
}

TEST_F(RegistryStoreTest, AnImmutableTagIsAConflict) {
  before_ = [](const SeenRequest&) {
    return Answer{.status = 400, .body = R"({"errors":[{"code":"TAG_INVALID","message":"the tag is immutable"}]})"};
  };
  const Descriptor root = describe(media_type::kOciManifest, kManifest);
  EXPECT_THAT(message_of([&] { store_->put_root(root, kManifest, std::vector<RootName>{{.ref_name = "1"}}); },
                         ErrorKind::conflict),
              HasSubstr("me/app: tag 1"));
}

TEST_F(RegistryStoreTest, ARefusedManifestOfAnUnusualTypeNamesItAndThePackagingToTry) {
  before_ = [](const SeenRequest&) {
    return Answer{.status = 400, .body = R"({"errors":[{"code":"MANIFEST_INVALID","message":"unknown media type"}]})"};
  };
  const auto hint_for = [&](const Manifest& manifest) {
    const std::string bytes = serialize(manifest);
    try {
      store_->put_root(describe(media_type::kOciManifest, bytes), bytes, std::vector<RootName>{{.ref_name = "1"}});
    } catch (const FailureError& error) {
      EXPECT_THAT(error.message(), HasSubstr("unknown media type"));
      return error.hint();
    }
    return std::string("no error");
  };
  const Descriptor config = describe(media_type::kOciConfig, "{}");
  const Descriptor layer = describe(media_type::kOciLayerGzip, "layer");
  Manifest manifest{.media_type = std::string(media_type::kOciManifest), .config = config, .layers = {layer}};
  EXPECT_EQ(hint_for(manifest), "");
  manifest.layers = {describe(media_type::kWasmComponentLayer, "layer")};
  EXPECT_THAT(hint_for(manifest), HasSubstr(std::string(media_type::kWasmComponentLayer) + "; every registry"));
  manifest.layers = {describe("application/vnd.cncf.helm.chart.content.v1.tar+gzip", "layer")};
  EXPECT_EQ(hint_for(manifest), "") << "no module";
  manifest.layers = {describe(media_type::kWasm, "layer")};
  manifest.config = describe(media_type::kWasmConfig, "{}");
  EXPECT_THAT(hint_for(manifest), HasSubstr(std::string(media_type::kWasmConfig) + "; every registry"));
  EXPECT_THAT(hint_for(manifest), HasSubstr("--as image"));
}

TEST_F(RegistryStoreTest, ARightThatIsMissingForATypeIsNoWrongPassword) {
  std::string words = "Unsupported Media Type";
  before_ = [&](const SeenRequest&) {
    return Answer{.status = 403, .body = R"({"errors":[{"code":"DENIED","message":")" + words + "\"}]}"};
  };
  const std::string bytes = serialize(Manifest{.media_type = std::string(media_type::kOciManifest),
                                               .config = describe(media_type::kWasmConfig, "{}"),
                                               .layers = {describe(media_type::kWasm, "layer")}});
  const auto hint = [&] {
    try {
      store_->put_root(describe(media_type::kOciManifest, bytes), bytes, std::vector<RootName>{{.ref_name = "1"}});
    } catch (const AuthError& error) {
      return error.hint();
    }
    return std::string("no error");
  };
  EXPECT_THAT(hint(), HasSubstr("--as image"));
  words = "no right to push";
  EXPECT_THAT(hint(), HasSubstr("wasm-oci login"));
}

TEST_F(RegistryStoreTest, MountsFromItsNeighbour) {
  before_ = [&](const SeenRequest& request) -> std::optional<Answer> {
    return request.target.find("mount=") != std::string::npos ? std::optional(Answer{.status = 201}) : std::nullopt;
  };
  const auto neighbour = session_.store("me/base", Access::pull);
  EXPECT_TRUE(store_->mount(blob_of("layer"), *neighbour));
  EXPECT_EQ(lines().back(), "POST /v2/me/app/blobs/uploads/?mount=" + digest_of("layer").str() + "&from=me/base");
  EXPECT_FALSE(store_->mount(blob_of("layer"), *store_));
}

TEST_F(RegistryStoreTest, WhatIsNotMountedIsUploadedIntoTheOpenSession) {
  before_ = [&](const SeenRequest& request) -> std::optional<Answer> {
    return request.target.find("mount=") != std::string::npos
               ? std::optional(Answer{.status = 202, .headers = {{"Location", "/v2/me/app/blobs/uploads/7"}}})
               : std::nullopt;
  };
  const auto neighbour = session_.store("me/base", Access::pull);
  EXPECT_FALSE(store_->mount(blob_of("layer"), *neighbour));
  put_blob("layer");
  EXPECT_EQ(lines().size(), 2);
  EXPECT_THAT(lines().back(), StartsWith("PUT /v2/me/app/blobs/uploads/7?digest="));
  // One that is not used is given back.
  EXPECT_FALSE(store_->mount(blob_of("other"), *neighbour));
  store_.reset();
  EXPECT_EQ(lines().back(), "DELETE /v2/me/app/blobs/uploads/7");
}

TEST_F(RegistryStoreTest, ARefusedMountIsNoError) {
  for (const int status : {401, 403, 404, 405, 500}) {
    before_ = [&](const SeenRequest&) { return Answer{.status = status}; };
    EXPECT_FALSE(store_->mount(blob_of("layer"), *session_.store("me/base", Access::pull))) << status;
  }
}

TEST_F(RegistryStoreTest, ListsTagsPageByPage) {
  before_ = [](const SeenRequest& request) -> std::optional<Answer> {
    if (request.target == "/v2/me/app/tags/list") {
      return Answer{.headers = {{"Link", "</v2/me/app/tags/list?last=b%2B&n=2>; rel=\"next\""}},
                    .body = R"({"name":"me/app","tags":["a","b"]})"};
    }
    return Answer{.body = R"({"name":"me/app","tags":["c"]})"};
  };
  EXPECT_EQ(store_->tags(), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(lines().back(), "GET /v2/me/app/tags/list?last=b%2B&n=2");
}

TEST_F(RegistryStoreTest, NoTagsAreAnEmptyList) {
  before_ = [](const SeenRequest&) { return Answer{.body = R"({"name":"me/app","tags":null})"}; };
  EXPECT_TRUE(store_->tags().empty());
}

TEST_F(RegistryStoreTest, AnUnknownRepositoryHasNoTagsAtAll) {
  before_ = [](const SeenRequest&) {
    return Answer{.status = 404, .body = R"({"errors":[{"code":"NAME_UNKNOWN","message":"unknown"}]})"};
  };
  message_of([&] { store_->tags(); }, ErrorKind::not_found);
}

TEST_F(RegistryStoreTest, PagesThatNeverEndOrLeadAwayAreRefused) {
  for (const std::string& link : {std::string("<?last=a>; rel=next"), std::string("<http://127.0.0.2:1/x>; rel=next"),
                                  std::string("<https://registry.example/v2/>; rel=next")}) {
    before_ = [&](const SeenRequest&) { return Answer{.headers = {{"Link", link}}, .body = R"({"tags":["a"]})"}; };
    message_of([&] { store_->tags(); }, ErrorKind::content);
  }
}

TEST_F(RegistryStoreTest, AListOfSomethingElseIsRefused) {
  for (const std::string body : {"<html>", "[]", R"({"tags":{}})", R"({"tags":[1]})", R"({"tags":["a b"]})", "x"}) {
    before_ = [&](const SeenRequest&) { return Answer{.body = body}; };
    message_of([&] { store_->tags(); }, ErrorKind::content);
  }
}

class RegistryStoreAuthTest : public RegistryStoreTest {
 protected:
  RegistryStoreAuthTest() : RegistryStoreTest(kMe) {}
};

TEST_F(RegistryStoreAuthTest, ATokenThatExpiresDuringAnUploadIsRenewed) {
  std::atomic<int> tokens = 0;
  before_ = [&](const SeenRequest& request) -> std::optional<Answer> {
    if (request.target.starts_with("/token")) {
      return Answer{.body = R"({"token":"t)" + std::to_string(++tokens) + R"("})"};
    }
    // Each token is good for one request.
    static thread_local std::string last;
    const auto sent = request.headers.get("Authorization");
    if (!sent || *sent == last) {
      return Answer{.status = 401,
                    .headers = {{"WWW-Authenticate", "Bearer realm=\"" + server_.url("/token") +
                                                         R"(",service="s",scope="repository:me/app:pull,push")"}}};
    }
    last = *sent;
    return std::nullopt;
  };
  const std::string layer(2UL << 20U, 'l');
  put_blob(layer);
  EXPECT_TRUE(holds(layer));
  EXPECT_EQ(tokens, 2);
}

TEST_F(RegistryStoreAuthTest, AnUploadElsewhereGetsNoSecret) {
  const ScriptedServer storage(ScriptedServer::answering([](const SeenRequest&) { return Answer{.status = 201}; }));
  before_ = [&](const SeenRequest& request) -> std::optional<Answer> {
    if (!request.headers.get("Authorization")) {
      return Answer{.status = 401, .headers = {{"WWW-Authenticate", "Basic"}}};
    }
    return Answer{.status = 202, .headers = {{"Location", storage.url("/up?sig=1")}}};
  };
  put_blob("layer");
  ASSERT_EQ(storage.requests().size(), 1);
  EXPECT_EQ(storage.requests().at(0).body, "layer");
  EXPECT_FALSE(storage.requests().at(0).headers.get("Authorization"));
}

TEST_F(RegistryStoreTest, AnUploadToAnUnsafePlaceIsNotMade) {
  before_ = [](const SeenRequest&) {
    return Answer{.status = 202, .headers = {{"Location", "https://169.254.169.254/up"}}};
  };
  message_of([&] { put_blob("layer"); }, ErrorKind::content);
}

}  // namespace
}  // namespace wasm_oci
