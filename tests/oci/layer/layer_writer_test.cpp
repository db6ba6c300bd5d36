#include "oci/layer/layer_writer.hpp"

#include "oci/error.hpp"
#include "oci/layer/add_files.hpp"
#include "oci/layer/layer_reader.hpp"
#include "oci/store/layout_store.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/oci/layer/layer_support.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <clocale>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <limits>

namespace wasm_oci {
namespace {

using testing::file_of;
using testing::files_of;
using testing::folder_of;

const LayerOptions kPlain = {.compression = Compression::none};

std::vector<std::string> names_in(const std::string& tar) {
  StringSource in(tar);
  LayerReader reader(in, Compression::none);
  std::vector<std::string> names;
  while (const auto entry = reader.next()) {
    names.push_back(entry->path);
  }
  return names;
}

std::string content_of(Store& store, const Layer& layer) {
  return store.load(layer.descriptor, NodeKind::blob, std::size_t{16} << 20U);
}

std::vector<std::string> names_of(std::vector<LayerFile> files) {
  MemoryStore store;
  return names_in(content_of(store, write_layer(store, std::move(files), kPlain)));
}

// Bytes are promised: nothing but a deliberate break may change this digest.
TEST(LayerWriter, WritesTheseBytes) {
  MemoryStore store;
  LayerOptions options = kPlain;
  const Layer layer = write_layer(store, files_of(file_of("app.wasm", std::string("\0asm\1\0\0\0", 8))), options);
  EXPECT_EQ(layer.descriptor.digest.str(), "sha256:7bdd306dd1572b0a04de9fca890244e973b6844de826fe3a2903336fa7053b49");
  EXPECT_EQ(layer.descriptor.size, 2048U);

  options.mtime = 1'700'000'000;
  const Layer nested = write_layer(
      store, files_of(file_of("usr/lib/app.wasm", "module"), file_of("etc/motd", "hello", kPlainFileMode)), options);
  EXPECT_EQ(nested.descriptor.digest.str(), "sha256:4a816fad6df72d16dd326f6f15cb2ac9cbd29f5762564384e695c5810f363d11");
}

TEST(LayerWriter, DescribesTheBlobAndTheTarInside) {
  for (const Compression compression : {Compression::none, Compression::gzip, Compression::zstd}) {
    MemoryStore store;
    const Layer layer = write_layer(store, files_of(file_of("app.wasm", testing::compressible(5'000'000))),
                                    {.compression = compression});
    const std::string& blob = content_of(store, layer);
    EXPECT_EQ(layer.descriptor, describe(media_type::layer_type(compression), blob));
    StringSource in(blob);
    LayerReader reader(in, compression, {}, DigestAlgorithm::sha256);
    while (reader.next()) {
    }
    EXPECT_EQ(reader.diff_id(), layer.diff_id);
    EXPECT_EQ(layer.diff_id == layer.descriptor.digest, compression == Compression::none);
  }
}

TEST(LayerWriter, SortsByBytesAndAddsTheFoldersAbove) {
  EXPECT_EQ(names_of(files_of(file_of("b/c/d", ""), file_of("b.txt", ""), file_of("B", ""), file_of("\xff", ""),
                              file_of("b/a", ""), folder_of("empty/folder"))),
            (std::vector<std::string>{"B", "b", "b.txt", "b/a", "b/c", "b/c/d", "empty", "empty/folder", "\xff"}));
}

// With one space where there are several.
std::string squeezed(std::string text) {
  text.erase(std::ranges::unique(text, [](char a, char b) { return a == ' ' && b == ' '; }).begin(), text.end());
  return text;
}

TEST(LayerWriter, GnuTarReadsIt) {
  const testing::TempDir folder;
  MemoryStore store;
  const std::string long_name = std::string(120, 'd') + "/" + std::string(100, 'f');
  const Layer layer =
      write_layer(store, files_of(file_of("usr/app.wasm", "module"), file_of("a", "plain", kPlainFileMode),
                                  file_of(long_name, "x"), file_of(std::string(300, 'n'), "y")));
  const std::string path = (folder / "layer.tar.gz").string();
  testing::write_file(path, content_of(store, layer));
  EXPECT_EQ(testing::run_or_throw({"gzip", "-t", path}), "");
  EXPECT_EQ(squeezed(testing::run_or_throw({"tar", "--numeric-owner", "--full-time", "-tvzf", path}, {{"TZ", "UTC"}})),
            "-rw-r--r-- 0/0 5 1970-01-01 00:00:00 a\n"
            "drwxr-xr-x 0/0 0 1970-01-01 00:00:00 " +
                std::string(120, 'd') +
                "/\n"
                "-rwxr-xr-x 0/0 1 1970-01-01 00:00:00 " +
                long_name +
                "\n"
                "-rwxr-xr-x 0/0 1 1970-01-01 00:00:00 " +
                std::string(300, 'n') +
                "\n"
                "drwxr-xr-x 0/0 0 1970-01-01 00:00:00 usr/\n"
                "-rwxr-xr-x 0/0 6 1970-01-01 00:00:00 usr/app.wasm\n");
  EXPECT_EQ(testing::run_or_throw({"tar", "-xOzf", path, "usr/app.wasm"}), "module");
}

TEST(LayerWriter, KeepsNamesOfAnyLengthAndBytes) {
  std::vector<std::string> names;
  std::vector<LayerFile> files;
  for (const std::size_t length : {99U, 100U, 101U, 155U, 156U, 255U, 256U, 257U, 1000U}) {
    names.emplace_back(length, 'x');                                        // one part
    names.push_back("p" + std::string(length - 1, 'y') + "/\xff\xfe\xc3");  // no UTF-8
  }
  names.emplace_back("gr\xc3\xbcn");
  files.reserve(names.size());
  for (const std::string& name : names) {
    files.push_back(file_of(name, name));
  }
  MemoryStore store;
  const Layer layer = write_layer(store, std::move(files), kPlain);
  for (const std::string& name : names) {
    StringSource in(content_of(store, layer));
    StringSink content(2000);
    const auto entry =
        extract_file(in, Compression::none, name, [&content](const LayerEntry&) -> Sink& { return content; });
    ASSERT_TRUE(entry) << name;
    EXPECT_EQ(content.text(), name);
  }
}

// A layout, in which nothing may be left after a failure.
class EmptyLayout {
 public:
  LayoutStore& store() { return *store_; }
  std::size_t files() const {
    return static_cast<std::size_t>(std::ranges::count_if(std::filesystem::recursive_directory_iterator(folder_.path()),
                                                          [](const auto& each) { return each.is_regular_file(); }));
  }

 private:
  testing::TempDir folder_;
  std::unique_ptr<LayoutStore> store_ = LayoutStore::open_for_writing(folder_.path().string());
};

TEST(LayerWriter, MergesFoldersAndRefusesTwoFilesOfOnePath) {
  EXPECT_EQ(names_of(files_of(folder_of("a"), file_of("a/b", ""), folder_of("a"))),
            (std::vector<std::string>{"a", "a/b"}));
  EmptyLayout layout;
  const std::size_t before = layout.files();
  EXPECT_THROW(write_layer(layout.store(), files_of(file_of("a", "1"), file_of("a", "1"))), UsageError);
  EXPECT_THROW(write_layer(layout.store(), files_of(file_of("a", ""), folder_of("a"))), UsageError);
  EXPECT_THROW(write_layer(layout.store(), files_of(file_of("a", ""), file_of("a/b", ""))), UsageError);
  EXPECT_THROW(write_layer(layout.store(), files_of(file_of("a/b", ""), file_of("a", ""))), UsageError);
  EXPECT_EQ(layout.files(), before);
}

TEST(LayerWriter, RefusesAFileThatGrowsOrShrinks) {
  for (const std::uint64_t announced : {3U, 5U}) {
    EmptyLayout layout;
    const std::size_t before = layout.files();
    LayerFile file = file_of("app.wasm", "four");
    file.size = announced;
    EXPECT_THROW(write_layer(layout.store(), files_of(std::move(file))), ContentError);
    EXPECT_EQ(layout.files(), before);
  }
}

// Asks for the stop itself once it is read.
class StoppingSource final : public Source {
 public:
  explicit StoppingSource(std::stop_source& stop) : stop_(stop) {}
  std::size_t read(std::span<std::byte> into) override {
    stop_.request_stop();
    return into.size();
  }
  void rewind() override {}

 private:
  std::stop_source& stop_;
};

TEST(LayerWriter, StopsBetweenChunks) {
  EmptyLayout layout;
  const std::size_t before = layout.files();
  std::stop_source stop;
  LayerFile endless{.path = "endless",
                    .size = std::numeric_limits<std::int64_t>::max(),
                    .content = std::make_unique<StoppingSource>(stop)};
  EXPECT_THROW(write_layer(layout.store(), files_of(std::move(endless)), {.stop = stop.get_token()}), CancelledError);
  EXPECT_EQ(layout.files(), before);
}

Digest digest_of_folder(const std::string& folder) {
  MemoryStore store;
  return write_layer(store, collect_files({.source = folder, .destination = "app"})).descriptor.digest;
}

TEST(LayerWriter, BytesDoNotDependOnSurroundings) {
  const testing::TempDir folder;
  testing::write_file(folder / "gr\xc3\xbcn.txt", "text");
  testing::write_file(folder / std::string(150, 'x'), "text");
  const std::string path = folder.path().string();
  const Digest before = digest_of_folder(path);
  const timespec old_times[] = {{.tv_sec = 1, .tv_nsec = 2}, {.tv_sec = 3, .tv_nsec = 4}};  // NOLINT(*-c-arrays)
  ASSERT_EQ(utimensat(AT_FDCWD, (folder / "gr\xc3\xbcn.txt").c_str(), old_times, 0), 0);
  EXPECT_EXIT(
      {
        umask(0077);
        setenv("TZ", "Pacific/Kiritimati", 1);  // NOLINT(concurrency-mt-unsafe): the child has one thread
        tzset();
        const bool set = std::setlocale(LC_ALL, "C.UTF-8") != nullptr;  // NOLINT(concurrency-mt-unsafe): as above
        std::_Exit(set && digest_of_folder(path) == before ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(LayerWriter, MemoryDoesNotGrowWithTheFile) {
  const testing::TempDir folder;
  testing::write_file(folder / "large", "");
  std::filesystem::resize_file(folder / "large", std::uintmax_t{512} << 20U);
  rusage before = {};
  getrusage(RUSAGE_SELF, &before);
  const auto store = LayoutStore::open_for_writing((folder / "store").string());
  const Layer layer =
      write_layer(*store, collect_files({.source = (folder / "large").string(), .destination = "large"}));
  rusage after = {};
  getrusage(RUSAGE_SELF, &after);
  EXPECT_GT(layer.descriptor.size, 0U);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 64 * 1024);
}
#endif

}  // namespace
}  // namespace wasm_oci
