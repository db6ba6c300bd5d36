#include "oci/layer/add_files.hpp"

#include "oci/error.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>

namespace wasm_oci {
namespace {

namespace fs = std::filesystem;

TEST(AddFiles, PartsSourceAndDestination) {
  using Split = std::array<std::string_view, 3>;
  for (const auto& [text, source, destination] : {
           Split{"a/b.txt", "a/b.txt", "b.txt"},
           Split{"b.txt:/etc/c.txt", "b.txt", "etc/c.txt"},
           Split{"b.txt:/etc/", "b.txt", "etc/b.txt"},
           Split{"b.txt:/", "b.txt", "b.txt"},
           Split{"b.txt://etc/./x//", "b.txt", "etc/x/b.txt"},
           Split{"a:b:/c", "a:b", "c"},
           Split{"a:/b:/c", "a:/b", "c"},
           Split{"a:b", "a:b", "a:b"},
           Split{"folder/", "folder", "folder"},
           Split{"folder/:/x", "folder", "x"},
           Split{".", ".", ""},
           Split{"folder/.", "folder/.", ""},
           Split{"folder/.:/x/", "folder/.", "x"},
           Split{"/", "/", ""},
           Split{"..:/x", "..", "x"},
           Split{"\xff:/\xfe", "\xff", "\xfe"},
       }) {
    const AddedPath added = parse_add(text);
    EXPECT_EQ(added.source, source) << text;
    EXPECT_EQ(added.destination, destination) << text;
  }
}

TEST(AddFiles, RefusesPathsThatMakeNoSense) {
  using namespace std::string_view_literals;
  for (const std::string_view text :
       {""sv, ":/x"sv, "a:/../b"sv, "a:/b/.."sv, "a:/.."sv, ".."sv, "a/..:/b/"sv, "a\0b"sv}) {
    EXPECT_THROW(parse_add(text), UsageError) << text;
  }
}

std::vector<std::string> listing(const AddedPath& added) {
  std::vector<std::string> lines;
  for (const LayerFile& file : collect_files(added)) {
    lines.push_back(file.path + (file.content ? " " + std::to_string(file.size) : "/") +
                    (file.mode == kPlainFileMode ? " plain" : ""));
  }
  std::ranges::sort(lines);
  return lines;
}

TEST(AddFiles, TakesFoldersWithAllThatIsBelow) {
  const testing::TempDir folder;
  fs::create_directories(folder / "src/deep/empty");
  testing::write_file(folder / "src/run.sh", "12345");
  testing::write_file(folder / "src/deep/data", "123");
  ASSERT_EQ(chmod((folder / "src/run.sh").c_str(), 0610), 0);
  ASSERT_EQ(chmod((folder / "src/deep/data").c_str(), 0600), 0);
  EXPECT_THAT(listing({.source = (folder / "src").string(), .destination = "app"}),
              ::testing::ElementsAre("app/", "app/deep/", "app/deep/data 3 plain", "app/deep/empty/", "app/run.sh 5"));
  EXPECT_THAT(listing({.source = (folder / "src/.").string(), .destination = ""}),
              ::testing::ElementsAre("deep/", "deep/data 3 plain", "deep/empty/", "run.sh 5"));
}

TEST(AddFiles, ReadsContentLateAndAgain) {
  const testing::TempDir folder;
  testing::write_file(folder / "file", "content");
  const std::vector<LayerFile> files = collect_files({.source = (folder / "file").string(), .destination = "f"});
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(read_all(*files[0].content, 100), "content");
  files[0].content->rewind();
  EXPECT_EQ(read_all(*files[0].content, 100), "content");
}

TEST(AddFiles, RefusesLinksAndSpecialFilesByName) {
  const testing::TempDir folder;
  fs::create_directory(folder / "src");
  fs::create_symlink("/etc/passwd", folder / "src/link");
  try {
    collect_files({.source = (folder / "src").string(), .destination = "app"});
    FAIL() << "a link was followed";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.message(), ::testing::HasSubstr((folder / "src/link").string()));
    EXPECT_THAT(error.message(), ::testing::HasSubstr("symbolic link"));
  }
  EXPECT_THROW(collect_files({.source = (folder / "src/link").string(), .destination = "x"}), UsageError);
  fs::create_directory_symlink(folder / "src", folder / "folder-link");
  EXPECT_THROW(collect_files(parse_add((folder / "folder-link/").string() + ":/x")), UsageError);

  fs::remove(folder / "src/link");
  ASSERT_EQ(mkfifo((folder / "src/fifo").c_str(), 0600), 0);
  EXPECT_THROW(collect_files({.source = (folder / "src").string(), .destination = "app"}), UsageError);
  EXPECT_THROW(collect_files({.source = "/dev/null", .destination = "null"}), UsageError);
}

TEST(AddFiles, RefusesAFileThatWasReplaced) {
  const testing::TempDir folder;
  testing::write_file(folder / "file", "content");
  const std::vector<LayerFile> files = collect_files({.source = (folder / "file").string(), .destination = "f"});
  testing::write_file(folder / "other", "content");
  fs::rename(folder / "other", folder / "file");
  EXPECT_THROW(read_all(*files[0].content, 100), ContentError);
  fs::remove(folder / "file");
  ASSERT_EQ(mkfifo((folder / "file").c_str(), 0600), 0);
  EXPECT_THROW(read_all(*files[0].content, 100), UsageError);  // and does not wait for a writer
  fs::remove(folder / "file");
  EXPECT_THROW(read_all(*files[0].content, 100), NotFoundError);
}

TEST(AddFiles, BoundsDepth) {
  const testing::TempDir folder;
  std::string path = folder.path().string();
  for (int i = 0; i < 70; ++i) {
    path += "/d";
    fs::create_directory(path);
  }
  EXPECT_THROW(collect_files({.source = folder.path().string(), .destination = "x"}), UsageError);
}

TEST(AddFiles, SaysWhatIsNotThere) {
  EXPECT_THROW(collect_files({.source = "/nonexistent/file", .destination = "x"}), NotFoundError);
  const testing::TempDir folder;
  testing::write_file(folder / "file", "");
  EXPECT_THROW(collect_files({.source = (folder / "file").string(), .destination = ""}), UsageError);
}

}  // namespace
}  // namespace wasm_oci
