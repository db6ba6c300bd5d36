// A document that is printed whole or not at all: what is long waits in an unlinked file in $TMPDIR, so that memory
// does not grow with what hostile content makes of it.
#pragma once

#include "oci/stream.hpp"
#include "oci/unique_fd.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace wasm_oci::cli {

class Spool final : public Sink {
 public:
  static constexpr std::size_t kMostInMemory = 8UL * 1024 * 1024;

  explicit Spool(std::size_t most_in_memory = kMostInMemory) : most_in_memory_(most_in_memory) {}

  void write(ByteView bytes) override;
  // All that was written, in its order.
  void copy_to(Sink& sink) const;

 private:
  std::size_t most_in_memory_;
  std::string text_;  // what is not in the file
  UniqueFd file_;
  std::uint64_t size_in_file_ = 0;
};

}  // namespace wasm_oci::cli
