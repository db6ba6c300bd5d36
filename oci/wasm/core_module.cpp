#include "oci/wasm/core_module.hpp"

#include <string>
#include <utility>

namespace wasm_oci {
namespace {

// Flags of limits (5.3.10; shared: threads, page size: custom-page-sizes).
constexpr unsigned kHasMax = 0x01;
constexpr unsigned kShared = 0x02;
constexpr unsigned kIs64 = 0x04;
constexpr unsigned kHasPageSize = 0x08;

struct Limits {
  unsigned flags;
  std::uint64_t min;
  std::optional<std::uint64_t> max;
};

// Flags that are not `known` may change what follows.
Limits read_limits(PayloadCursor& payload, unsigned known) {
  const unsigned flags = payload.u8();
  if ((flags & ~known) != 0) {
    payload.fail("unknown flags of limits: " + std::to_string(flags));
  }
  const auto number = [&] { return (flags & kIs64) != 0 ? payload.u64() : payload.u32(); };
  Limits limits{.flags = flags, .min = number(), .max = std::nullopt};
  if ((flags & kHasMax) != 0) {
    limits.max = number();
  }
  return limits;
}

WasmMemory read_memory(PayloadCursor& payload, bool imported) {
  constexpr std::uint32_t kPage = 16;
  const Limits limits = read_limits(payload, kHasMax | kShared | kIs64 | kHasPageSize);
  const std::uint32_t page = (limits.flags & kHasPageSize) != 0 ? payload.u32() : kPage;
  if (page >= 64) {
    payload.fail("a page of 2 to the power of " + std::to_string(page) + " bytes");
  }
  return {.imported = imported,
          .shared = (limits.flags & kShared) != 0,
          .is_64 = (limits.flags & kIs64) != 0,
          .min = limits.min,
          .max = limits.max,
          .page_size = std::uint64_t{1} << page};
}

void append_memory(const PayloadCursor& payload, std::vector<WasmMemory>& memories, const WasmMemory& memory) {
  if (memories.size() == kMaxMemories) {
    payload.fail("more than " + std::to_string(kMaxMemories) + " memories");
  }
  memories.push_back(memory);
}

// 5.3.5. A byte that is not known here may be the beginning of a longer type.
void skip_reference_type(PayloadCursor& payload, std::uint8_t first) {
  constexpr std::uint8_t kRef = 0x64;
  constexpr std::uint8_t kRefNull = 0x63;
  constexpr std::uint8_t kFirstAbstract = 0x69;  // exn
  constexpr std::uint8_t kLastAbstract = 0x74;   // noexn
  if (first == kRef || first == kRefNull) {
    // A type index, or one of the abstract types, all of which are negative numbers of one byte.
    const std::int64_t heap_type = payload.s33();
    if (heap_type < 0 && (heap_type < kFirstAbstract - 0x80 || heap_type > kLastAbstract - 0x80)) {
      payload.fail("an unknown heap type");
    }
    return;
  }
  if (first < kFirstAbstract || first > kLastAbstract) {
    payload.fail("an unknown type: " + std::to_string(first));
  }
}

// 5.3.6
void skip_value_type(PayloadCursor& payload) {
  constexpr std::uint8_t kV128 = 0x7b;  // the last; i32 is 0x7f
  constexpr std::uint8_t kI32 = 0x7f;
  const std::uint8_t first = payload.u8();
  if (first < kV128 || first > kI32) {
    skip_reference_type(payload, first);
  }
}

// An external type whose first byte, the kind, was read (5.3.13).
ExternKind read_external_type(PayloadCursor& payload, std::uint8_t kind, std::vector<WasmMemory>& memories) {
  switch (kind) {
    case 0x00:
      payload.u32();
      return ExternKind::function;
    case 0x01:
      skip_reference_type(payload, payload.u8());
      read_limits(payload, kHasMax | kShared | kIs64);
      return ExternKind::table;
    case 0x02:
      append_memory(payload, memories, read_memory(payload, true));
      return ExternKind::memory;
    case 0x03:
      skip_value_type(payload);
      if (payload.u8() > 1) {
        payload.fail("a global that is neither constant nor mutable");
      }
      return ExternKind::global;
    case 0x04:
      if (payload.u8() != 0) {
        payload.fail("a tag that is no exception");
      }
      payload.u32();
      return ExternKind::tag;
    default:
      payload.fail("an unknown kind of import: " + std::to_string(kind));
  }
}

class ImportReader {
 public:
  ImportReader(PayloadCursor& payload, NameBudget& names, std::vector<WasmImport>& imports,
               std::vector<WasmMemory>& memories)
      : payload_(&payload), names_(&names), imports_(&imports), memories_(&memories) {}

  void read_entry() {
    std::string module = names_->read(*payload_);
    std::string name = names_->read(*payload_);
    const std::uint8_t kind = payload_->u8();
    // Where the name is empty these are no kinds but the two compact encodings.
    constexpr std::uint8_t kOwnTypes = 0x7f;
    constexpr std::uint8_t kOneType = 0x7e;
    if (name.empty() && kind == kOwnTypes) {
      read_group(module, [&] { return read_external_type(*payload_, payload_->u8(), *memories_); });
    } else if (name.empty() && kind == kOneType) {
      // The type stands once, though it holds for each: so do its memories.
      std::vector<WasmMemory> memory;
      const ExternKind type = read_external_type(*payload_, payload_->u8(), memory);
      read_group(module, [&] {
        for (const WasmMemory& each : memory) {
          append_memory(*payload_, *memories_, each);
        }
        return type;
      });
    } else {
      append({.module = std::move(module),
              .name = std::move(name),
              .kind = read_external_type(*payload_, kind, *memories_)});
    }
  }

 private:
  template <class ReadType>
  void read_group(const std::string& module, ReadType read_type) {
    for (std::uint32_t left = payload_->u32(); left > 0; --left) {
      std::string name = names_->read(*payload_);
      const ExternKind kind = read_type();
      append({.module = names_->copy(module, *payload_), .name = std::move(name), .kind = kind});
    }
  }

  void append(WasmImport import) {
    if (imports_->size() == kMaxImports) {
      payload_->fail("more than " + std::to_string(kMaxImports) + " imports");
    }
    imports_->push_back(std::move(import));
  }

  PayloadCursor* payload_;
  NameBudget* names_;
  std::vector<WasmImport>* imports_;
  std::vector<WasmMemory>* memories_;
};

}  // namespace

void read_core_imports(PayloadCursor& payload, NameBudget& names, std::vector<WasmImport>& imports,
                       std::vector<WasmMemory>& memories) {
  ImportReader reader(payload, names, imports, memories);
  const std::uint32_t count = payload.u32();
  for (std::uint32_t index = 0; index < count; ++index) {
    // A group may hold no import at all: the number of imports alone does not bound the work.
    if (index == kMaxImports) {
      payload.fail("more than " + std::to_string(kMaxImports) + " imports");
    }
    reader.read_entry();
  }
  payload.expect_end();
}

void read_core_exports(PayloadCursor& payload, NameBudget& names, std::vector<WasmExport>& exports) {
  constexpr std::uint8_t kLastKind = 0x04;  // tag
  for (std::uint32_t left = payload.u32(); left > 0; --left) {
    if (exports.size() == kMaxExports) {
      payload.fail("more than " + std::to_string(kMaxExports) + " exports");
    }
    std::string name = names.read(payload);
    const std::uint8_t kind = payload.u8();
    if (kind > kLastKind) {
      payload.fail("an unknown kind of export: " + std::to_string(kind));
    }
    payload.u32();
    exports.push_back({.name = std::move(name), .kind = static_cast<ExternKind>(kind)});
  }
  payload.expect_end();
}

void read_core_memories(PayloadCursor& payload, std::vector<WasmMemory>& memories) {
  for (std::uint32_t left = payload.u32(); left > 0; --left) {
    append_memory(payload, memories, read_memory(payload, false));
  }
  payload.expect_end();
}

}  // namespace wasm_oci
