#include "cli/archives.hpp"

#include "cli/commands/commands.hpp"
#include "oci/file.hpp"
#include "oci/unique_fd.hpp"
#include "tests/cli/captured.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/wasm_oci.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace wasm_oci::cli::testing {
namespace {

using wasm_oci::testing::TempDir;
using wasm_oci::testing::testdata;

// A pipe: what was read from it is gone. It holds 64 KiB, which is more than the archives here have.
class StandardInput {
 public:
  explicit StandardInput(std::string_view content) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    const UniqueFd reader(ends[0]);
    const UniqueFd writer(ends[1]);
    write_all(writer.get(), as_bytes(content), "a pipe");
    ::dup2(reader.get(), STDIN_FILENO);
  }
  StandardInput(const StandardInput&) = delete;
  StandardInput& operator=(const StandardInput&) = delete;
  ~StandardInput() { ::dup2(before_.get(), STDIN_FILENO); }

 private:
  UniqueFd before_{::dup(STDIN_FILENO)};
};

class ArchivesOfARun : public ::testing::Test {
 protected:
  ArchiveLocation archive(const std::string& name, const std::string& image = "CFG006") {
    const std::string path = dir_ / name;
    const std::string from = "oci:" + testdata("rules/layout").string() + ":" + image;
    EXPECT_EQ(run({"copy", from, "oci-archive:" + path}, all_commands()).code, ExitCode::ok);
    return {.format = ArchiveFormat::oci, .path = path};
  }

  TempDir dir_;
  TestContext context_;
  Archives archives_{context_.context};
};

TEST_F(ArchivesOfARun, AreOpenedOnce) {
  ArchiveLocation location = archive("app.tar");
  const auto opened = archives_.open(location);
  location.name = "CFG006";
  EXPECT_EQ(archives_.open(location), opened);
  EXPECT_NE(archives_.open(archive("other.tar")), opened);
}

TEST_F(ArchivesOfARun, AreOpenedAnewWhereTheyWereWrittenMeanwhile) {
  const ArchiveLocation location = archive("app.tar");
  const auto before = archives_.open(location);
  archive("app.tar", "CFG006.near");
  EXPECT_NE(archives_.open(location)->entries(), before->entries());
}

TEST_F(ArchivesOfARun, KeepTheFewThatWereAskedForLast) {
  const ArchiveLocation first = archive("first.tar");
  const ArchiveLocation second = archive("second.tar");
  const std::weak_ptr<ArchiveReader> opened = archives_.open(first);
  const std::weak_ptr<ArchiveReader> opened_later = archives_.open(second);
  for (int i = 0; i < 3; ++i) {
    archives_.open(archive(std::to_string(i) + ".tar"));
    EXPECT_EQ(archives_.open(first), opened.lock());
  }
  EXPECT_FALSE(opened.expired());
  EXPECT_TRUE(opened_later.expired());
  EXPECT_TRUE(archives_.replaced_at(second)->is_read);
}

TEST_F(ArchivesOfARun, KeepStandardInputHoweverManyThereAre) {
  const StandardInput input(wasm_oci::testing::read_file(archive("input.tar").path));
  const ArchiveLocation standard_input{.format = ArchiveFormat::oci, .path = "-"};
  const auto opened = archives_.open(standard_input);
  for (int i = 0; i < 17; ++i) {
    archives_.open(archive(std::to_string(i) + ".tar"));
  }
  EXPECT_EQ(archives_.open(standard_input), opened);
}

TEST_F(ArchivesOfARun, SayWhatIsReplaced) {
  const ArchiveLocation location = archive("app.tar");
  const std::optional<ReplacedFile> replaced = archives_.replaced_at(location);
  ASSERT_TRUE(replaced);
  EXPECT_EQ(replaced->entries.size(), 1U);
  EXPECT_FALSE(replaced->is_read);
  archives_.open(location);
  EXPECT_TRUE(archives_.replaced_at(location)->is_read);
  EXPECT_FALSE(archives_.replaced_at(ArchiveLocation{.format = ArchiveFormat::oci, .path = dir_ / "absent.tar"}));
  EXPECT_FALSE(archives_.replaced_at(ArchiveLocation{.format = ArchiveFormat::oci, .path = "-"}));
  EXPECT_FALSE(archives_.replaced_at(LayoutLocation{.path = dir_.path()}));
}

}  // namespace
}  // namespace wasm_oci::cli::testing
