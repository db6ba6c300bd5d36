// Expected output kept in files. With WASM_OCI_ACCEPT=1 in the environment the files become what the program says now;
// the difference is then read in review.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace wasm_oci::testing {

// Expects `actual` to be the content of testdata/golden/NAME, byte for byte.
void expect_golden(std::string_view actual, const std::string& name);
// The same of any file of the repository.
void expect_same_as_file(std::string_view actual, const std::filesystem::path& path);

}  // namespace wasm_oci::testing
