// One module out of a stream: hashed and described in one pass.
#pragma once

#include "oci/packaging/extract.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

namespace wasm_oci {

// Puts the next bytes into a buffer; 0 at their end.
using ReadBytes = std::function<std::size_t(std::span<std::byte> into)>;

// What `read` gives, where it is Wasm: then all of it is read. Otherwise only its first bytes are. `size` is what it
// says of itself, in bytes. What `read` throws is thrown; a module that is broken is found and not described.
std::optional<FoundModule> read_module(const ReadBytes& read, const std::string& path, std::uint64_t size,
                                       const Descriptor& layer);

}  // namespace wasm_oci
