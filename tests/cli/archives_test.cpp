#include "cli/archives.hpp"

#include "cli/commands/commands.hpp"
#include "tests/cli/captured.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/wasm_oci.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace wasm_oci::cli::testing {
namespace {

using wasm_oci::testing::TempDir;
using wasm_oci::testing::testdata;

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

TEST_F(ArchivesOfARun, KeepFewFilesOpen) {
  const ArchiveLocation first = archive("first.tar");
  const std::weak_ptr<ArchiveReader> opened = archives_.open(first);
  for (int i = 0; i < 16; ++i) {
    archives_.open(archive(std::to_string(i) + ".tar"));
  }
  EXPECT_TRUE(opened.expired());
  EXPECT_TRUE(archives_.replaced_at(first)->is_read);
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
