#include "oci/wasm/component.hpp"

#include "oci/wasm/leb128.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace wasm_oci {
namespace {

// nameattributes. What a plain name implements is an interface as well; the other attributes are of no use here.
std::string read_name(PayloadCursor& payload, NameBudget& names, WasiLevel& level) {
  constexpr std::uint8_t kWithAttributes = 0x02;
  const std::uint8_t form = payload.u8();
  if (form > kWithAttributes) {
    payload.fail("an unknown form of name: " + std::to_string(form));
  }
  std::string name = names.read(payload);
  level = std::max(level, wasi_level_of(name));
  if (form < kWithAttributes) {
    return name;
  }
  constexpr std::uint8_t kImplements = 0x00;
  constexpr std::uint32_t kKinds = 3;  // the others: a suffix of the version, an id of the outside world
  const std::uint32_t count = payload.u32();
  if (count > kKinds) {
    payload.fail("a name of " + std::to_string(count) + " attributes, of which there are " + std::to_string(kKinds));
  }
  for (std::uint32_t left = count; left > 0; --left) {
    const std::uint8_t kind = payload.u8();
    if (kind >= kKinds) {
      payload.fail("an unknown attribute of a name: " + std::to_string(kind));
    }
    const std::string value = names.read(payload);
    if (kind == kImplements) {
      level = std::max(level, wasi_level_of(value));
    }
  }
  return name;
}

// What begins both sort and externtype. Of core sorts only modules can be imported and exported.
ExternKind read_kind(PayloadCursor& payload) {
  constexpr std::uint8_t kCoreModule = 0x11;
  const std::uint8_t kind = payload.u8();
  switch (kind) {
    case 0x00:
      if (payload.u8() != kCoreModule) {
        payload.fail("a core definition that is no module");
      }
      return ExternKind::module;
    case 0x01:
      return ExternKind::function;
    case 0x02:
      return ExternKind::value;
    case 0x03:
      return ExternKind::type;
    case 0x04:
      return ExternKind::component;
    case 0x05:
      return ExternKind::instance;
    default:
      payload.fail("an unknown kind of definition: " + std::to_string(kind));
  }
}

// Primitive types are negative numbers of one byte, from error-context and string up to bool.
void skip_value_type(PayloadCursor& payload) {
  constexpr std::int64_t kErrorContext = 0x64 - 0x80;
  constexpr std::int64_t kString = 0x73 - 0x80;
  const std::int64_t type = payload.s33();
  if (type < kString && type != kErrorContext && type < 0) {
    payload.fail("an unknown type of value");
  }
}

// externtype
ExternKind read_external_type(PayloadCursor& payload) {
  const ExternKind kind = read_kind(payload);
  // Bounds: of a value, equal to another or of a type; of a type, equal to another or a new resource.
  const bool is_bound = kind == ExternKind::value || kind == ExternKind::type;
  const std::uint8_t bound = is_bound ? payload.u8() : 0;
  if (bound > 1) {
    payload.fail("an unknown bound: " + std::to_string(bound));
  }
  if (bound == 0) {
    payload.u32();
  } else if (kind == ExternKind::value) {
    skip_value_type(payload);
  }
  return kind;
}

}  // namespace

void read_component_imports(PayloadCursor& payload, NameBudget& names, std::vector<WasmImport>& imports,
                            WasiLevel& level) {
  for (std::uint32_t left = payload.u32(); left > 0; --left) {
    if (imports.size() == kMaxImports) {
      payload.fail("more than " + std::to_string(kMaxImports) + " imports");
    }
    std::string name = read_name(payload, names, level);
    imports.push_back({.module = {}, .name = std::move(name), .kind = read_external_type(payload)});
  }
  payload.expect_end();
}

void read_component_exports(PayloadCursor& payload, NameBudget& names, std::vector<WasmExport>& exports,
                            WasiLevel& level) {
  for (std::uint32_t left = payload.u32(); left > 0; --left) {
    if (exports.size() == kMaxExports) {
      payload.fail("more than " + std::to_string(kMaxExports) + " exports");
    }
    std::string name = read_name(payload, names, level);
    const ExternKind kind = read_kind(payload);
    payload.u32();
    const std::uint8_t has_type = payload.u8();
    if (has_type > 1) {
      payload.fail("an export that neither has a type nor has none");
    }
    if (has_type == 1) {
      read_external_type(payload);
    }
    exports.push_back({.name = std::move(name), .kind = kind});
  }
  payload.expect_end();
}

bool starts_with_component_type(PayloadCursor& payload) {
  constexpr std::byte kComponentType{0x41};
  const ByteView head = payload.peek(kMaxLeb128U32 + 1);
  const Leb128 count = read_leb128_u32(head);
  return count.fits && count.value > 0 && head.size() > count.size && head[count.size] == kComponentType;
}

}  // namespace wasm_oci
