#include "oci/packaging/wasm_config.hpp"

#include "oci/error.hpp"

#include <gtest/gtest.h>

#include <string>

namespace wasm_oci {
namespace {

const std::string kLayer = "sha256:" + std::string(64, 'a');

// As oci-wasm 0.3 (wkg, wash) writes it: null for what is not known, fractions of a second.
std::string by_wkg(const std::string& component) {
  return R"({"created":"2026-08-19T12:00:00.123456789Z","author":null,"architecture":"wasm","os":"wasip2",)"
         R"("layerDigests":[")" +
         kLayer + R"("],"component":)" + component + "}";
}

TEST(WasmConfig, IsReadAsOthersWriteIt) {
  const WasmConfig config = parse_wasm_config(
      by_wkg(R"({"exports":["wasi:cli/run@0.2.6"],"imports":["wasi:io/error@0.2.6"],"target":null})"));
  EXPECT_EQ(config.created, "2026-08-19T12:00:00.123456789Z");
  EXPECT_EQ(config.author, "");
  EXPECT_EQ(config.os, "wasip2");
  EXPECT_EQ(config.layers, std::vector{Digest::parse(kLayer).value()});
  EXPECT_EQ(config.component, (WasmWorld{.exports = {"wasi:cli/run@0.2.6"}, .imports = {"wasi:io/error@0.2.6"}}));
  EXPECT_FALSE(parse_wasm_config(by_wkg("null")).component);
}

TEST(WasmConfig, IsWrittenInTheSpecificationsOrderWithoutWhatIsNotKnown) {
  WasmConfig config{.created = "1970-01-01T00:00:00Z", .os = "wasip1", .layers = {Digest::parse(kLayer).value()}};
  EXPECT_EQ(serialize(config), R"({"created":"1970-01-01T00:00:00Z","architecture":"wasm","os":"wasip1",)"
                               R"("layerDigests":[")" +
                                   kLayer + R"("]})");
  config.author = "me";
  config.os = "wasip2";
  config.component = WasmWorld{.exports = {"a:b/c@1.0.0"}, .target = "a:b/world"};
  EXPECT_EQ(serialize(config), R"({"created":"1970-01-01T00:00:00Z","author":"me","architecture":"wasm","os":"wasip2",)"
                               R"("layerDigests":[")" +
                                   kLayer +
                                   R"("],"component":{"exports":["a:b/c@1.0.0"],"imports":[],"target":"a:b/world"}})");
  EXPECT_EQ(parse_wasm_config(serialize(config)), config);
}

TEST(WasmConfig, RefusesWhatTheSpecificationDoes) {
  for (const std::string& bytes :
       {std::string("[]"), std::string("{}"), std::string("{"), by_wkg("[]"), by_wkg("{}"), by_wkg(R"({"exports":[]})"),
        by_wkg(R"({"exports":[1],"imports":[]})"),
        std::string(R"({"created":"x","architecture":"amd64","os":"linux","layerDigests":[]})"),
        std::string(R"({"created":"x","architecture":"wasm","os":"wasip1"})"),
        std::string(R"({"created":"x","architecture":"wasm","os":"wasip1","layerDigests":["sha256:1"]})"),
        std::string(R"({"created":"x","architecture":"wasm","os":"wasip1","OS":"x","layerDigests":[]})")}) {
    EXPECT_THROW(parse_wasm_config(bytes), ContentError) << bytes;
  }
}

}  // namespace
}  // namespace wasm_oci
