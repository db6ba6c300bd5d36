#include "oci/wasm/wasi.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wasm_oci {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kPreview1 = "wasi_snapshot_preview1";

WasmImport function(const std::string& module, const std::string& name) {
  return {.module = module, .name = name, .kind = ExternKind::function};
}

WasmExport exported(const std::string& name, ExternKind kind) { return {.name = name, .kind = kind}; }

std::vector<WasmExport> functions(const std::vector<std::string>& names) {
  std::vector<WasmExport> exports;
  for (const std::string& name : names) {
    exports.push_back(exported(name, ExternKind::function));
  }
  return exports;
}

WasiLevel core_level(const std::vector<WasmImport>& imports) { return core_wasi_level(imports); }
std::vector<WasmFeature> features(const std::vector<WasmImport>& imports) { return core_features(imports); }
std::vector<std::string_view> runtimes(const std::vector<WasmFeature>& features) {
  return runtimes_for(WasmShape::command, features);
}

TEST(WasiLevel, OfACoreModuleIsThatOfItsImports) {
  EXPECT_EQ(core_level({}), WasiLevel::none);
  EXPECT_EQ(core_level({function("env", "fd_write"), function("wasi", "thread-spawn")}), WasiLevel::none);
  EXPECT_EQ(core_level({function("wasi_unstable", "fd_write")}), WasiLevel::preview0);
  EXPECT_EQ(core_level({function("env", "x"), function(kPreview1, "fd_write")}), WasiLevel::preview1);
  EXPECT_EQ(core_level({function(kPreview1, "a"), function("wasi_unstable", "b")}), WasiLevel::preview1);
  EXPECT_EQ(core_level({function("wasi_unstable", "b"), function(kPreview1, "a")}), WasiLevel::preview1);
  EXPECT_EQ(core_level({function("wasi_snapshot_preview10", "a")}), WasiLevel::none);
}

TEST(WasiLevel, OfAComponentIsThatOfItsNames) {
  EXPECT_EQ(wasi_level_of("wasi:cli/run@0.2.12"), WasiLevel::preview2);
  EXPECT_EQ(wasi_level_of("wasi:cli/run@0.2"), WasiLevel::preview2);
  EXPECT_EQ(wasi_level_of("wasi:cli/run@0.3.0"), WasiLevel::preview3);
  EXPECT_EQ(wasi_level_of("wasi:http/handler@0.3.0-rc-2026-01-06"), WasiLevel::preview3);
  EXPECT_EQ(wasi_level_of("wasi:http/types"), WasiLevel::preview2);
  EXPECT_EQ(wasi_level_of("wasi:keyvalue/store@0.1.0-draft"), WasiLevel::preview2);
  EXPECT_EQ(wasi_level_of("wasi:cli/run@0.20.0"), WasiLevel::preview3);
  EXPECT_EQ(wasi_level_of("wasi:cli/run@1.0.0"), WasiLevel::preview3);
  EXPECT_EQ(wasi_level_of("wasi:cli/run@99999999999.0"), WasiLevel::preview2) << "no version";
  EXPECT_EQ(wasi_level_of("wasi:@"), WasiLevel::preview2);
  EXPECT_EQ(wasi_level_of("wasi:"), WasiLevel::preview2);
  for (const char* name : {"", "run", "wasi", "my:wasi/run@0.3.0", "wasix:cli/run@0.2.0"}) {
    EXPECT_EQ(wasi_level_of(name), WasiLevel::none) << name;
  }
}

TEST(WasmFeatures, AreToldByImports) {
  EXPECT_THAT(features({function(kPreview1, "fd_write")}), IsEmpty());
  EXPECT_THAT(features({function("wasi", "thread-spawn")}), ElementsAre(WasmFeature::threads));
  EXPECT_THAT(features({function("wasi", "other"), function("env", "thread-spawn")}), IsEmpty());
  EXPECT_THAT(features({function("wasix_32v1", "x")}), ElementsAre(WasmFeature::wasix));
  EXPECT_THAT(features({function("wasix_64v1", "x")}), ElementsAre(WasmFeature::wasix));
  EXPECT_THAT(features({function("wasi_ephemeral_nn", "load")}), ElementsAre(WasmFeature::wasi_nn));
  EXPECT_THAT(features({function("wasi_ephemeral_crypto_kx", "x")}), ElementsAre(WasmFeature::wasi_crypto));
  EXPECT_THAT(features({function("wasi_ephemeral_crypto_kx", "x"), function("wasi_ephemeral_nn", "load"),
                        function("wasi_ephemeral_nn", "compute")}),
              ElementsAre(WasmFeature::wasi_nn, WasmFeature::wasi_crypto));
}

TEST(WasmFeatures, TellWhoseSocketsTheyAre) {
  EXPECT_THAT(features({function(kPreview1, "sock_accept"), function(kPreview1, "sock_recv"),
                        function(kPreview1, "sock_send"), function(kPreview1, "sock_shutdown")}),
              IsEmpty());
  EXPECT_THAT(features({function("env", "sock_open")}), IsEmpty());
  for (const char* name : {"sock_open", "sock_getaddrinfo", "sock_setsockopt", "sock_accept_v2"}) {
    EXPECT_THAT(features({function(kPreview1, name)}), ElementsAre(WasmFeature::wasmedge_sockets)) << name;
  }
  for (const char* name : {"sock_addr_local", "sock_get_linger", "sock_set_reuse_addr", "sock_close"}) {
    EXPECT_THAT(features({function(kPreview1, "sock_open"), function(kPreview1, name)}),
                ElementsAre(WasmFeature::wamr_sockets))
        << name;
  }
}

TEST(WasmShape, OfACoreModuleIsToldByItsFunctions) {
  EXPECT_EQ(core_shape({}), WasmShape::library);
  EXPECT_EQ(core_shape(functions({"_start"})), WasmShape::command);
  EXPECT_EQ(core_shape(functions({"run", "_initialize"})), WasmShape::reactor);
  EXPECT_EQ(core_shape(functions({"_initialize", "_start"})), WasmShape::command);
  EXPECT_EQ(core_shape(functions({"wasi:cli/run@0.2.0"})), WasmShape::library);
  EXPECT_EQ(core_shape(std::vector{exported("_start", ExternKind::global)}), WasmShape::library);
  for (const char* version : {"0_1_0", "0_2_0", "0_2_1"}) {
    EXPECT_EQ(core_shape(functions({"_start", std::string("proxy_abi_version_") + version})), WasmShape::proxy_wasm);
  }
}

TEST(WasmShape, OfAComponentIsToldByItsInterfaces) {
  const auto shape = [](const std::vector<std::string>& names) {
    std::vector<WasmExport> exports;
    for (const std::string& name : names) {
      exports.push_back(exported(name, ExternKind::instance));
    }
    return component_shape(exports);
  };
  EXPECT_EQ(shape({}), WasmShape::library);
  EXPECT_EQ(shape({"wasi:cli/run@0.2.12"}), WasmShape::command);
  EXPECT_EQ(shape({"wasi:cli/run"}), WasmShape::command);
  EXPECT_EQ(shape({"wasi:cli/runner@0.2.12", "my:cli/run@1.0.0"}), WasmShape::library);
  EXPECT_EQ(shape({"wasi:http/incoming-handler@0.2.0"}), WasmShape::http_handler);
  EXPECT_EQ(shape({"wasi:http/handler@0.3.0"}), WasmShape::http_handler);
  EXPECT_EQ(shape({"wasi:cli/run@0.2.0", "wasi:http/incoming-handler@0.2.0"}), WasmShape::http_handler);
  EXPECT_EQ(component_shape(functions({"_start", "wasi:cli/run@0.2.0"})), WasmShape::library) << "no instance";
}

TEST(WasmRuntimes, AreThoseThatHaveAllFeatures) {
  EXPECT_THAT(runtimes({}), IsEmpty());
  EXPECT_THAT(runtimes({WasmFeature::threads}), ElementsAre("wasmer", "wamr"));
  EXPECT_THAT(runtimes({WasmFeature::wasix}), ElementsAre("wasmer"));
  EXPECT_THAT(runtimes({WasmFeature::wasmedge_sockets}), ElementsAre("wasmedge"));
  EXPECT_THAT(runtimes({WasmFeature::wamr_sockets}), ElementsAre("wamr"));
  EXPECT_THAT(runtimes({WasmFeature::wasi_nn}), ElementsAre("wasmtime", "wasmedge", "wamr"));
  EXPECT_THAT(runtimes({WasmFeature::wasi_crypto}), ElementsAre("wasmedge"));
  EXPECT_THAT(runtimes({WasmFeature::threads, WasmFeature::wasi_nn}), ElementsAre("wamr"));
  EXPECT_THAT(runtimes({WasmFeature::wasi_nn, WasmFeature::wasi_crypto}), ElementsAre("wasmedge"));
}

TEST(WasmRuntimes, AreThoseThatHaveSomeFeatureWhereNoneHasAll) {
  EXPECT_THAT(runtimes({WasmFeature::wasix, WasmFeature::wasi_crypto}), ElementsAre("wasmer", "wasmedge"));
  EXPECT_THAT(runtimes({WasmFeature::wasix, WasmFeature::wasi_nn, WasmFeature::wasi_crypto}),
              ElementsAre("wasmer", "wasmtime", "wasmedge", "wamr"));
}

TEST(WasmRuntimes, OfPluginsAreProxies) {
  EXPECT_THAT(runtimes_for(WasmShape::proxy_wasm, std::vector{WasmFeature::threads}), ElementsAre("envoy"));
}

TEST(Wasi, IsSpelledAsInJson) {
  EXPECT_EQ(to_string(WasiLevel::none), "none");
  EXPECT_EQ(to_string(WasiLevel::preview0), "preview0");
  EXPECT_EQ(to_string(WasiLevel::preview1), "preview1");
  EXPECT_EQ(to_string(WasiLevel::preview2), "preview2");
  EXPECT_EQ(to_string(WasiLevel::preview3), "preview3");
  EXPECT_EQ(to_string(WasmFeature::threads), "threads");
  EXPECT_EQ(to_string(WasmFeature::wasix), "wasix");
  EXPECT_EQ(to_string(WasmFeature::wasmedge_sockets), "wasmedge-sockets");
  EXPECT_EQ(to_string(WasmFeature::wamr_sockets), "wamr-sockets");
  EXPECT_EQ(to_string(WasmFeature::wasi_nn), "wasi-nn");
  EXPECT_EQ(to_string(WasmFeature::wasi_crypto), "wasi-crypto");
  EXPECT_EQ(to_string(WasmShape::command), "command");
  EXPECT_EQ(to_string(WasmShape::reactor), "reactor");
  EXPECT_EQ(to_string(WasmShape::http_handler), "http-handler");
  EXPECT_EQ(to_string(WasmShape::library), "library");
  EXPECT_EQ(to_string(WasmShape::proxy_wasm), "proxy-wasm");
}

}  // namespace
}  // namespace wasm_oci
