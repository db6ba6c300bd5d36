#include "oci/store/tar_index.hpp"

#include "oci/error.hpp"
#include "oci/file.hpp"
#include "tests/support/tar.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <thread>

namespace wasm_oci {
namespace {

using testing::make_tar;
using testing::TarMember;
using testing::TempDir;
using testing::write_file;

class TarIndexTest : public ::testing::Test {
 protected:
  void use(const std::string& bytes) {
    write_file(dir_ / "a.tar", bytes);
    file_ = make_seekable(open_file(dir_ / "a.tar"), "a.tar");
  }
  std::optional<std::string> content(const std::string& name) {
    const auto slice = TarIndex(file_.get(), "a.tar").find(name);
    if (!slice) {
      return std::nullopt;
    }
    FileSource source(file_.get(), "a.tar", slice->offset, slice->size);
    return read_all(source, 1 << 24);
  }

  TempDir dir_;
  UniqueFd file_;
};

TEST_F(TarIndexTest, FindsContentInEveryFormatAndUnderLongNames) {
  const std::string long_name = std::string(150, 'd') + "/" + std::string(180, 'f');
  const std::array<std::string, 3> formats = {"ustar", "pax", "gnutar"};
  for (const std::string& format : formats) {
    std::vector<TarMember> members = {{"first", "1"}, {"empty", ""}, {"big", std::string(300'000, 'b')}};
    if (format != "ustar") {
      members.push_back({long_name, "long"});
    }
    members.push_back({"last", std::string(512, 'z')});
    use(make_tar(members, format));
    for (const TarMember& member : members) {
      EXPECT_EQ(content(member.path), member.content) << format << " " << member.path;
    }
    EXPECT_EQ(content("absent"), std::nullopt);
  }
}

TEST_F(TarIndexTest, NamesAreNormalised) {
  use(make_tar({{"./blobs//x", "x"}, {"/absolute", "a"}}));
  EXPECT_EQ(content("blobs/x"), "x");
  EXPECT_EQ(content("./blobs/y/../x"), "x");
  EXPECT_EQ(content("absolute"), "a");
}

TEST_F(TarIndexTest, LinksAreFollowedInsideTheArchiveOnly) {
  use(make_tar({{"dir/layer.tar", "", "../real.tar"},
                {"real.tar", "layer"},
                {"escape", "", "../../../etc/passwd"},
                {"loop", "", "loop"}}));
  EXPECT_EQ(content("dir/layer.tar"), "layer");
  EXPECT_EQ(content("escape"), std::nullopt);
  EXPECT_THROW(content("loop"), ContentError);
}

TEST_F(TarIndexTest, ANameThatStandsForTwoFilesIsRefused) {
  use(make_tar({{"index.json", "1"}, {"other", ""}, {"./index.json", "2"}}));
  EXPECT_THROW(content("index.json"), ContentError);
  EXPECT_EQ(content("other"), "");
}

TEST_F(TarIndexTest, ReadsArchivesWithoutAnyPaddingAtTheEnd) {
  const std::string tar = make_tar({{"a", "alpha"}});
  use(tar.substr(0, 1024));
  EXPECT_EQ(content("a"), "alpha");
  use(tar.substr(0, 512 + 5));
  EXPECT_EQ(content("a"), "alpha");
}

TEST_F(TarIndexTest, RefusesTruncatedArchivesAndOtherFiles) {
  const std::string tar = make_tar({{"a", std::string(2000, 'a')}});
  for (const std::string& bytes : {tar.substr(0, 512 + 1999), tar.substr(0, 100), std::string(), std::string(5000, 'x'),
                                   std::string("{\"schemaVersion\":2}")}) {
    use(bytes);
    EXPECT_THROW(TarIndex(file_.get(), "a.tar"), ContentError) << bytes.size();
  }
}

TEST_F(TarIndexTest, CompressedArchivesAreUnpackedOnce) {
  const std::array<std::string, 4> filters = {"gzip", "bzip2", "xz", "zstd"};
  for (const std::string& filter : filters) {
    use(make_tar({{"a", "alpha"}, {"b", std::string(100'000, 'b')}}, "ustar", filter));
    EXPECT_EQ(content("b"), std::string(100'000, 'b')) << filter;
  }
  const std::string gzip = make_tar({{"a", "alpha"}}, "ustar", "gzip");
  EXPECT_THROW(use(gzip.substr(0, gzip.size() / 2)), ContentError);
}

TEST_F(TarIndexTest, RefusesDecompressionBombs) {
  // gzip in gzip grows a million times; libarchive unpacks both at once.
  const std::string zeros = make_tar({{"zeros", std::string(15UL * 1024 * 1024, '\0')}}, "ustar", "gzip");
  std::string members;
  for (int count = 0; count < 8; ++count) {
    members += zeros;
  }
  EXPECT_THROW(use(members), ContentError);
}

TEST_F(TarIndexTest, ReadsFromAPipe) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  UniqueFd input(ends[0]);
  const std::string tar = make_tar({{"a", std::string(500'000, 'a')}});
  const std::jthread writer([output = UniqueFd(ends[1]), &tar] { write_all(output.get(), as_bytes(tar), "pipe"); });
  file_ = make_seekable(std::move(input), "pipe");
  EXPECT_EQ(content("a"), std::string(500'000, 'a'));
}

TEST_F(TarIndexTest, WaitingForAPipeCanBeStopped) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const UniqueFd output(ends[1]);
  const std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(make_seekable(UniqueFd(ends[0]), "pipe", stop.get_token()), CancelledError);
}

TEST_F(TarIndexTest, RefusesMoreBytesOfNamesThanAreKept) {
  std::vector<TarMember> members;
  for (int i = 0; i < 4500; ++i) {
    members.push_back({std::string(3990, 'y') + std::to_string(i)});
  }
  use(make_tar(members, "pax", "gzip"));
  EXPECT_THROW(TarIndex(file_.get(), "a.tar"), ContentError);
  members.resize(4000);
  use(make_tar(members, "pax", "gzip"));
  EXPECT_EQ(content(members[3999].path), "");
}

TEST_F(TarIndexTest, CanBeStopped) {
  use(make_tar({{"a", "alpha"}}));
  const std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(TarIndex(file_.get(), "a.tar", stop.get_token()), CancelledError);
}

}  // namespace
}  // namespace wasm_oci
