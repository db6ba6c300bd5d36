#include "oci/packaging/module_reader.hpp"

#include "oci/error.hpp"
#include "oci/random_access.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>
#include <vector>

namespace wasm_oci {
namespace {

// Fills as much of `into` as there is.
std::size_t fill(const ReadBytes& read, std::span<std::byte> into) {
  std::size_t filled = 0;
  while (filled < into.size()) {
    const std::size_t count = read(into.subspan(filled));
    if (count == 0) {
      break;
    }
    filled += count;
  }
  return filled;
}

// Hashes a module and describes it in one pass. Of its first bytes, which are read already, it was seen that they are
// Wasm's.
class ModuleReader {
 public:
  ModuleReader(const ReadBytes& read, ByteView first) : read_(read), first_(first) {}

  FoundModule read_all(FoundModule module) {
    const ForwardAccess bytes([this](std::span<std::byte> into) { return next(into); }, module.size);
    try {
      module.description = describe_wasm(bytes);
    } catch (const ContentError& error) {
      module.undescribed = error.message();
    }
    if (failure_) {
      // It is the layer that is broken. A description that forgives what it cannot read may have got over that.
      std::rethrow_exception(failure_);
    }
    std::vector<std::byte> buffer(kChunkSize);
    while (next(buffer) > 0) {
    }
    module.digest = hasher_.finish();
    return module;
  }

 private:
  std::size_t next(std::span<std::byte> into) {
    std::size_t count = 0;
    if (!first_.empty()) {
      count = std::min(into.size(), first_.size());
      std::ranges::copy(first_.first(count), into.begin());
      first_ = first_.subspan(count);
    } else {
      count = read_layer(into);
    }
    hasher_.update(into.first(count));
    return count;
  }

  std::size_t read_layer(std::span<std::byte> into) {
    if (failure_) {
      std::rethrow_exception(failure_);
    }
    try {
      return read_(into);
    } catch (...) {
      failure_ = std::current_exception();
      throw;
    }
  }

  const ReadBytes& read_;
  ByteView first_;
  Hasher hasher_;
  std::exception_ptr failure_;
};

}  // namespace

std::optional<FoundModule> read_module(const ReadBytes& read, const std::string& path, std::uint64_t size,
                                       const Descriptor& layer) {
  std::array<std::byte, kWasmHeaderSize> begin{};
  const ByteView first = ByteView(begin).first(fill(read, begin));
  const std::optional<WasmHeader> header = match_wasm_header(first);
  if (!header) {
    return std::nullopt;
  }
  return ModuleReader(read, first)
      .read_all({.path = path, .size = size, .digest = layer.digest, .kind = header->kind, .layer = layer});
}

}  // namespace wasm_oci
