#include "tests/support/golden.hpp"

#include "tests/support/temp_dir.hpp"
#include "tests/support/wasm_oci.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace wasm_oci::testing {

void expect_golden(std::string_view actual, const std::string& name) {
  expect_same_as_file(actual, testdata("golden/" + name));
}

void expect_same_as_file(std::string_view actual, const std::filesystem::path& path) {
  const char* accept = std::getenv("WASM_OCI_ACCEPT");  // NOLINT(concurrency-mt-unsafe): nobody calls setenv
  if (accept != nullptr && std::string_view(accept) == "1") {
    std::filesystem::create_directories(path.parent_path());
    write_file(path, actual);
    return;
  }
  ASSERT_TRUE(std::filesystem::exists(path)) << path << " is missing; WASM_OCI_ACCEPT=1 writes it";
  EXPECT_EQ(read_file(path), actual) << "differs from " << path << "; WASM_OCI_ACCEPT=1 accepts it";
}

}  // namespace wasm_oci::testing
