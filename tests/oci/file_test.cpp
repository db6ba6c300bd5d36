#include "oci/file.hpp"

#include "oci/error.hpp"
#include "tests/support/temp_dir.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <thread>

namespace wasm_oci {
namespace {

using ::testing::HasSubstr;
using testing::read_file;
using testing::TempDir;
using ::testing::UnorderedElementsAre;
using testing::write_file;

template <typename E, typename Work>
std::string message_of(Work&& work) {
  try {
    std::forward<Work>(work)();
  } catch (const E& error) {
    return error.message();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

TEST(OpenFile, DoesNotWaitForTheWriterOfAFifo) {
  const TempDir dir;
  const std::string path = dir / "fifo";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_THROW(open_file(path), UsageError);
  const UniqueFd folder = open_directory(dir.path());
  EXPECT_THROW(open_file_at(folder.get(), "fifo", dir.path()), ContentError);
}

TEST(OpenFile, RefusesASocketAsWhatItIs) {
  const TempDir dir;
  const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = dir / "socket";
  ASSERT_LT(path.size(), sizeof(address.sun_path));
  std::ranges::copy(path, std::ranges::begin(address.sun_path));
  const void* const any = &address;
  ASSERT_EQ(::bind(socket.get(), static_cast<const sockaddr*>(any), sizeof(address)), 0);
  EXPECT_THROW(open_file(path), UsageError);
  const UniqueFd folder = open_directory(dir.path());
  EXPECT_THAT(message_of<ContentError>([&] { open_file_at(folder.get(), "socket", "X"); }),
              HasSubstr("X/socket is not a regular file"));
}

TEST(OpenFile, TellsADirectoryFromAnAbsentFile) {
  const TempDir dir;
  EXPECT_THAT(message_of<UsageError>([&] { open_file(dir.path()); }), HasSubstr("is a directory"));
  EXPECT_THAT(message_of<NotFoundError>([&] { open_file(dir / "absent"); }),
              HasSubstr("/absent: No such file or directory"));
}

TEST(OpenFile, FollowsLinksOfUsersButNotOfContent) {
  const TempDir dir;
  write_file(dir / "real", "x");
  std::filesystem::create_symlink("real", dir / "link");
  std::filesystem::create_directory(dir / "folder");
  std::filesystem::create_directory_symlink("folder", dir / "folder-link");
  EXPECT_TRUE(open_file(dir / "link"));
  const UniqueFd folder = open_directory(dir.path());
  EXPECT_THROW(open_file_at(folder.get(), "link", "X"), ContentError);
  EXPECT_THROW(open_directory_at(folder.get(), "folder-link", "X"), ContentError);
  EXPECT_TRUE(open_directory_at(folder.get(), "folder", "X"));
  EXPECT_TRUE(open_directory(dir / "folder-link"));
}

TEST(ListDirectory, NamesEverythingAndCanBeRepeated) {
  const TempDir dir;
  write_file(dir / "a", "");
  write_file(dir / "b", "");
  const UniqueFd folder = open_directory(dir.path());
  EXPECT_THAT(list_directory(folder.get(), "X"), UnorderedElementsAre("a", "b"));
  EXPECT_THAT(list_directory(folder.get(), "X"), UnorderedElementsAre("a", "b"));
}

TEST(FileSource, ReadsAWindowAndStartsAgain) {
  const TempDir dir;
  write_file(dir / "f", "0123456789");
  const UniqueFd file = open_file(dir / "f");
  FileSource window(file.get(), "f", 2, 5);
  EXPECT_EQ(read_all(window, 100), "23456");
  window.rewind();
  EXPECT_EQ(read_all(window, 100), "23456");
  FileSource rest(open_file(dir / "f"), "f", 7);
  EXPECT_EQ(read_all(rest, 100), "789");
}

TEST(WriteAll, NamesTheFileWhenTheDiskIsFull) {
  const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  ASSERT_TRUE(full) << "no /dev/full here";
  EXPECT_THAT(message_of<FailureError>([&] { write_all(full.get(), as_bytes("x"), "out.tar"); }),
              HasSubstr("cannot write out.tar: No space left on device"));
}

TEST(UnlinkedFile, CanBeWrittenAndReadAndHasNoName) {
  const TempDir dir;
  const UniqueFd file = make_unlinked_file();
  write_all(file.get(), as_bytes("spool"), "spool");
  FileSource source(file.get(), "spool", 0, 5);
  EXPECT_EQ(read_all(source, 100), "spool");
  struct stat status{};
  ASSERT_EQ(::fstat(file.get(), &status), 0);
  EXPECT_EQ(status.st_nlink, 0U);
}

TEST(TempFile, LeavesNothingUnlessItIsRenamed) {
  const TempDir dir;
  const UniqueFd folder = open_directory(dir.path());
  {
    TempFile file(folder.get(), dir.path(), 0666);
    file.write(as_bytes("half"));
    const std::vector<std::string> names = list_directory(folder.get(), "X");
    ASSERT_EQ(names.size(), 1U);
    EXPECT_TRUE(is_temp_name(names[0]));
  }
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

TEST(TempFile, ReplacesAndKeepsItsPermissions) {
  const TempDir dir;
  write_file(dir / "final", "old");
  const UniqueFd folder = open_directory(dir.path());
  TempFile file(folder.get(), dir.path(), 0444);
  file.write(as_bytes("new"));
  file.rename_to(folder.get(), "final");
  EXPECT_EQ(read_file(dir / "final"), "new");
  EXPECT_EQ(std::filesystem::status(dir / "final").permissions() & std::filesystem::perms::owner_write,
            std::filesystem::perms::none);
}

TEST(AtomicFile, OldContentStaysUntilCommit) {
  const TempDir dir;
  write_file(dir / "out", "old");
  {
    AtomicFile file(dir / "out");
    file.write(as_bytes("new"));
  }
  EXPECT_EQ(read_file(dir / "out"), "old");
  AtomicFile file(dir / "out");
  file.write(as_bytes("new"));
  EXPECT_EQ(read_file(dir / "out"), "old");
  file.commit();
  EXPECT_EQ(read_file(dir / "out"), "new");
}

TEST(AtomicFile, FollowsALinkAndKeepsIt) {
  const TempDir dir;
  std::filesystem::create_directory(dir / "elsewhere");
  std::filesystem::create_symlink("elsewhere/target", dir / "out");
  AtomicFile file(dir / "out");
  file.write(as_bytes("x"));
  file.commit();
  EXPECT_TRUE(std::filesystem::is_symlink(dir / "out"));
  EXPECT_EQ(read_file(dir / "elsewhere" / "target"), "x");
}

TEST(AtomicFile, WritesDevicesInPlace) {
  AtomicFile file("/dev/null");
  file.write(as_bytes("x"));
  file.commit();
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST(AtomicFile, AnAbsentFolderIsNotFound) {
  const TempDir dir;
  EXPECT_THROW(AtomicFile(dir / "absent" / "out"), NotFoundError);
  EXPECT_THROW(AtomicFile(dir.path()), FailureError);
}

TEST(DirectoryLock, SharedOnesAgreeAndExclusiveOnesDoNot) {
  using Mode = DirectoryLock::Mode;
  const TempDir dir;
  const UniqueFd folder = open_directory(dir.path());
  {
    const DirectoryLock one = DirectoryLock::acquire(folder.get(), Mode::shared, "X");
    const auto two = DirectoryLock::try_acquire(folder.get(), Mode::shared, "X");
    ASSERT_TRUE(two);
    EXPECT_TRUE(two->held());
    EXPECT_FALSE(DirectoryLock::try_acquire(folder.get(), Mode::exclusive, "X"));
  }
  const auto alone = DirectoryLock::try_acquire(folder.get(), Mode::exclusive, "X");
  ASSERT_TRUE(alone);
  EXPECT_FALSE(DirectoryLock::try_acquire(folder.get(), Mode::shared, "X"));
  EXPECT_TRUE(std::filesystem::is_empty(dir.path())) << "no lock file";
}

TEST(DirectoryLock, WaitingStopsOnRequest) {
  using Mode = DirectoryLock::Mode;
  const TempDir dir;
  const UniqueFd folder = open_directory(dir.path());
  const DirectoryLock owner = DirectoryLock::acquire(folder.get(), Mode::exclusive, "X");
  std::stop_source stop;
  const std::jthread waiter(
      [&] { EXPECT_THROW(DirectoryLock::acquire(folder.get(), Mode::shared, "X", stop.get_token()), CancelledError); });
  stop.request_stop();
}

TEST(DirectoryLock, WaitingEndsWhenTheOwnerEnds) {
  using Mode = DirectoryLock::Mode;
  const TempDir dir;
  const UniqueFd folder = open_directory(dir.path());
  std::optional<DirectoryLock> owner = DirectoryLock::acquire(folder.get(), Mode::exclusive, "X");
  bool acquired = false;
  {
    const std::jthread waiter([&] { acquired = DirectoryLock::acquire(folder.get(), Mode::exclusive, "X").held(); });
    owner.reset();
  }
  EXPECT_TRUE(acquired);
}

}  // namespace
}  // namespace wasm_oci
