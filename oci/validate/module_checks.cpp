#include "oci/validate/module_checks.hpp"

#include "oci/packaging/envoy.hpp"
#include "oci/text.hpp"
#include "oci/wasm/start.hpp"
#include "oci/wasm/wasi.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace wasm_oci {
namespace {

class ModuleChecks {
 public:
  ModuleChecks(const WasmDescription& module, const std::string& path, const Place& place, Findings& findings)
      : module_(module), path_(path), place_(place), findings_(findings) {}

  void check(std::uint64_t size, std::string_view function, const Platform& platform) {
    check_size(size);
    check_level(platform);
    if (module_.form == WasmForm::core) {
      check_core(function);
    } else {
      check_component(function);
    }
  }

 private:
  void add(std::string_view rule, std::string message) { findings_.add(rule, place_, path_, std::move(message)); }

  bool is_unread(std::string_view part) const {
    return std::ranges::any_of(module_.unread, [part](const WasmUnread& one) { return one.part == part; });
  }

  void check_size(std::uint64_t size) {
    std::uint64_t debug = 0;
    for (const WasmCustomSection& section : module_.custom_sections) {
      debug += section.name.starts_with(".debug_") || section.name == "name" ? section.size : 0;
    }
    if (size > kMaxPluginSize) {
      add("CFG019", path_ + " has " + human_size(size));
    } else if (debug > size / 2) {
      add("CFG019", human_size(debug) + " of " + human_size(size) + " of " + path_ + " are for debugging");
    }
  }

  void check_level(const Platform& platform) {
    const bool is_component = module_.form != WasmForm::core;
    if (is_component && platform.os == "wasip1") {
      add("CFG013", path_ + " is a component, and the config says wasip1");
    } else if (!is_component && platform.os == "wasip2") {
      add("CFG013", path_ + " is a core module, and the config says wasip2");
    } else if (module_.wasi == WasiLevel::preview0 && platform.os == "wasip1") {
      add("CFG013", path_ + " imports from wasi_unstable, which is older than what the config says, wasip1");
    }
  }

  void check_core(std::string_view function) {
    if (is_both_command_and_reactor(module_)) {
      add("CFG012", path_ + " exports both _start and _initialize");
    }
    if (const std::optional<std::string> missing = missing_start(module_, function)) {
      add("CFG010", path_ + " exports " + *missing);
      return check_imports();
    }
    check_start_names();
    if (function.empty() && !is_unread("exports") && !exports_function(module_, "_start")) {
      add("CFG011", path_ + " exports _initialize and no _start");
    }
    check_imports();
  }

  // crun has wasmtime's linker decide what the module is, and that goes by these names (linker.rs, ModuleKind). Others
  // call one function and look at no other export.
  void check_start_names() {
    for (const WasmExport& one : module_.exports) {
      if ((one.name == "_start" || one.name == "_initialize") && one.kind != ExternKind::function) {
        findings_.add_for({"podman", "crio"}, "CFG012", place_, path_,
                          path_ + " exports " + one.name + ", which is no function", Severity::warning);
      }
    }
  }

  void check_imports() {
    std::set<std::string> modules;
    for (const WasmImport& import : module_.imports) {
      if (import.module != "wasi_snapshot_preview1") {
        modules.insert(excerpt(import.module, 40));
      }
    }
    std::string needs;
    for (const std::string_view runtime : module_.runtimes) {
      needs.append(needs.empty() ? ": it needs " : " or ").append(runtime);
    }
    // runwasi's and crun's wasmtime and WasmEdge have preview 1 alone.
    if (needs.empty() && modules == std::set<std::string>{"wasi_unstable"}) {
      needs = ": it needs wasmer or wamr";
    }
    if (!modules.empty()) {
      add("CFG016",
          path_ + " imports from " + list_names(std::vector<std::string>(modules.begin(), modules.end())) + needs);
    } else if (!module_.features.empty()) {
      add("CFG016", path_ + " imports " + std::string(to_string(module_.features.front())) + needs);
    }
  }

  void check_component(std::string_view function) {
    add("CFG014", path_ + " is a component");
    const bool runs = module_.shape == WasmShape::command || module_.shape == WasmShape::http_handler;
    const auto is_named = [&](const WasmExport& one) { return one.name == function; };
    const bool has_function = !function.empty() && std::ranges::any_of(module_.exports, is_named);
    if (!runs && !has_function && !is_unread("exports")) {
      add("CFG010", path_ + " exports neither wasi:cli/run nor a handler of requests");
    }
    const auto is_wasi3 = [](const WasmImport& import) { return wasi_level_of(import.name) == WasiLevel::preview3; };
    const auto import = std::ranges::find_if(module_.imports, is_wasi3);
    if (import != module_.imports.end()) {
      add("CFG015", path_ + " imports " + excerpt(import->name));
    }
  }

  const WasmDescription& module_;
  const std::string& path_;
  const Place& place_;
  Findings& findings_;
};

}  // namespace

void check_module(const WasmDescription& module, std::uint64_t size, std::string_view function,
                  const Platform& platform, const std::string& path, const Place& place, Findings& findings) {
  ModuleChecks(module, path, place, findings).check(size, function, platform);
}

}  // namespace wasm_oci
