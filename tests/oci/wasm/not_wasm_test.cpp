#include "oci/wasm/not_wasm.hpp"

#include "oci/error.hpp"
#include "oci/wasm/binary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wasm_oci {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;

std::string what_is(const std::string& bytes) {
  try {
    check_wasm(MemoryAccess(as_bytes(bytes)));
  } catch (const ContentError& error) {
    return error.message();
  }
  return "Wasm";
}

std::string hint_for(const std::string& bytes) { return describe_not_wasm(bytes, true).hint; }

TEST(NotWasm, ProgramsAreNamed) {
  EXPECT_EQ(what_is("\x7f"
                    "ELF\x02\x01\x01"s),
            "not a Wasm binary but an ELF program");
  for (const std::string& magic :
       {"\xfe\xed\xfa\xce"s, "\xfe\xed\xfa\xcf"s, "\xce\xfa\xed\xfe"s, "\xcf\xfa\xed\xfe"s}) {
    EXPECT_EQ(what_is(magic + "rest"), "not a Wasm binary but a Mach-O program");
  }
  EXPECT_EQ(what_is("MZ\x90\0"s), "not a Wasm binary but a Windows program (PE)");
  EXPECT_EQ(what_is("!<arch>\nx.o"), "not a Wasm binary but a static library");
  EXPECT_EQ(what_is("#!/bin/sh\n"), "not a Wasm binary but a script");
  EXPECT_THAT(hint_for("\x7f"
                       "ELF\x02"s),
              HasSubstr("wasm32-wasip1"));
}

TEST(NotWasm, PackedDataIsNamed) {
  EXPECT_EQ(what_is("\x1f\x8b\x08\0"s), "not a Wasm binary but gzip data");
  EXPECT_EQ(what_is("\x28\xb5\x2f\xfd\0"s), "not a Wasm binary but zstd data");
  EXPECT_EQ(what_is("PK\x03\x04\0"s), "not a Wasm binary but a zip archive");
  EXPECT_EQ(what_is(std::string(257, '\0') + "ustar\0"s + std::string(249, '\0')),
            "not a Wasm binary but a tar archive");
}

TEST(NotWasm, WebAssemblyTextIsToldFromOtherText) {
  for (const std::string& text :
       {"(module)"s, "(component"s, "\xef\xbb\xbf(module $m"s, " \n\t(module (func))"s, ";; a comment\n(module)"s,
        "(; a (; nested ;) comment ;)\n;; and another\n( module)"s, "(;;)(component;;x\n)"s}) {
    EXPECT_EQ(what_is(text), "not a Wasm binary but WebAssembly text") << text;
    EXPECT_THAT(hint_for(text), HasSubstr("wat2wasm"));
  }
  for (const std::string& text : {"(modules)"s, "(; open (module)"s, ";; (module)"s, "((module))"s, "("s, "(func)"s}) {
    EXPECT_EQ(what_is(text), "not a Wasm binary but text") << text;
  }
}

TEST(NotWasm, OtherTextIsNamed) {
  EXPECT_EQ(what_is("{\"schemaVersion\": 2}"), "not a Wasm binary but JSON");
  EXPECT_EQ(what_is("\n [1]"), "not a Wasm binary but JSON");
  EXPECT_EQ(what_is("<!DOCTYPE html><title>"), "not a Wasm binary but HTML");
  EXPECT_EQ(what_is("  <HTML>"), "not a Wasm binary but HTML");
  EXPECT_EQ(what_is("version https://git-lfs.github.com/spec/v1\noid"), "not a Wasm binary but a Git LFS pointer");
  EXPECT_EQ(what_is("hello"), "not a Wasm binary but text");
  EXPECT_EQ(what_is("grüße"), "not a Wasm binary but text");
  EXPECT_EQ(what_is("\n"), "not a Wasm binary but text");
}

TEST(NotWasm, OtherDataIsShownByItsFirstBytes) {
  EXPECT_EQ(what_is("\0\x01\xfe\xff\xff"s), "not a Wasm binary but data that starts with 00 01 fe ff");
  EXPECT_EQ(what_is("\0ASM\x01\0\0\0"s), "not a Wasm binary but data that starts with 00 41 53 4d");
  EXPECT_EQ(what_is("\0asx"s), "not a Wasm binary but data that starts with 00 61 73 78");
}

TEST(NotWasm, ABeginningOfTheMagicIsACutOffFile) {
  for (const std::string& bytes : {"\0"s, "\0a"s, "\0as"s}) {
    EXPECT_EQ(what_is(bytes), "not a Wasm binary but the beginning of one");
  }
}

TEST(NotWasm, LooksAtTheBeginningOnly) {
  EXPECT_EQ(what_is(std::string(kNotWasmPrefix, 'x') + "\0"s), "not a Wasm binary but text");
  EXPECT_EQ(what_is(std::string(1000, ' ') + "(module)"), "not a Wasm binary but WebAssembly text");
}

}  // namespace
}  // namespace wasm_oci
