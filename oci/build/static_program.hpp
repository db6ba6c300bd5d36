// Native programs that need no base image: statically linked, for the platform that they are said to be for.
#pragma once

#include "oci/platform.hpp"
#include "oci/unique_fd.hpp"

#include <cstdint>
#include <string>

namespace wasm_oci {

struct StaticProgram {
  UniqueFd fd;
  std::uint64_t size;  // in bytes
};

// Opens a program that `platform` is to run. For Linux it must be an ELF program of that architecture that names no
// interpreter (System V ABI, "Program Header"): there is nothing beside it in the image that could link it. Throws
// NotFoundError, UsageError for a folder, ContentError for what is no program, and, unless `force`, UsageError for one
// of another machine and one that is linked when it starts. Programs of other systems are taken as they are.
StaticProgram open_static_program(const std::string& path, const Platform& platform, bool force);

}  // namespace wasm_oci
