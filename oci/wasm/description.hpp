// What a Wasm binary is, read from its sections' headers and the few sections that say it: code and data are never
// looked at.
//
// A binary may hold what is not known yet, or more than is kept. What cannot be read is left out and told; only a
// broken outer shape (sections.hpp) is an error.
#pragma once

#include "oci/random_access.hpp"
#include "oci/wasm/core_module.hpp"
#include "oci/wasm/externs.hpp"
#include "oci/wasm/metadata.hpp"
#include "oci/wasm/sections.hpp"
#include "oci/wasm/wasi.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {

enum class WasmForm : std::uint8_t {
  core,  // a core module
  component,
  wit_package,  // a component that holds types alone: interfaces and worlds for the tools of developers
};

// As JSON has it: "core", "component", "wit-package".
std::string_view to_string(WasmForm form);

struct WasmCustomSection {
  std::string name;
  std::uint64_t size;  // of what follows the name, in bytes

  bool operator==(const WasmCustomSection&) const = default;
};

// A part that could not be read, or not to its end.
struct WasmUnread {
  // "imports", "exports", "memories": the list holds what came before, and all that is told from it may be too little;
  // "custom section NAME", "custom section at byte N"; "custom sections": those behind the limit.
  std::string part;
  std::string reason;

  bool operator==(const WasmUnread&) const = default;
};

struct WasmDescription {
  WasmForm form = WasmForm::core;
  WasmHeader header;
  // In the order of the binary. Of components those of the outermost one.
  std::vector<WasmImport> imports;
  std::vector<WasmExport> exports;
  std::vector<WasmMemory> memories;  // of core modules: the imported ones first
  bool has_start = false;            // whether a core module has a start function (which is not _start)
  std::vector<WasmCustomSection> custom_sections;

  WasiLevel wasi = WasiLevel::none;
  std::vector<WasmFeature> features;
  WasmShape shape = WasmShape::library;
  std::vector<std::string_view> runtimes;  // one of which is needed; empty: any that knows the level
  WasmMetadata metadata;

  std::vector<WasmUnread> unread;

  bool operator==(const WasmDescription&) const = default;
};

// Custom sections behind these are not looked at.
inline constexpr std::size_t kMaxCustomSections = 10'000;

// About how many bytes of memory it takes.
std::size_t memory_of(const WasmDescription& description);

// Throws ContentError as check_wasm does. Reads forward, as ForwardAccess wants it. Takes less than 48 MiB of memory
// for any binary, a few KiB for usual ones.
WasmDescription describe_wasm(const RandomAccess& bytes);

}  // namespace wasm_oci
