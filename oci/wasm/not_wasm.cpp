#include "oci/wasm/not_wasm.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace wasm_oci {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kBuildForWasm =
    "build for a Wasm target, for example: cargo build --target wasm32-wasip1, or clang --target=wasm32-wasip1";
constexpr std::string_view kUnpack = "unpack it and give the .wasm file inside";
constexpr std::string_view kGiveBinary = "give the .wasm file that the compiler wrote";

struct Magic {
  std::size_t offset;
  std::string_view bytes;
  std::string_view what;
  std::string_view hint;
};

// The first that fits decides.
constexpr std::array kMagics = {
    Magic{0,
          "\x7f"
          "ELF"sv,
          "an ELF program", kBuildForWasm},
    Magic{0, "\xfe\xed\xfa\xce"sv, "a Mach-O program", kBuildForWasm},
    Magic{0, "\xfe\xed\xfa\xcf"sv, "a Mach-O program", kBuildForWasm},
    Magic{0, "\xce\xfa\xed\xfe"sv, "a Mach-O program", kBuildForWasm},
    Magic{0, "\xcf\xfa\xed\xfe"sv, "a Mach-O program", kBuildForWasm},
    Magic{0, "\xca\xfe\xba\xbe"sv, "a Mach-O universal program or a Java class", kBuildForWasm},
    Magic{0, "MZ"sv, "a Windows program (PE)", kBuildForWasm},
    Magic{0, "BC\xc0\xde"sv, "LLVM bitcode", kBuildForWasm},
    Magic{0, "!<arch>\n"sv, "a static library", "link it first: clang --target=wasm32-wasip1, or wasm-ld"},
    Magic{0, "\x1f\x8b"sv, "gzip data", kUnpack},
    Magic{0, "\x28\xb5\x2f\xfd"sv, "zstd data", kUnpack},
    Magic{0,
          "\xfd"
          "7zXZ\0"sv,
          "xz data", kUnpack},
    Magic{0, "BZh"sv, "bzip2 data", kUnpack},
    Magic{0, "PK\x03\x04"sv, "a zip archive", kUnpack},
    Magic{257, "ustar"sv, "a tar archive", "an image in an archive is spelled oci-archive:FILE or docker-archive:FILE"},
    Magic{0, "version https://git-lfs.github.com/spec/"sv, "a Git LFS pointer", "fetch the file itself: git lfs pull"},
    Magic{0, "#!"sv, "a script", kGiveBinary},
};

constexpr std::string_view kBlanks = " \t\r\n\v\f";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

std::string_view skip_blanks(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text;
}

// Blanks, line comments (";;") and block comments ("(; ;)", which nest) of the text format (core specification 6.3).
std::string_view skip_wat_space(std::string_view text) {
  while (true) {
    text = skip_blanks(text);
    if (text.starts_with(";;")) {
      text.remove_prefix(std::min(text.find('\n'), text.size()));
    } else if (text.starts_with("(;")) {
      std::size_t depth = 0;
      do {
        const bool opens = text.starts_with("(;");
        const bool closes = text.starts_with(";)");
        depth = depth + (opens ? 1 : 0) - (closes ? 1 : 0);
        text.remove_prefix(opens || closes ? 2 : 1);
      } while (depth > 0 && !text.empty());
    } else {
      return text;
    }
  }
}

bool is_wat(std::string_view text) {
  text = skip_wat_space(text);
  if (!text.starts_with('(')) {
    return false;
  }
  text = skip_wat_space(text.substr(1));
  for (const std::string_view keyword : {"module"sv, "component"sv}) {
    // A longer word is another one.
    if (text.starts_with(keyword) &&
        (text.size() == keyword.size() || (kBlanks.find(text[keyword.size()]) != std::string_view::npos) ||
         text[keyword.size()] == '(' || text[keyword.size()] == ')' || text[keyword.size()] == ';')) {
      return true;
    }
  }
  return false;
}

// Control characters other than blanks do not occur in text; bytes from 0x80 on do, in any encoding.
bool is_text(std::string_view prefix) {
  return std::ranges::none_of(prefix, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && kBlanks.find(c) == std::string_view::npos) || byte == 0x7f;
  });
}

bool starts_with_ignoring_case(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() && std::ranges::equal(text.substr(0, lower.size()), lower, [](char a, char b) {
           return a == b || (a >= 'A' && a <= 'Z' && a + ('a' - 'A') == b);
         });
}

std::optional<NotWasm> describe_text(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  if (!is_text(text)) {
    return std::nullopt;
  }
  if (is_wat(text)) {
    return NotWasm{.what = "WebAssembly text",
                   .hint = "make a binary of it: wasm-tools parse FILE -o OUT.wasm, or wat2wasm FILE -o OUT.wasm"};
  }
  text = skip_blanks(text);
  if (starts_with_ignoring_case(text, "<!doctype html") || starts_with_ignoring_case(text, "<html")) {
    return NotWasm{.what = "HTML", .hint = "a download that went wrong often leaves such a page"};
  }
  if (text.starts_with('{') || text.starts_with('[')) {
    return NotWasm{.what = "JSON", .hint = std::string(kGiveBinary)};
  }
  return NotWasm{.what = "text", .hint = std::string(kGiveBinary)};
}

std::string first_bytes_in_hex(std::string_view prefix) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string hex;
  for (const char c : prefix.substr(0, 4)) {
    const auto byte = static_cast<unsigned char>(c);
    hex += hex.empty() ? "" : " ";
    hex += kHex[byte >> 4U];
    hex += kHex[byte & 0xfU];
  }
  return hex;
}

}  // namespace

NotWasm describe_not_wasm(std::string_view prefix, bool is_whole) {
  for (const Magic& magic : kMagics) {
    if (prefix.size() > magic.offset && prefix.substr(magic.offset).starts_with(magic.bytes)) {
      return {.what = std::string(magic.what), .hint = std::string(magic.hint)};
    }
  }
  if (std::optional<NotWasm> text = describe_text(prefix)) {
    return *std::move(text);
  }
  if (is_whole && "\0asm"sv.starts_with(prefix)) {
    return {.what = "the beginning of one", .hint = "the file was cut off: build or download it again"};
  }
  return {.what = "data that starts with " + first_bytes_in_hex(prefix),
          .hint = "a Wasm binary starts with 00 61 73 6d"};
}

}  // namespace wasm_oci
