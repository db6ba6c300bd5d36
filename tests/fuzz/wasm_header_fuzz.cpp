// Walking the sections of any bytes ends with every byte accounted for, or with a ContentError.
#include "oci/error.hpp"
#include "oci/wasm/binary.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using wasm_oci::testing::require;
  const wasm_oci::MemoryAccess bytes(wasm_oci::as_bytes(wasm_oci::testing::as_text(data, size)));
  try {
    wasm_oci::WasmSectionReader reader(bytes);
    std::uint64_t end = 8;
    while (const auto section = reader.next()) {
      const std::uint64_t header = section->offset - end;
      require(header >= 2 && header <= 6);
      end = section->offset + section->size;
      require(end <= size);
    }
    require(end == size);
  } catch (const wasm_oci::ContentError& error) {
    require(!error.message().empty());
  }
  return 0;
}
