#include "oci/layer/layer_reader.hpp"

#include "oci/error.hpp"
#include "oci/tar_writer.hpp"
#include "tests/oci/layer/layer_support.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <clocale>
#include <cstdio>
#include <cstdlib>

namespace wasm_oci {
namespace {

constexpr std::size_t kLimit = 1 << 24U;

// A ustar header as any tool might write it, with a checksum that is right.
std::string header(std::string_view name, std::size_t size, char type = '0', std::string_view link = {}) {
  std::string block(512, '\0');
  const auto put = [&block](std::size_t at, std::string_view text) { block.replace(at, text.size(), text); };
  const auto octal = [](std::uint64_t value, std::size_t digits) {
    std::string text(digits, '0');
    for (std::size_t i = digits; i-- > 0; value /= 8) {
      text[i] = static_cast<char>('0' + value % 8);
    }
    return text;
  };
  put(0, name);
  put(100, "0000644");
  put(108, "0000000");
  put(116, "0000000");
  put(124, octal(size, 11));
  put(136, "00000000000");
  put(148, "        ");
  block[156] = type;
  put(157, link);
  put(257, std::string_view("ustar\0"
                            "00",
                            8));
  std::uint64_t sum = 0;
  for (const char c : block) {
    sum += static_cast<unsigned char>(c);
  }
  put(148, octal(sum, 6) + std::string("\0 ", 2));
  return block;
}

std::string padded(std::string content) {
  content.resize((content.size() + 511) / 512 * 512);
  return content;
}

std::string entry(std::string_view name, std::string content, char type = '0') {
  const std::string head = header(name, content.size(), type);
  return head + padded(std::move(content));
}

const std::string kEnd(1024, '\0');  // NOLINT(cert-err58-cpp)

// One line an entry, and the content of files.
std::string listing(std::string tar, Compression compression = Compression::none, const LayerLimits& limits = {},
                    std::size_t chunk = kChunkSize) {
  testing::ChunkedSource in(std::move(tar), chunk);
  LayerReader reader(in, compression, limits);
  std::string result;
  while (const auto found = reader.next()) {
    result += found->path + " " + "-dlhs"[static_cast<int>(found->type)] + " " + found->link_target;
    std::vector<std::byte> buffer(100);
    while (const std::size_t count = reader.read(buffer)) {
      result += as_text(ByteView(buffer).first(count));
    }
    result += "\n";
  }
  return result;
}

TEST(LayerReader, ListsEveryKindOfEntry) {
  const std::string tar = entry("./", "", '5') + entry("./a/", "", '5') + entry("./a//b", "content") +
                          header("/a/link", 0, '2', "../../etc") + header("a/hard", 0, '1', "a/b") +
                          header("a/fifo", 0, '6') + header("a/null", 0, '3') + entry("a/.wh.gone", "") +
                          entry("a/.wh..wh..opq", "") + kEnd;
  const std::string expected =
      " d \na d \na/b - content\na/link l ../../etc\na/hard h a/b\na/fifo s \na/null s \na/.wh.gone - \n"
      "a/.wh..wh..opq - \n";
  for (const std::size_t chunk : {std::size_t{1}, std::size_t{513}, kChunkSize}) {
    EXPECT_EQ(listing(tar, Compression::none, {}, chunk), expected) << chunk;
  }
}

TEST(LayerReader, TellsModeAndSize) {
  StringSource in(entry("file", "12345") + kEnd);
  LayerReader reader(in, Compression::none);
  int count = 0;
  while (const auto found = reader.next()) {
    ++count;
    EXPECT_EQ(found->mode, 0644U);
    EXPECT_EQ(found->size, 5U);
  }
  EXPECT_EQ(count, 1);
}

TEST(LayerReader, ReadsTarsWithoutEndOrPadding) {
  const std::string two = entry("a", "first") + header("b", 6) + "second";
  EXPECT_EQ(listing(two), "a - first\nb - second\n");
  EXPECT_EQ(listing(entry("a", "first")), "a - first\n");
  EXPECT_EQ(listing(""), "");
  EXPECT_EQ(listing(kEnd), "");
  EXPECT_EQ(listing(entry("a", "first") + std::string(512, '\0')), "a - first\n");
}

TEST(LayerReader, RefusesEveryCutInContentAndHeaders) {
  const std::string tar = entry("a", std::string(700, 'a')) + entry("b", std::string(700, 'b'));
  const std::size_t whole_size = tar.size() - (1024 - 700);
  for (std::size_t size = 1; size < whole_size; ++size) {
    const bool between_entries = size >= 512 + 700 && size <= 512 + 1024;
    if (between_entries) {
      EXPECT_NO_THROW(listing(tar.substr(0, size))) << size;
    } else {
      EXPECT_THROW(listing(tar.substr(0, size)), ContentError) << size;
    }
  }
}

TEST(LayerReader, RefusesWhatIsNoTar) {
  EXPECT_THROW(listing("this is no tar archive"), ContentError);
  EXPECT_THROW(listing(std::string("\0asm\1\0\0\0", 8)), ContentError);
  EXPECT_THROW(listing(std::string(5000, 'x')), ContentError);
  std::string damaged = entry("a", "first") + entry("b", "second") + kEnd;
  damaged[1024] = 'X';
  EXPECT_THROW(listing(damaged), ContentError);
}

TEST(LayerReader, RefusesPathsThatLeadOut) {
  for (const std::string_view path : {"../a", "a/../b", "a/..", "..", "/..", "./../a"}) {
    EXPECT_THROW(listing(entry(path, "") + kEnd), ContentError) << path;
  }
  EXPECT_EQ(listing(entry("..a/b..", "x") + kEnd), "..a/b.. - x\n");
  EXPECT_THROW(listing(entry("./", "x") + kEnd), ContentError);  // a file without a name
}

std::string pax(std::string_view key, std::string_view value) {
  const std::string record = " " + std::string(key) + "=" + std::string(value) + "\n";
  std::size_t size = record.size() + 1;
  while (std::to_string(size).size() + record.size() != size) {
    ++size;
  }
  return entry("PaxHeaders/x", std::to_string(size) + record, 'x');
}

TEST(LayerReader, ReadsLongAndRawNames) {
  const std::string name = "\xc3\xbc\xff/" + std::string(300, 'n');
  EXPECT_EQ(listing(pax("path", name) + entry("short", "x") + kEnd), name + " - x\n");
  EXPECT_EQ(listing(entry("././@LongLink", name + '\0', 'L') + entry("short", "x") + kEnd), name + " - x\n");
  EXPECT_THROW(listing(pax("path", "../../etc/passwd") + entry("short", "x") + kEnd), ContentError);
  EXPECT_EQ(listing(pax("linkpath", name) + header("link", 0, '2', "short") + kEnd), "link l " + name + "\n");
}

TEST(LayerReader, NamesDoNotDependOnTheLocale) {
  const std::string tar = pax("path", "gr\xc3\xbcn") + entry("x", "") + pax("path", "\xff") + entry("y", "") + kEnd;
  ASSERT_EQ(listing(tar), "gr\xc3\xbcn - \n\xff - \n");
  EXPECT_EXIT(
      {
        const bool set = std::setlocale(LC_ALL, "C.UTF-8") != nullptr;  // NOLINT(concurrency-mt-unsafe): one thread
        std::_Exit(set && listing(tar) == "gr\xc3\xbcn - \n\xff - \n" ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
}

TEST(LayerReader, RefusesSparseFiles) {
  const testing::TempDir folder;
  testing::write_file(folder / "sparse", "");
  std::filesystem::resize_file(folder / "sparse", 1 << 20U);
  for (const std::string format : {"gnu", "posix"}) {
    const std::string tar =
        testing::run_or_throw({"tar", "-C", folder.path().string(), "-S", "--format=" + format, "-cf", "-", "sparse"});
    EXPECT_THROW(listing(tar), ContentError) << format;
  }
}

TEST(LayerReader, ReadsWhatGnuTarWrites) {
  const testing::TempDir folder;
  testing::write_file(folder / "file", "content");
  for (const std::string format : {"v7", "ustar", "gnu", "posix"}) {
    const std::string tar =
        testing::run_or_throw({"tar", "-C", folder.path().string(), "--format=" + format, "-czf", "-", "./file"});
    EXPECT_EQ(listing(tar, Compression::gzip), "file - content\n") << format;
  }
}

TEST(LayerReader, BoundsEntriesAndSize) {
  std::string tar;
  for (int i = 0; i < 10; ++i) {
    tar += entry("f", "x");
  }
  EXPECT_NO_THROW(listing(tar, Compression::none, {.max_entries = 10}));
  EXPECT_THROW(listing(tar, Compression::none, {.max_entries = 9}), ContentError);
  StringSink out(kLimit);
  const auto gzip = make_compressor(Compression::gzip, std::nullopt, out);
  gzip->write(as_bytes(tar));
  gzip->finish();
  EXPECT_NO_THROW(listing(out.text(), Compression::gzip));
  EXPECT_THROW(listing(out.text(), Compression::gzip, {.expansion = {.max_size = 3000}}), ContentError);
}

TEST(LayerReader, HashesTheWholeTar) {
  const std::string tar = entry("a", "first") + kEnd + std::string(9000, '\0');
  for (const std::string& text : {tar, entry("a", "first"), header("a", 5) + "first", std::string()}) {
    StringSource in(text);
    LayerReader reader(in, Compression::none, {}, DigestAlgorithm::sha256);
    while (reader.next()) {
    }
    EXPECT_EQ(reader.diff_id(), digest_of(text));
  }
}

VerifiedSource verified(const std::string& content, const std::string& described) {
  return {std::make_unique<StringSource>(content), describe("type", described)};
}

TEST(LayerReader, EndsOnlyWhenTheWholeBlobIsVerified) {
  const std::string tar = entry("a", "first") + kEnd + std::string(1'000'000, '\0');
  std::string forged = tar;
  forged.back() = 'x';  // long after what libarchive looks at
  VerifiedSource source = verified(forged, tar);
  LayerReader reader(source, Compression::none);
  EXPECT_TRUE(reader.next());
  EXPECT_THROW(reader.next(), ContentError);
}

// What went wrong below is told, not what libarchive makes of it.
TEST(LayerReader, PassesOnTheErrorOfTheSource) {
  VerifiedSource source = verified("short", "something longer");
  try {
    LayerReader reader(source, Compression::none);
    reader.next();
    FAIL() << "a wrong size was taken";
  } catch (const ContentError& error) {
    EXPECT_THAT(error.message(), ::testing::HasSubstr("ends after 5 of 16 bytes"));
  }
}

std::optional<std::string> extracted(const std::string& tar, std::string_view path) {
  StringSource in(tar);
  std::vector<std::unique_ptr<StringSink>> sinks;
  const auto found = extract_file(in, Compression::none, path, [&sinks](const LayerEntry&) -> Sink& {
    return *sinks.emplace_back(std::make_unique<StringSink>(kLimit));
  });
  if (!found || found->type != LayerEntryType::file) {
    return std::nullopt;
  }
  return sinks.back()->text();
}

TEST(LayerReader, ExtractsTheLastEntryOfAPath) {
  const std::string tar = entry("a", "old") + entry("b", "other") + entry("./a", "new") + kEnd;
  EXPECT_EQ(extracted(tar, "a"), "new");
  EXPECT_EQ(extracted(tar, "b"), "other");
  EXPECT_EQ(extracted(tar, "c"), std::nullopt);
  EXPECT_EQ(extracted(entry("a", "old") + header("a", 0, '2', "b") + kEnd, "a"), std::nullopt);
}

}  // namespace
}  // namespace wasm_oci
