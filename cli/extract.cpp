#include "cli/extract.hpp"

#include "cli/move_image.hpp"
#include "cli/scratch_store.hpp"
#include "oci/error.hpp"
#include "oci/file.hpp"
#include "oci/image_config.hpp"
#include "oci/image_platforms.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/packaging/extract.hpp"
#include "oci/text.hpp"
#include "registry/registry_store.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>

namespace wasm_oci::cli {

namespace {

bool is_wasm_image(const Descriptor& entry) {
  return entry.platform && !is_attestation(entry) && is_wasm(*entry.platform);
}

// The manifest that holds the module: of an index the entry that a Wasm runtime is meant to take.
Descriptor choose_manifest(const SourceImage& source, const std::optional<Platform>& platform) {
  if (platform) {
    return require_platform(*source.store, source.root, *platform, source.name);
  }
  if (!media_type::is_index(source.root.media_type)) {
    return source.root;
  }
  for (const char* const os : {"wasi", "wasip1"}) {
    const Platform usual{.os = os, .architecture = "wasm"};
    if (const std::optional<Descriptor> found = find_platform(*source.store, source.root, usual)) {
      return *found;
    }
  }
  std::vector<Descriptor> entries =
      parse_index(source.store->load(source.root, NodeKind::manifest), source.root.media_type).manifests;
  std::erase_if(entries, [](const Descriptor& entry) { return !is_wasm_image(entry); });
  if (entries.size() == 1) {
    return entries.front();
  }
  const std::vector<std::string> present = platform_names(*source.store, source.root);
  if (entries.empty()) {
    throw NotFoundError(source.name + ": no entry for a Wasm platform",
                        present.empty() ? "it says no platforms" : "it is for " + list_names(present));
  }
  throw UsageError(source.name + ": several entries for Wasm platforms",
                   "choose with --platform: " + list_names(present));
}

std::string file_name(const FoundModule& module) { return module.path.substr(module.path.rfind('/') + 1); }

// NAME of --module: the whole path, or its last part.
bool is_called(const FoundModule& module, std::string_view name) {
  if (name.starts_with('/')) {
    name.remove_prefix(1);
  }
  return module.path == name || file_name(module) == name;
}

std::string list(const std::vector<FoundModule>& modules) {
  std::vector<std::string> paths;
  paths.reserve(modules.size());
  for (const FoundModule& module : modules) {
    paths.push_back("/" + module.path);
  }
  return list_names(paths);
}

FoundModule only_one(const std::vector<FoundModule>& modules, const std::string& name) {
  if (modules.size() > 1) {
    throw UsageError(name + ": holds several modules: " + list(modules),
                     "choose one with --module NAME, or take all into a folder: -o FOLDER/");
  }
  return modules.front();
}

// What the config says of the layers; nothing where it is not an image's, or says nothing.
std::vector<Digest> diff_ids_of(Store& store, const Manifest& manifest) {
  if (!media_type::is_image_config(manifest.config.media_type)) {
    return {};
  }
  return parse_image_config(store.load(manifest.config, NodeKind::blob)).diff_ids;
}

class Extraction {
 public:
  Extraction(Context& context, Store& store) : context_(context), store_(store) {}

  void to_standard_output(const FoundModule& module) {
    context_.display.aside([&] { extract_module(store_, module, context_.out); });
  }

  void to_file(const FoundModule& module, const std::filesystem::path& path) {
    AtomicFile file(path.string());
    extract_module(store_, module, file);
    file.commit();
    written_.push_back({.name = path.string(),
                        .digest = module.digest,
                        .media_type = std::string(media_type::kWasm),
                        .size = module.size});
    if (context_.options.format == Format::text) {
      print_line(context_, path.string());
    }
  }

  void to_folder(const std::vector<FoundModule>& modules, const std::filesystem::path& folder) {
    // Of the same module twice, as a Spin application may hold it, one file is enough.
    std::map<std::string, Digest> names;
    for (const FoundModule& module : modules) {
      const auto [name, is_new] = names.emplace(file_name(module), module.digest);
      if (!is_new && name->second != module.digest) {
        throw UsageError("several modules are called " + excerpt(file_name(module)) + ": " + list(modules),
                         "take one by its path: --module PATH");
      }
    }
    std::error_code failure;
    std::filesystem::create_directories(folder, failure);
    if (failure) {
      throw_errno(failure.value(), "cannot make " + folder.string());
    }
    for (const FoundModule& module : modules) {
      if (names.erase(file_name(module)) > 0) {
        to_file(module, folder / file_name(module));
      }
    }
  }

  void finish() {
    if (context_.options.format == Format::json) {
      print_results(context_, written_);
    }
  }

 private:
  Context& context_;
  Store& store_;
  std::vector<Result> written_;
};

}  // namespace

void extract_modules(Context& context, SourceImage& source, const ExtractRequest& request) {
  const Descriptor root = choose_manifest(source, request.platform);
  // A layer is read twice, once to verify it and to see what is in it; from a registry it comes once.
  std::optional<ScratchStore> scratch;
  if (dynamic_cast<RegistryStore*>(source.store.get()) != nullptr) {
    scratch.emplace(context);
    copy_graph(*source.store, root, scratch->store(), {},
               {.jobs = context.options.jobs, .stop = context.stop, .progress = &context.progress()});
  }
  Store& store = scratch ? static_cast<Store&>(scratch->store()) : *source.store;
  const Manifest manifest = parse_manifest(store.load(root, NodeKind::manifest), root.media_type);
  std::vector<FoundModule> modules = find_modules(store, manifest, diff_ids_of(store, manifest));
  if (modules.empty()) {
    throw NotFoundError(source.name + ": no Wasm module in " + root.digest.str());
  }
  if (request.module) {
    const std::string all = list(modules);
    std::erase_if(modules, [&](const FoundModule& module) { return !is_called(module, *request.module); });
    if (modules.empty()) {
      throw NotFoundError(source.name + ": no module " + *request.module, "it holds " + all);
    }
  }
  Extraction extraction(context, store);
  const std::filesystem::path output = request.output;
  std::error_code ignored;
  if (request.output == "-") {
    extraction.to_standard_output(only_one(modules, source.name));
  } else if (request.output.ends_with('/') || std::filesystem::is_directory(output, ignored)) {
    extraction.to_folder(modules, output);
  } else {
    extraction.to_file(only_one(modules, source.name), output);
  }
  extraction.finish();
}

}  // namespace wasm_oci::cli
