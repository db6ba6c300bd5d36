#include "oci/build/build_image.hpp"

#include "oci/error.hpp"
#include "oci/file.hpp"
#include "oci/layer/add_files.hpp"
#include "oci/layer/layer_writer.hpp"
#include "oci/packaging/envoy.hpp"
#include "oci/packaging/image.hpp"
#include "oci/packaging/module_annotations.hpp"
#include "oci/text.hpp"
#include "oci/utf8.hpp"
#include "oci/wasm/binary.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <utility>

namespace wasm_oci {
namespace {

std::string file_name(const std::string& path) { return std::filesystem::path(path).filename().string(); }

std::vector<std::string> unique_env(const std::vector<std::string>& env) {
  std::vector<std::string> result;
  for (const std::string& variable : env) {
    const std::size_t equals = variable.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw UsageError("invalid environment variable \"" + variable + "\"", "write KEY=VALUE");
    }
    const std::string_view key = std::string_view(variable).substr(0, equals + 1);
    const auto same = std::ranges::find_if(result, [&](const std::string& other) { return other.starts_with(key); });
    if (same == result.end()) {
      result.push_back(variable);
    } else {
      *same = variable;
    }
  }
  return result;
}

Annotations manifest_annotations(const BuildRequest& request, const Package& package, const WasmMetadata& metadata) {
  Annotations annotations = select(request.annotations, AnnotationLevel::manifest, package.platform);
  annotations.try_emplace(std::string(annotation::kTitle), package.title);
  annotations.merge(annotations_of(metadata));
  return annotations;
}

std::vector<LayerFile> collect_added(const AddedPath& added) {
  try {
    return collect_files(added);
  } catch (Error& error) {
    if (added.source.contains(':')) {
      error.suggest("--add takes SRC or SRC:/DST, where DST is absolute");
    }
    throw;
  }
}

// The module's layer lies above the added files: one in its place would be hidden by it.
void require_apart(const std::vector<LayerFile>& added, const std::string& module) {
  for (const LayerFile& file : added) {
    if (file.path == module || file.path.starts_with(module + "/")) {
      throw UsageError("--add puts /" + file.path + " where the module lies",
                       "add it under another name, or move the module: --entrypoint /PATH");
    }
  }
}

// What ends up in JSON must be UTF-8; file names on disk need not be.
void require_utf8(std::string_view what, const std::string& text) {
  if (!utf8::is_valid(text)) {
    throw UsageError(std::string(what) + " is not UTF-8: " + text);
  }
}

void require_utf8(const Package& package) {
  for (const auto* words : {&package.entrypoint, &package.cmd, &package.env}) {
    for (const std::string& word : *words) {
      require_utf8("a word of the image's config", word);
    }
  }
  for (const auto* texts : {&package.labels, &package.annotations}) {
    for (const auto& [key, value] : *texts) {
      require_utf8("a label or annotation", key);
      require_utf8("a label or annotation", value);
    }
  }
  require_utf8("the module's file name", package.title);
  require_utf8("the working directory", package.workdir);
  require_utf8("the user", package.user);
}

std::string_view option_of(PackagePart part) {
  static constexpr std::array<std::string_view, 8> kOptions = {"the file name", "--entrypoint", "--cmd",  "--env",
                                                               "--label",       "--workdir",    "--user", "--add"};
  return kOptions.at(static_cast<std::size_t>(part));
}

// The files of --add, in no store yet.
struct Added {
  std::vector<LayerFile> files = {};
  std::vector<std::string> destinations = {};
};

Added collect(const std::vector<std::string>& specs) {
  Added added;
  for (const std::string& spec : specs) {
    const AddedPath path = parse_add(spec);
    added.destinations.push_back("/" + path.destination);
    std::ranges::move(collect_added(path), std::back_inserter(added.files));
  }
  return added;
}

bool holds_spin_application(const std::vector<LayerFile>& files) {
  return std::ranges::any_of(files, [](const LayerFile& file) { return file.path == "spin.toml"; });
}

std::string path_in_image(const Package& package, Packaging as) {
  return as == Packaging::envoy ? std::string(kPluginFile) : module_path(start_of(package)).substr(1);
}

bool has(const auto& list, const auto& one) { return std::ranges::find(list, one) != list.end(); }

// Options for which the packaging has no place are wrong usage: what was asked for is never left out in silence.
void require_place(const BuildRequest& request, const Package& package) {
  const Packager& packager = packager_of(request.as);
  const std::string as = "--as " + std::string(to_string(request.as));
  std::vector<PackagePart> parts = parts_without_place(package, request.as);
  if (!request.add.empty() && has(packager.lacks, PackagePart::files)) {
    parts.push_back(PackagePart::files);
  }
  if (!parts.empty()) {
    std::string options;
    for (const PackagePart part : parts) {
      options.append(options.empty() ? "" : ", ").append(option_of(part));
    }
    throw UsageError(as + " has no place for " + options, "leave that out, or package the module with --as image");
  }
  if (packager.compressions.empty() && (request.compression || request.compression_level)) {
    throw UsageError(as + " has no --compression: the layer is the module as it is");
  }
  if (request.compression && !has(packager.compressions, *request.compression)) {
    throw UsageError(as + " takes --compression gzip alone: its readers know no other");
  }
}

}  // namespace

BuiltImage build_image(const BuildRequest& request, LocalStore& store, std::stop_token stop) {
  const Packager& packager = packager_of(request.as);
  Package package{.title = file_name(request.module),
                  .platform = {},
                  .created = format_rfc3339(request.created),
                  .entrypoint = request.entrypoint,
                  .cmd = request.cmd,
                  .env = unique_env(request.env),
                  .labels = request.labels,
                  .workdir = request.workdir,
                  .user = request.user};
  if (package.entrypoint.empty() && package.title.contains('#') && !has(packager.lacks, PackagePart::entrypoint)) {
    throw UsageError("the file name " + package.title + " holds a #, which parts a path from a function",
                     "say where the module lies: --entrypoint /app.wasm");
  }
  const std::string path = path_in_image(package, request.as);
  if (!request.workdir.starts_with('/')) {
    throw UsageError("working directory \"" + request.workdir + "\" is not an absolute path");
  }
  require_place(request, package);

  WasmFile file = open_wasm(request.module);
  package.platform = packager.platform(request.platform, file.description);
  package.annotations = manifest_annotations(request, package, file.description.metadata);
  require_utf8(package);
  Added added = collect(request.add);
  require_apart(added.files, path);
  package.is_spin_application = holds_spin_application(added.files);
  PackageModule module{.content = std::make_unique<FileSource>(std::move(file.fd), request.module),
                       .size = file.size,
                       .description = &file.description};
  std::vector<std::string> notes = weigh(packager.judge(package, module), request.force);

  const LayerOptions options{.compression = request.compression.value_or(Compression::gzip),
                             .level = request.compression_level,
                             .mtime = request.created.seconds(),
                             .stop = std::move(stop)};
  if (!request.add.empty()) {
    package.files.push_back({.layer = write_layer(store, std::move(added.files), options),
                             .created_by = history_line("ADD", added.destinations)});
  }
  PackedImage image = packager.pack(package, std::move(module), options, store);
  return {.image = std::move(image), .platform = std::move(package.platform), .notes = std::move(notes)};
}

}  // namespace wasm_oci
