#include "oci/store/layout_store.hpp"

#include "oci/error.hpp"
#include "oci/media_type.hpp"
#include "oci/store/layout_index.hpp"
#include "tests/support/graph.hpp"
#include "tests/support/temp_dir.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <functional>
#include <initializer_list>

namespace wasm_oci {
namespace {

namespace fs = std::filesystem;
using testing::add_image;
using testing::add_index;
using testing::add_referrer;
using testing::name_root;
using testing::read_file;
using testing::read_graph;
using testing::TempDir;
using ::testing::UnorderedElementsAre;
using testing::write_file;

// Matches what was found of an image.
auto names(const Descriptor& image) { return ::testing::Optional(::testing::Field(&Descriptor::digest, image.digest)); }

class LayoutStoreTest : public ::testing::Test {
 protected:
  fs::path path() const { return dir_ / "layout"; }
  fs::path blob(const Descriptor& descriptor) const { return path() / "blobs/sha256" / descriptor.digest.hex(); }
  std::unique_ptr<LayoutStore> writing() const { return LayoutStore::open_for_writing(path()); }
  // One that the store did not make itself, so that it stays.
  void make_empty() const {
    fs::create_directories(path());
    writing();
  }
  std::unique_ptr<LayoutStore> reading() const { return LayoutStore::open(path()); }
  static void corrupt(const fs::path& file, std::string_view content) {
    fs::remove(file);
    write_file(file, content);
  }

  TempDir dir_;
};

TEST_F(LayoutStoreTest, MakesALayoutAsTheSpecificationSays) {
  const Descriptor image = [&] {
    const auto store = writing();
    const Descriptor added = add_image(*store, "layer");
    name_root(*store, added, {{"app"}});
    return added;
  }();
  EXPECT_EQ(read_file(path() / "oci-layout"), R"({"imageLayoutVersion":"1.0.0"})");
  EXPECT_EQ(digest_of(read_file(blob(image))), image.digest);
  EXPECT_EQ(fs::status(blob(image)).permissions() & fs::perms::owner_write, fs::perms::none);
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(path())) {
    files.push_back(entry.path().filename());
  }
  EXPECT_THAT(files, UnorderedElementsAre("oci-layout", "index.json", "blobs"));
  EXPECT_THAT(reading()->resolve("app"), names(image));
}

TEST_F(LayoutStoreTest, AnAbsentOneIsNotFoundButMayBeEmpty) {
  EXPECT_THROW(reading(), NotFoundError);
  const auto empty = LayoutStore::open_or_empty(path());
  EXPECT_TRUE(empty->entries().empty());
  EXPECT_EQ(empty->resolve("app"), std::nullopt);
  EXPECT_EQ(empty->remove("app"), std::nullopt);
  EXPECT_TRUE(empty->prune().removed.empty());
  EXPECT_FALSE(empty->contains(describe("a/b", "x"), NodeKind::blob));
  EXPECT_THROW(empty->load(describe("a/b", "x"), NodeKind::blob), NotFoundError);
  EXPECT_FALSE(fs::exists(path()));
}

TEST_F(LayoutStoreTest, BrokenLayoutsAreContentErrors) {
  const auto expect_broken = [&](const std::string& why) {
    EXPECT_THROW(reading()->entries(), ContentError) << why;
    fs::remove_all(path());
    make_empty();
  };
  make_empty();
  fs::remove(path() / "oci-layout");
  expect_broken("no oci-layout");
  write_file(path() / "oci-layout", R"({"imageLayoutVersion":"3"})");
  expect_broken("version");
  fs::remove(path() / "index.json");
  expect_broken("no index.json");
  write_file(path() / "index.json", "{");
  expect_broken("broken index.json");
  write_file(path() / "index.json", std::string(kMaxLayoutIndexSize + 1, ' '));
  expect_broken("too large");
  fs::rename(path() / "blobs", dir_ / "elsewhere");
  fs::create_directory_symlink(dir_ / "elsewhere", path() / "blobs");
  expect_broken("linked blobs");
  fs::remove(path() / "index.json");
  ASSERT_EQ(::mkfifo((path() / "index.json").c_str(), 0600), 0);
  expect_broken("FIFO");
  fs::remove_all(path());
  write_file(path(), "a file");
  EXPECT_THROW(reading(), ContentError);
}

TEST_F(LayoutStoreTest, ErrorsNameTheirFileOnce) {
  make_empty();
  const std::string index = (path() / "index.json").string();
  const auto expect_once = [&](const std::string& text, const std::string& why) {
    const std::string expected = index + ": " + why;
    write_file(path() / "index.json", text);
    for (const std::function<void()>& use : std::initializer_list<std::function<void()>>{
             [&] { reading()->entries(); }, [&] { writing()->put_root(describe("a/b", ""), "", {}); }}) {
      try {
        use();
        ADD_FAILURE() << "no error: " << expected;
      } catch (const ContentError& error) {
        EXPECT_EQ(error.message(), expected);
      }
    }
  };
  expect_once(std::string(kMaxLayoutIndexSize + 1, ' '), "content is larger than the limit of 16777216 bytes");
  expect_once("{\"manifests\":1}", "manifests: expected an array, found an integer");
  fs::remove(path() / "index.json");
  try {
    reading()->entries();
    FAIL();
  } catch (const ContentError& error) {
    EXPECT_EQ(error.message(), path().string() + " is not an OCI image layout: index.json is missing");
  }
}

TEST_F(LayoutStoreTest, ALinkedBlobIsNotRead) {
  const auto store = writing();
  const Descriptor content = store->add("a/b", "secret");
  fs::rename(blob(content), dir_ / "secret");
  fs::create_symlink(dir_ / "secret", blob(content));
  EXPECT_THROW(store->load(content, NodeKind::blob), ContentError);
  EXPECT_FALSE(store->contains(content, NodeKind::blob));
  store->add("a/b", "secret");
  EXPECT_FALSE(fs::is_symlink(blob(content))) << "the link is replaced, not written through";
  EXPECT_EQ(store->load(content, NodeKind::blob), "secret");
}

TEST_F(LayoutStoreTest, BrokenBlobsAreErrorsWhenReadAndAbsentWhenWritten) {
  const Descriptor content = writing()->add("a/b", "content");
  const std::array<std::string, 3> broken = {"", "content and more", "CONTENT"};
  for (const std::string& text : broken) {
    corrupt(blob(content), text);
    const auto store = writing();
    EXPECT_THROW(store->load(content, NodeKind::blob), ContentError) << text;
    EXPECT_FALSE(store->contains(content, NodeKind::blob)) << text;
    VerifiedSource source(std::make_unique<StringSource>("content"), content);
    store->put(content, NodeKind::blob, source);
    EXPECT_TRUE(store->contains(content, NodeKind::blob));
    EXPECT_EQ(store->load(content, NodeKind::blob), "content");
  }
}

TEST_F(LayoutStoreTest, AManifestIsContainedWithEverythingBelowIt) {
  const Descriptor image = [&] {
    const auto store = writing();
    return add_index(*store, {add_image(*store, "one"), add_image(*store, "two")});
  }();
  EXPECT_TRUE(reading()->contains(image, NodeKind::manifest));
  corrupt(blob(describe(media_type::kOciLayer, "two")), "TWO");
  EXPECT_FALSE(reading()->contains(image, NodeKind::manifest));
}

TEST_F(LayoutStoreTest, NothingIsLeftOfContentThatFailsItsCheck) {
  const auto store = writing();
  const Descriptor wanted = describe("a/b", "right");
  VerifiedSource source(std::make_unique<StringSource>("wrong"), wanted);
  EXPECT_THROW(store->put(wanted, NodeKind::blob, source), ContentError);
  store->ingest()->write(as_bytes("abandoned"));
  EXPECT_FALSE(fs::exists(blob(wanted)));
  for (const auto& entry : fs::directory_iterator(path())) {
    EXPECT_FALSE(is_temp_name(entry.path().filename().string()));
  }
}

TEST_F(LayoutStoreTest, HoldsSha512Too) {
  const auto store = writing();
  const Descriptor content{.media_type = "a/b", .digest = digest_of("content", DigestAlgorithm::sha512), .size = 7};
  VerifiedSource source(std::make_unique<StringSource>("content"), content);
  store->put(content, NodeKind::blob, source);
  EXPECT_TRUE(fs::exists(path() / "blobs/sha512" / content.digest.hex()));
  EXPECT_EQ(store->load(content, NodeKind::blob), "content");
  EXPECT_EQ(store->prune().removed, std::vector{content.digest});
}

TEST_F(LayoutStoreTest, DigestsReachManifestsThatAreNotListed) {
  const auto store = writing();
  const Descriptor image = add_image(*store, "layer");
  EXPECT_EQ(store->resolve(image.digest.str()), image);
  const Descriptor layer = describe(media_type::kOciLayer, "layer");
  EXPECT_EQ(store->resolve(layer.digest.str()), std::nullopt) << "a layer is no manifest";
  EXPECT_EQ(store->resolve(digest_of("absent").str()), std::nullopt);
}

TEST_F(LayoutStoreTest, TheOnlyEntryDoesNotCountReferrers) {
  const auto store = writing();
  const Descriptor image = add_image(*store, "layer");
  EXPECT_THROW(store->only_entry(), NotFoundError);
  name_root(*store, image, {{"app"}});
  name_root(*store, add_referrer(*store, image, "signature"), {});
  EXPECT_EQ(store->only_entry().digest, image.digest);
  name_root(*store, add_image(*store, "other"), {});
  EXPECT_THROW(store->only_entry(), UsageError);
}

TEST_F(LayoutStoreTest, RemoveReturnsWhatWasThereAndKeepsOtherNames) {
  const auto store = writing();
  const Descriptor image = add_image(*store, "layer");
  name_root(*store, image, {{"one"}, {"two"}});
  EXPECT_THAT(store->remove("one"), names(image));
  EXPECT_EQ(store->remove("one"), std::nullopt);
  EXPECT_THAT(store->resolve("two"), names(image));
  EXPECT_TRUE(store->contains(image, NodeKind::manifest));
}

TEST_F(LayoutStoreTest, PruneRemovesExactlyWhatNothingReaches) {
  const auto store = writing();
  const Descriptor kept = add_index(*store, {add_image(*store, "shared"), add_image(*store, "own")});
  const Descriptor moved = add_image(*store, "old");
  const Descriptor unnamed = add_image(*store, "unnamed");
  name_root(*store, kept, {{"kept"}});
  name_root(*store, unnamed, {});
  name_root(*store, moved, {{"moved"}});
  name_root(*store, add_image(*store, "shared"), {{"moved"}});
  const Descriptor loose = store->add("a/b", "loose");
  write_file(path() / "blobs/sha256/README", "not ours");
  write_file(path() / ".tmp-0123456789abcdef", "left behind");

  const PruneReport report = store->prune();
  EXPECT_EQ(report.removed.size(), 4U) << "manifest, config and layer of what lost its name, and the loose blob";
  EXPECT_THAT(report.removed, ::testing::IsSupersetOf({moved.digest, digest_of("old"), loose.digest}));
  EXPECT_GT(report.bytes, 20U);
  EXPECT_EQ(read_graph(*store, kept), 7U);
  EXPECT_EQ(read_graph(*store, unnamed), 3U);
  EXPECT_TRUE(fs::exists(path() / "blobs/sha256/README"));
  EXPECT_FALSE(fs::exists(path() / ".tmp-0123456789abcdef"));
  EXPECT_TRUE(store->prune().removed.empty());
}

TEST_F(LayoutStoreTest, ReferrersStayAsLongAsTheirSubject) {
  const auto store = writing();
  const Descriptor image = add_image(*store, "layer");
  const Descriptor signature = add_referrer(*store, image, "signature");
  const Descriptor countersignature = add_referrer(*store, signature, "countersignature");
  name_root(*store, countersignature, {});
  name_root(*store, signature, {});
  name_root(*store, image, {{"app"}});
  EXPECT_TRUE(store->prune().removed.empty());
  store->remove("app");
  // The config is the same in none of them: three nodes each.
  EXPECT_EQ(store->prune().removed.size(), 9U);
  EXPECT_TRUE(store->entries().empty());
}

TEST_F(LayoutStoreTest, WhatManifestsOfUnknownTypesMentionStays) {
  const auto store = writing();
  const Descriptor part = store->add("a/b", "part");
  const Descriptor manifest = store->add("application/x-future", R"({"parts":[")" + part.digest.str() + R"("]})");
  name_root(*store, manifest, {{"future"}});
  EXPECT_TRUE(store->prune().removed.empty());
}

TEST_F(LayoutStoreTest, PruneRemovesNothingWhereAManifestCannotBeRead) {
  const auto store = writing();
  const Descriptor broken = add_image(*store, "one");
  name_root(*store, add_index(*store, {broken}), {{"one"}});
  const Descriptor loose = store->add("a/b", "loose");
  const std::string before = read_file(path() / "index.json");
  corrupt(blob(broken), "{}");
  EXPECT_THROW(store->prune(), ContentError);
  EXPECT_TRUE(fs::exists(blob(loose)));
  EXPECT_EQ(read_file(path() / "index.json"), before);

  fs::remove(blob(broken));
  EXPECT_NO_THROW(store->prune()) << "a sparse index is a legal one";
  fs::remove(blob(store->only_entry()));
  EXPECT_THROW(store->prune(), ContentError);
}

TEST_F(LayoutStoreTest, PruneWaitsForOthersAndCanBeStopped) {
  const auto store = writing();
  const auto other = reading();
  const std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(store->prune(stop.get_token()), CancelledError);
}

TEST_F(LayoutStoreTest, AWriterAmongOthersRemovesNothing) {
  make_empty();
  write_file(path() / ".tmp-0123456789abcdef", "left behind");
  const auto reader = reading();
  EXPECT_TRUE(fs::exists(path() / ".tmp-0123456789abcdef"));
  writing();
  EXPECT_TRUE(fs::exists(path() / ".tmp-0123456789abcdef")) << "somebody may own it";
}

TEST_F(LayoutStoreTest, AWriterAloneCleansUp) {
  make_empty();
  write_file(path() / ".tmp-0123456789abcdef", "left behind");
  writing();
  EXPECT_FALSE(fs::exists(path() / ".tmp-0123456789abcdef"));
}

TEST_F(LayoutStoreTest, ReadsALayoutThatMayNotBeWritten) {
  const Descriptor image = [&] {
    const auto store = writing();
    const Descriptor added = add_image(*store, "layer");
    name_root(*store, added, {{"app"}});
    return added;
  }();
  fs::permissions(path(), fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_EQ(read_graph(*reading(), image), 3U);
  fs::permissions(path(), fs::perms::owner_all);
}

TEST_F(LayoutStoreTest, KeepsAForeignIndexAsItIs) {
  fs::create_directories(path());
  const std::string foreign = "{\n \"schemaVersion\":2,\n \"manifests\": [],\n \"x\": 1\n}";
  write_file(path() / "index.json", foreign);
  writing();
  EXPECT_EQ(read_file(path() / "index.json"), foreign);
  fs::remove(path() / "oci-layout");
  write_file(path() / "index.json", "not JSON");
  EXPECT_THROW(writing(), ContentError);
  EXPECT_EQ(read_file(path() / "index.json"), "not JSON");
}

TEST_F(LayoutStoreTest, ADirectoryThatItMadeForNothingIsTakenAway) {
  const fs::path deep = dir_ / "a/b/layout";
  LayoutStore::open_for_writing(deep);
  EXPECT_FALSE(fs::exists(dir_ / "a"));
  LayoutStore::open_for_writing(deep.string() + "/");
  EXPECT_FALSE(fs::exists(dir_ / "a"));
  {
    const auto store = LayoutStore::open_for_writing(deep);
    EXPECT_THROW(store->put_root(describe(media_type::kOciManifest, "right"), "wrong", {}), ContentError);
    store->ingest()->write(as_bytes("abandoned"));
    write_file(dir_ / "a/other", "of somebody else");
  }
  EXPECT_FALSE(fs::exists(dir_ / "a/b"));
  EXPECT_TRUE(fs::exists(dir_ / "a/other"));
}

TEST_F(LayoutStoreTest, ADirectoryStaysThatWasThereOrIsOfUse) {
  const auto expect_kept = [&](const char* why) {
    EXPECT_NO_THROW(reading()) << why;
    fs::remove_all(path());
  };
  make_empty();
  expect_kept("it was there");
  writing()->add("a/b", "content");
  expect_kept("it holds a blob");
  {
    const auto store = writing();
    name_root(*store, add_image(*store, "layer"), {{"app"}});
    fs::remove_all(path() / "blobs");
  }
  expect_kept("it lists an image");
  {
    const auto store = writing();
    write_file(path() / "README", "not ours");
  }
  expect_kept("it holds something of others");
  std::unique_ptr<LayoutStore> reader;
  {
    const auto store = writing();
    reader = reading();
  }
  expect_kept("somebody else has it open");
}

TEST_F(LayoutStoreTest, AWriterMakesNoDirectoryOfAFile) {
  write_file(path(), "a file");
  EXPECT_THROW(writing(), ContentError);
  EXPECT_THROW(LayoutStore::open_for_writing(path() / "below/layout"), NotFoundError);
  EXPECT_EQ(read_file(path()), "a file");
}

TEST_F(LayoutStoreTest, TakesNoNameThatNobodyCouldReadAgain) {
  std::string index = R"({"schemaVersion":2,"manifests":[)";
  for (std::size_t i = 0; i < kMaxDescriptors; ++i) {
    index += (i == 0 ? "" : ",") + std::string(R"({"mediaType":"application/x","digest":")") + digest_of("x").str() +
             R"(","size":1})";
  }
  index += "]}";
  make_empty();
  corrupt(path() / "index.json", index);
  const Descriptor root = describe(media_type::kOciManifest, "{}");
  const auto store = writing();
  EXPECT_THROW(store->put_root(root, "{}", std::vector<RootName>{{"new"}}), FailureError);
  EXPECT_EQ(read_file(path() / "index.json"), index);
}

TEST_F(LayoutStoreTest, ReplacesARootOnlyWhereItIsWhatItWas) {
  const auto store = writing();
  const Descriptor first = add_image(*store, "first");
  const Descriptor second = add_image(*store, "second");
  const auto replace = [&](const Descriptor& root, const std::optional<Digest>& expected) {
    return store->replace_root(root, store->load(root, NodeKind::manifest), {"app"}, expected);
  };
  EXPECT_FALSE(replace(first, second.digest));
  EXPECT_EQ(store->resolve("app"), std::nullopt);
  EXPECT_TRUE(replace(first, std::nullopt));
  EXPECT_FALSE(replace(second, std::nullopt));
  EXPECT_TRUE(replace(second, first.digest));
  EXPECT_EQ(store->resolve("app")->digest, second.digest);
}

TEST_F(LayoutStoreTest, ReadingCanBeStopped) {
  make_empty();
  const Descriptor image = add_image(*writing(), "layer");
  const std::stop_source stop;
  const auto store = LayoutStore::open(path(), stop.get_token());
  VerifiedSource source = static_cast<Store&>(*store).open(image, NodeKind::manifest);
  std::array<std::byte, 1> one{};
  EXPECT_EQ(source.read(one), 1U);
  stop.request_stop();
  EXPECT_THROW(source.read(one), CancelledError);
}

}  // namespace
}  // namespace wasm_oci
