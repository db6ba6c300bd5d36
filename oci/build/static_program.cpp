#include "oci/build/static_program.hpp"

#include "oci/error.hpp"
#include "oci/file.hpp"
#include "oci/random_access.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace wasm_oci {
namespace {

// System V ABI, "ELF Header" and "Program Header": where the fields are in files of 32 and 64 bits, in bytes.
constexpr std::string_view kMagic =
    "\x7f"
    "ELF";
constexpr std::size_t kClass = 4;
constexpr std::size_t kData = 5;
constexpr std::size_t kType = 16;
constexpr std::size_t kMachine = 18;
constexpr std::size_t kEntry = 24;
constexpr std::uint64_t kExecutable = 2;           // ET_EXEC
constexpr std::uint64_t kPositionIndependent = 3;  // ET_DYN: a static-pie, or a library
constexpr int kClass64 = 2;
constexpr int kBigEndian = 2;
constexpr std::size_t kSmallestHeader = 52;
constexpr std::size_t kLargestHeader = 64;
struct Fields {
  std::size_t table;       // e_phoff
  std::size_t table_size;  // of that field
  std::size_t entry_size;  // e_phentsize
  std::size_t count;       // e_phnum
};
constexpr Fields kFields32 = {.table = 28, .table_size = 4, .entry_size = 42, .count = 44};
constexpr Fields kFields64 = {.table = 32, .table_size = 8, .entry_size = 54, .count = 56};
constexpr std::uint64_t kInterpreter = 3;  // PT_INTERP

struct Machine {
  std::string_view architecture;
  std::uint16_t machine;  // e_machine
};
constexpr std::array<Machine, 8> kMachines = {{{.architecture = "386", .machine = 3},
                                               {.architecture = "amd64", .machine = 62},
                                               {.architecture = "arm", .machine = 40},
                                               {.architecture = "arm64", .machine = 183},
                                               {.architecture = "loong64", .machine = 258},
                                               {.architecture = "ppc64le", .machine = 21},
                                               {.architecture = "riscv64", .machine = 243},
                                               {.architecture = "s390x", .machine = 22}}};
constexpr std::size_t kMaxProgramHeaders = 128;

std::string architecture_of(std::uint16_t machine) {
  const auto* const found = std::ranges::find(kMachines, machine, &Machine::machine);
  return found == kMachines.end() ? "machine " + std::to_string(machine) : std::string(found->architecture);
}

// A little- or big-endian number of `size` bytes.
std::uint64_t number(std::span<const std::byte> bytes, std::size_t offset, std::size_t size, bool big_endian) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    value = value << 8U | std::to_integer<std::uint64_t>(bytes[offset + (big_endian ? i : size - 1 - i)]);
  }
  return value;
}

class ElfHeader {
 public:
  // nullopt for what is no ELF file.
  static std::optional<ElfHeader> read(const RandomAccess& file) {
    std::array<std::byte, kLargestHeader> bytes{};
    const std::size_t size = file.read_at(0, bytes);
    const bool is_elf = size >= kSmallestHeader && as_text(bytes).starts_with(kMagic);
    return is_elf ? std::optional(ElfHeader(bytes)) : std::nullopt;
  }

  std::uint16_t machine() const { return machine_; }
  // Whether it says where it starts, as objects, libraries and core files do not.
  bool is_program() const { return (type_ == kExecutable || type_ == kPositionIndependent) && entry_ != 0; }

  // Whether one of its program headers names the program that links it.
  bool names_interpreter(const RandomAccess& file) const {
    std::array<std::byte, 4> type{};
    for (std::uint64_t i = 0; i < std::min<std::uint64_t>(count_, kMaxProgramHeaders); ++i) {
      const std::uint64_t offset = table_ + i * entry_size_;
      if (offset < table_ || file.read_at(offset, type) < type.size()) {
        return false;
      }
      if (number(type, 0, type.size(), big_endian_) == kInterpreter) {
        return true;
      }
    }
    return false;
  }

 private:
  explicit ElfHeader(std::span<const std::byte> bytes)
      : big_endian_(std::to_integer<int>(bytes[kData]) == kBigEndian),
        machine_(static_cast<std::uint16_t>(number(bytes, kMachine, 2, big_endian_))) {
    const Fields& fields = std::to_integer<int>(bytes[kClass]) == kClass64 ? kFields64 : kFields32;
    table_ = number(bytes, fields.table, fields.table_size, big_endian_);
    entry_size_ = number(bytes, fields.entry_size, 2, big_endian_);
    count_ = number(bytes, fields.count, 2, big_endian_);
    type_ = number(bytes, kType, 2, big_endian_);
    entry_ = number(bytes, kEntry, fields.table_size, big_endian_);
  }

  bool big_endian_;
  std::uint16_t machine_;
  std::uint64_t table_ = 0;
  std::uint64_t entry_size_ = 0;
  std::uint64_t count_ = 0;
  std::uint64_t type_ = 0;
  std::uint64_t entry_ = 0;
};

void require_static(const RandomAccess& file, const std::string& path, const Platform& platform, bool force) {
  const std::optional<ElfHeader> header = ElfHeader::read(file);
  if (!header) {
    throw ContentError(path + " is no ELF program, and " + format(platform) + " runs no other");
  }
  if (force) {
    return;
  }
  const auto* const known = std::ranges::find(kMachines, platform.architecture, &Machine::architecture);
  if (known != kMachines.end() && known->machine != header->machine()) {
    throw UsageError(path + " is a program for " + architecture_of(header->machine()) + ", not for " + format(platform),
                     "say the platform that it was built for");
  }
  if (!header->is_program()) {
    throw UsageError(path + " is no program but a library, an object or a core file", "--force takes it as it is");
  }
  if (header->names_interpreter(file)) {
    throw UsageError(path + " is linked when it starts, and the image holds no libraries",
                     "link it statically (-static, CGO_ENABLED=0, a musl target); --force takes it as it is");
  }
}

}  // namespace

StaticProgram open_static_program(const std::string& path, const Platform& platform, bool force) {
  StaticProgram program{.fd = open_file(path), .size = 0};
  program.size = file_size(program.fd.get(), path);
  if (platform.os == "linux") {
    require_static(FileAccess(program.fd.get(), program.size), path, platform, force);
  }
  return program;
}

}  // namespace wasm_oci
