#include "oci/platform.hpp"

#include "oci/error.hpp"
#include "oci/text.hpp"

#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

namespace wasm_oci {
namespace {

// The names are Go's (GOOS, GOARCH), since image platforms are.
#if defined(__linux__)
constexpr std::string_view kHostOs = "linux";
#elif defined(__APPLE__)
constexpr std::string_view kHostOs = "darwin";
#elif defined(__FreeBSD__)
constexpr std::string_view kHostOs = "freebsd";
#else
#error "unknown operating system"
#endif

#if defined(__x86_64__)
constexpr std::string_view kHostArchitecture = "amd64";
#elif defined(__aarch64__)
constexpr std::string_view kHostArchitecture = "arm64";
#elif defined(__arm__)
constexpr std::string_view kHostArchitecture = "arm";
#elif defined(__i386__)
constexpr std::string_view kHostArchitecture = "386";
#elif defined(__riscv) && __riscv_xlen == 64
constexpr std::string_view kHostArchitecture = "riscv64";
#elif defined(__s390x__)
constexpr std::string_view kHostArchitecture = "s390x";
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
constexpr std::string_view kHostArchitecture = "ppc64le";
#elif defined(__loongarch64)
constexpr std::string_view kHostArchitecture = "loong64";
#else
#error "unknown architecture"
#endif

constexpr std::array<std::string_view, 17> kKnownOs = {
    "aix",   "android", "darwin", "dragonfly", "freebsd", "hurd",    "illumos", "ios", "js",
    "linux", "nacl",    "netbsd", "openbsd",   "plan9",   "solaris", "windows", "zos"};

constexpr std::array<std::string_view, 24> kKnownArchitectures = {
    "386",     "amd64",   "amd64p32", "arm",    "armbe",  "arm64",    "arm64be",   "ppc64",
    "ppc64le", "loong64", "mips",     "mipsle", "mips64", "mips64le", "mips64p32", "mips64p32le",
    "ppc",     "riscv",   "riscv64",  "s390",   "s390x",  "sparc",    "sparc64",   "wasm"};

template <class Names>
bool contains(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != std::end(names);
}

bool is_word_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}
bool is_os(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_word_character); }
bool is_specifier(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return is_word_character(c) || c == '.'; });
}
// Of an OS version or feature, still encoded.
bool is_option(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return is_word_character(c) || c == '.' || c == '%'; });
}

std::string normalize_os(std::string_view os) {
  if (os.empty()) {
    return std::string(kHostOs);
  }
  std::string lower = to_lower(os);
  if (lower == "macos") {
    return "darwin";
  }
  return lower;
}

struct ArchitectureAndVariant {
  std::string architecture;
  std::string variant;
};

ArchitectureAndVariant normalize_architecture(std::string_view architecture_text, std::string_view variant_text) {
  std::string architecture = to_lower(architecture_text);
  std::string variant = to_lower(variant_text);
  if (architecture == "i386") {
    return {.architecture = "386", .variant = ""};
  }
  if (architecture == "armhf") {
    return {.architecture = "arm", .variant = "v7"};
  }
  if (architecture == "armel") {
    return {.architecture = "arm", .variant = "v6"};
  }
  if (architecture == "x86_64" || architecture == "x86-64" || architecture == "amd64") {
    return {.architecture = "amd64", .variant = variant == "v1" ? "" : variant};
  }
  if (architecture == "aarch64" || architecture == "arm64") {
    if (variant == "8" || variant == "v8" || variant == "v8.0") {
      variant.clear();
    } else if (variant == "9" || variant == "9.0" || variant == "v9.0") {
      variant = "v9";
    }
    return {.architecture = "arm64", .variant = std::move(variant)};
  }
  if (architecture == "arm") {
    if (variant.empty() || variant == "7") {
      variant = "v7";
    } else if (variant == "5" || variant == "6" || variant == "8") {
      variant.insert(0, "v");
    }
  }
  return {.architecture = std::move(architecture), .variant = std::move(variant)};
}

// The kernel's word for the machine is "armv7l", "armv6l", …, or "aarch64" under a 64-bit kernel.
[[maybe_unused]] std::string arm_variant() {
  utsname names{};
  if (::uname(&names) != 0) {
    return {};
  }
  const std::string_view machine(std::begin(names.machine));
  if (machine == "aarch64") {
    return "v8";
  }
  return machine.starts_with("armv") && machine.size() > 4 ? "v" + std::string(machine.substr(4, 1)) : "";
}

std::string host_variant() {
  if constexpr (kHostArchitecture == "arm64") {
    return "v8";
  } else if constexpr (kHostArchitecture == "arm") {
    return arm_variant();
  } else {
    return {};
  }
}

[[noreturn]] void fail(std::string_view text, std::string_view reason, std::string hint) {
  throw UsageError("invalid platform \"" + std::string(text) + "\": " + std::string(reason), std::move(hint));
}

constexpr std::string_view kForm = "a platform is OS/ARCH[/VARIANT], for example wasi/wasm or linux/amd64";

// containerd reads "wasm" as linux/wasm, which nothing will ever select, and knows no "wasi" at all; neither is what
// anybody means.
void refuse_wasm_slips(std::string_view text, const std::vector<std::string_view>& parts) {
  static constexpr std::array<std::string_view, 2> kWasm = {"wasm", "wasm32"};
  static constexpr std::array<std::string_view, 3> kWasi = {"wasi", "wasip1", "wasip2"};
  const std::string first = to_lower(parts.front());
  std::optional<std::string> os;
  if (parts.size() == 1 && contains(kWasi, first)) {
    os = first;
  } else if (parts.size() == 1 && contains(kWasm, first)) {
    os = "wasi";
  } else if (parts.size() > 1 && contains(kWasm, first) && to_lower(parts[1]).starts_with("wasi")) {
    const std::string second = to_lower(parts[1]);
    os = contains(kWasi, second) ? second : "wasi";
  }
  if (os) {
    fail(text, "operating system and architecture are needed, in this order", "did you mean " + *os + "/wasm?");
  }
}

std::optional<unsigned> hex_value(char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::size_t value = kDigits.find(to_lower(std::string_view(&c, 1)).front());
  return value == std::string_view::npos ? std::nullopt : std::optional(static_cast<unsigned>(value));
}

// Undoes encode_option.
std::string decode_option(std::string_view text, std::string_view option) {
  std::string decoded;
  for (std::size_t i = 0; i < option.size(); ++i) {
    if (option[i] != '%') {
      decoded += option[i];
      continue;
    }
    const auto high = i + 2 < option.size() ? hex_value(option[i + 1]) : std::nullopt;
    const auto low = high ? hex_value(option[i + 2]) : std::nullopt;
    if (!low) {
      fail(text, "\"%\" must be followed by two hex digits", "write %25 for a percent sign");
    }
    const unsigned byte = (*high << 4U) | *low;
    // Other bytes name no version, and not all of them could be written into a document.
    if (byte < 0x20 || byte > 0x7e) {
      fail(text, "an operating system's version and features are printable ASCII", std::string(kForm));
    }
    decoded += static_cast<char>(byte);
    i += 2;
  }
  return decoded;
}

std::string encode_option(std::string_view option) {
  std::string encoded;
  for (const char c : option) {
    switch (c) {
      case '%':
        encoded += "%25";
        break;
      case '+':
        encoded += "%2B";
        break;
      case '(':
        encoded += "%28";
        break;
      case ')':
        encoded += "%29";
        break;
      case '/':
        encoded += "%2F";
        break;
      default:
        encoded += c;
    }
  }
  return encoded;
}

// "os" or "os(version+feature+…)", where each of version and features may be absent.
Platform parse_os(std::string_view text, std::string_view part) {
  std::string_view os = part;
  std::string_view options;
  if (const std::size_t open = part.find('('); open != std::string_view::npos && part.ends_with(')')) {
    os = part.substr(0, open);
    options = part.substr(open + 1, part.size() - open - 2);
  }
  if (!is_os(os)) {
    fail(text, "\"" + std::string(part) + "\" is no operating system", std::string(kForm));
  }
  Platform platform{.os = normalize_os(os), .architecture = {}, .variant = {}, .os_version = {}, .os_features = {}};
  bool is_version = true;
  // "(+)" has no feature, but "(+a+)" an empty one.
  const bool has_no_feature = options.ends_with('+') && options.find('+') + 1 == options.size();
  if (has_no_feature) {
    options.remove_suffix(1);
  }
  while (true) {
    const std::size_t plus = options.find('+');
    const std::string_view option = options.substr(0, plus);
    if (!is_option(option)) {
      fail(text, "\"" + std::string(option) + "\" is no version or feature of an operating system", std::string(kForm));
    }
    if (is_version) {
      platform.os_version = decode_option(text, option);
      is_version = false;
    } else if (option.empty()) {
      fail(text, "a feature of the operating system is empty", std::string(kForm));
    } else {
      platform.os_features.push_back(decode_option(text, option));
    }
    if (plus == std::string_view::npos) {
      return platform;
    }
    options.remove_prefix(plus + 1);
  }
}

// At most four: more than three are wrong in any case.
std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (parts.size() < 3) {
    const std::size_t slash = text.find('/');
    parts.push_back(text.substr(0, slash));
    if (slash == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(slash + 1);
  }
  parts.push_back(text);
  return parts;
}

// Sets what the command line says of the architecture. v7 is what "arm" means; it is written only when asked for.
void set_architecture(Platform& platform, std::string_view architecture) {
  ArchitectureAndVariant normal = normalize_architecture(architecture, "");
  platform.architecture = std::move(normal.architecture);
  platform.variant = std::move(normal.variant);
  if (platform.architecture == "arm" && platform.variant == "v7") {
    platform.variant.clear();
  }
}

// A known system or a known architecture; the host gives the other half.
Platform complete_with_host(std::string_view text, Platform platform) {
  if (contains(kKnownOs, platform.os)) {
    platform.architecture = kHostArchitecture;
    if (const std::string variant = host_variant(); kHostArchitecture == "arm" && variant != "v7") {
      platform.variant = variant;
    }
    return platform;
  }
  set_architecture(platform, text);
  if (!contains(kKnownArchitectures, platform.architecture)) {
    fail(text, "unknown operating system or architecture", std::string(kForm));
  }
  platform.os = kHostOs;
  return platform;
}

// Joins what is not empty.
std::string join(std::string os, const Platform& platform) {
  for (const std::string& part : {platform.architecture, platform.variant}) {
    if (!part.empty()) {
      os += "/" + part;
    }
  }
  return os;
}

std::vector<std::string> sorted_unique(std::vector<std::string> features) {
  std::ranges::sort(features);
  const auto repeated = std::ranges::unique(features);
  features.erase(repeated.begin(), repeated.end());
  return features;
}

}  // namespace

Platform parse_platform(std::string_view text) {
  if (text.find('*') != std::string_view::npos) {
    fail(text, "wildcards are not supported", std::string(kForm));
  }
  const std::vector<std::string_view> parts = split(text);
  Platform platform = parse_os(text, parts.front());
  for (const std::string_view part : std::span(parts).subspan(1)) {
    if (!is_specifier(part)) {
      fail(text, "\"" + std::string(part) + "\" is no architecture or variant", std::string(kForm));
    }
  }
  refuse_wasm_slips(text, parts);
  switch (parts.size()) {
    case 1:
      return complete_with_host(text, std::move(platform));
    case 2:
      set_architecture(platform, parts[1]);
      return platform;
    case 3: {
      ArchitectureAndVariant normal = normalize_architecture(parts[1], parts[2]);
      platform.architecture = std::move(normal.architecture);
      platform.variant = std::move(normal.variant);
      // v8 is dropped where nobody wrote a variant, and kept where somebody did.
      if (platform.architecture == "arm64" && platform.variant.empty()) {
        platform.variant = "v8";
      }
      return platform;
    }
    default:
      fail(text, "too many parts", std::string(kForm));
  }
}

Platform normalize(Platform platform) {
  ArchitectureAndVariant normal = normalize_architecture(platform.architecture, platform.variant);
  return {.os = normalize_os(platform.os),
          .architecture = std::move(normal.architecture),
          .variant = std::move(normal.variant),
          .os_version = std::move(platform.os_version),
          .os_features = sorted_unique(std::move(platform.os_features))};
}

std::string usual_architecture(std::string_view architecture) {
  ArchitectureAndVariant normal = normalize_architecture(architecture, "");
  return normal.variant.empty() ? std::move(normal.architecture) : to_lower(architecture);
}

std::string format(const Platform& platform) { return platform.os.empty() ? "unknown" : join(platform.os, platform); }

std::string format_all(const Platform& platform) {
  std::string options = encode_option(platform.os_version);
  for (const std::string& feature : sorted_unique(platform.os_features)) {
    if (!feature.empty()) {
      options += "+" + encode_option(feature);
    }
  }
  if (platform.os.empty() || options.empty()) {
    return format(platform);
  }
  return join(platform.os + "(" + options + ")", platform);
}

Platform host_platform() {
  return {.os = std::string(kHostOs),
          .architecture = std::string(kHostArchitecture),
          .variant = host_variant(),
          .os_version = {},
          .os_features = {}};
}

Platform best_host_platform() {
  Platform best = host_platform();
#ifdef __x86_64__
  best.variant = __builtin_cpu_supports("x86-64-v4")   ? "v4"
                 : __builtin_cpu_supports("x86-64-v3") ? "v3"
                 : __builtin_cpu_supports("x86-64-v2") ? "v2"
                                                       : "";
#endif
  return best;
}

bool same_platform(const Platform& a, const Platform& b) {
  const auto without_details = [](const Platform& platform) {
    return normalize({.os = platform.os, .architecture = platform.architecture, .variant = platform.variant});
  };
  return without_details(a) == without_details(b);
}

bool is_wasm(const Platform& platform) { return to_lower(platform.architecture).starts_with("wasm"); }

Platform usual_wasm_platform() { return {.os = "wasi", .architecture = "wasm"}; }

}  // namespace wasm_oci
