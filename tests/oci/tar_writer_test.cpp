#include "oci/tar_writer.hpp"

#include "oci/error.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include <clocale>
#include <memory>
#include <string>
#include <vector>

namespace wasm_oci {
namespace {

constexpr std::size_t kLimit = 1 << 20;

// Takes a large entry's content without keeping it.
class CountingSink final : public Sink {
 public:
  void write(ByteView bytes) override {
    total_ += bytes.size();
    if (start_.size() < 8192) {
      start_.append(as_text(bytes.first(std::min<std::size_t>(bytes.size(), 8192))));
    }
  }
  std::uint64_t total() const { return total_; }
  const std::string& start() const { return start_; }

 private:
  std::uint64_t total_ = 0;
  std::string start_;
};

std::string tar_with_file(std::string_view path, std::string_view content, std::int64_t mtime = 0) {
  StringSink sink(kLimit);
  TarWriter tar(sink);
  StringSource source{std::string(content)};
  tar.add_file(path, 0644, mtime, source, content.size());
  tar.finish();
  return sink.take();
}

struct ReadEntry {
  std::string path;
  std::int64_t size;
  std::int64_t mtime;
  unsigned mode;
};

std::vector<ReadEntry> read_back(const std::string& bytes) {
  const std::unique_ptr<archive, int (*)(archive*)> reader(archive_read_new(), archive_read_free);
  archive_read_support_format_tar(reader.get());
  // Reading a name that is no ASCII needs this in the C locale.
  archive_read_set_options(reader.get(), "hdrcharset=BINARY");
  EXPECT_EQ(archive_read_open_memory(reader.get(), bytes.data(), bytes.size()), ARCHIVE_OK);
  std::vector<ReadEntry> entries;
  archive_entry* entry = nullptr;
  while (archive_read_next_header(reader.get(), &entry) == ARCHIVE_OK) {
    entries.push_back({archive_entry_pathname(entry), archive_entry_size(entry), archive_entry_mtime(entry),
                       archive_entry_mode(entry)});
  }
  return entries;
}

TEST(TarWriter, WritesPlainUstarWithoutPadding) {
  const std::string tar = tar_with_file("app.wasm", "abc");
  ASSERT_EQ(tar.size(), 512U + 512U + 1024U);
  EXPECT_EQ(tar.substr(0, 8), "app.wasm");
  EXPECT_EQ(tar.substr(100, 8), std::string("000644 \0", 8));
  EXPECT_EQ(tar.substr(124, 11), "00000000003");
  EXPECT_EQ(tar[156], '0');
  EXPECT_EQ(tar.substr(257, 8), std::string("ustar\00000", 8));
  EXPECT_EQ(tar.substr(265, 64), std::string(64, '\0')) << "no owner names";
  EXPECT_EQ(tar.substr(512, 3), "abc");
  EXPECT_EQ(tar.substr(515), std::string(tar.size() - 515, '\0'));
}

TEST(TarWriter, DirectoriesEndInASlash) {
  StringSink sink(kLimit);
  TarWriter tar(sink);
  tar.add_directory("opt/app", 0755, 7);
  tar.finish();
  const std::vector<ReadEntry> entries = read_back(sink.text());
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].path, "opt/app/");
  EXPECT_EQ(entries[0].mtime, 7);
  EXPECT_EQ(entries[0].mode & 07777U, 0755U);
}

TEST(TarWriter, ShortNamesStayRawBytesInUstar) {
  const std::string name = "b\xc3\xbc\xff.wasm";
  const std::string tar = tar_with_file(name, "x");
  EXPECT_EQ(tar.substr(0, name.size()), name);
  EXPECT_EQ(tar.size(), 512U + 512U + 1024U);
}

TEST(TarWriter, LongNamesArePaxWithRawBytes) {
  const std::string name = std::string(120, 'd') + "/" + std::string(130, 'f') + "\xff\xc3";
  const std::string tar = tar_with_file(name, "x");
  EXPECT_EQ(tar[156], 'x');
  EXPECT_NE(tar.find("hdrcharset=BINARY\n"), std::string::npos);
  EXPECT_NE(tar.find(" path=" + name + "\n"), std::string::npos);
  const std::vector<ReadEntry> entries = read_back(tar);
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].path, name);
}

TEST(TarWriter, NamesThatUstarSplitsNeedNoPax) {
  const std::string name = std::string(120, 'd') + "/" + std::string(90, 'f');
  const std::string tar = tar_with_file(name, "x");
  EXPECT_EQ(tar[156], '0');
  EXPECT_EQ(read_back(tar).at(0).path, name);
}

TEST(TarWriter, TimesBeforeTheEpochArePax) {
  const std::string tar = tar_with_file("a", "x", -5);
  EXPECT_EQ(tar[156], 'x');
  EXPECT_EQ(read_back(tar).at(0).mtime, -5);
}

TEST(TarWriter, BytesDependOnNoLocale) {
  const std::string name = std::string(150, 'd') + "\xc3\xbc";
  const std::string before = tar_with_file(name, "x");
  const std::string old = std::setlocale(LC_ALL, nullptr);
  ASSERT_NE(std::setlocale(LC_ALL, "C.UTF-8"), nullptr) << "no UTF-8 locale here";
  const std::string after = tar_with_file(name, "x");
  ASSERT_NE(std::setlocale(LC_ALL, old.c_str()), nullptr);
  EXPECT_EQ(before, after);
}

TEST(TarWriter, SizesAboveUstarsArePax) {
  CountingSink sink;
  TarWriter tar(sink);
  StringSource nothing{""};
  EXPECT_THROW(tar.add_file("big", 0644, 0, nothing, 1ULL << 33U), ContentError);
  EXPECT_NE(sink.start().find(" size=8589934592\n"), std::string::npos);
}

TEST(TarWriter, ContentOfAnotherSizeIsRefused) {
  StringSink sink(kLimit);
  TarWriter tar(sink);
  StringSource source{"abc"};
  EXPECT_THROW(tar.add_file("a", 0644, 0, source, 2), ContentError);
}

TEST(TarWriter, EmptyAndBrokenNamesAreRefused) {
  EXPECT_THROW(tar_with_file("", "x"), FailureError);
  EXPECT_THROW(tar_with_file(std::string_view("a\0b", 3), "x"), FailureError);
}

}  // namespace
}  // namespace wasm_oci
