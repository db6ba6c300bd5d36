#include "oci/build/build_image.hpp"

#include "oci/build/static_program.hpp"
#include "oci/error.hpp"
#include "oci/file.hpp"
#include "oci/image_config.hpp"
#include "oci/layer/add_files.hpp"
#include "oci/layer/layer_writer.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
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
#include <stdexcept>
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

// What all images of one build have in common: the module, read once, and the layer of added files, written once.
class Builder {
 public:
  Builder(const BuildRequest& request, LocalStore& store, std::stop_token stop)
      : request_(request),
        store_(store),
        packager_(packager_of(request.as)),
        package_{.title = file_name(request.module),
                 .platform = {},
                 .created = format_rfc3339(request.created),
                 .entrypoint = request.entrypoint,
                 .cmd = request.cmd,
                 .env = unique_env(request.env),
                 .labels = request.labels,
                 .workdir = request.workdir,
                 .user = request.user},
        options_{.compression = request.compression.value_or(Compression::gzip),
                 .level = request.compression_level,
                 .mtime = request.created.seconds(),
                 .stop = std::move(stop)} {
    if (package_.entrypoint.empty() && package_.title.contains('#') && !has(packager_.lacks, PackagePart::entrypoint)) {
      throw UsageError("the file name " + package_.title + " holds a #, which parts a path from a function",
                       "say where the module lies: --entrypoint /app.wasm");
    }
    module_path_ = path_in_image(package_, request.as);
    if (!request.workdir.starts_with('/')) {
      throw UsageError("working directory \"" + request.workdir + "\" is not an absolute path");
    }
    require_place(request, package_);
  }

  std::vector<BuiltImage> build() {
    std::vector<BuiltImage> built;
    WasmFile file = open_wasm(request_.module);
    Added added = collect(request_.add);
    require_apart(added.files, module_path_);
    for (const NativeProgram& native : request_.natives) {
      require_apart(added.files, file_name(native.path));
    }
    package_.is_spin_application = holds_spin_application(added.files);
    std::vector<std::optional<Platform>> platforms(request_.platforms.begin(), request_.platforms.end());
    if (platforms.empty()) {
      platforms.emplace_back();
    }
    for (const std::optional<Platform>& platform : platforms) {
      PackageModule module = built.empty() ? module_of(file) : module_again(file, built.front().image);
      built.push_back(build_module(platform, std::move(module), added));
    }
    for (const NativeProgram& native : request_.natives) {
      built.push_back(build_native(native));
    }
    return built;
  }

 private:
  PackageModule module_of(WasmFile& file) const {
    return {.content = std::make_unique<FileSource>(std::move(file.fd), request_.module),
            .size = file.size,
            .description = &file.description};
  }

  // The module for another platform: what the store holds of it since `image` was packed is taken again.
  PackageModule module_again(const WasmFile& file, const PackedImage& image) const {
    const Manifest manifest = parse_manifest(image.manifest_bytes);
    const Descriptor& layer = manifest.layers.back();
    PackageModule module{.content = nullptr, .size = file.size, .description = &file.description};
    if (media_type::is_wasm_layer(layer.media_type)) {
      module.blob = layer;
      return module;
    }
    const ImageConfig config = parse_image_config(store_.load(manifest.config, NodeKind::blob));
    module.layer = ImageLayer{.layer = {.descriptor = layer, .diff_id = config.diff_ids.back()},
                              .created_by = config.history.back().created_by};
    module.layer_path = "/" + module_path_;
    return module;
  }

  BuiltImage build_module(const std::optional<Platform>& platform, PackageModule module, Added& added) {
    Package package = package_;
    package.platform = packager_.platform(platform, *module.description);
    package.annotations = manifest_annotations(request_, package, module.description->metadata);
    require_utf8(package);
    std::vector<std::string> notes = weigh(packager_.judge(package, module), request_.force);
    if (!request_.add.empty()) {
      if (files_.empty()) {
        files_.push_back({.layer = write_layer(store_, std::move(added.files), options_),
                          .created_by = history_line("ADD", added.destinations)});
      }
      package.files = files_;
    }
    PackedImage image = packager_.pack(package, std::move(module), options_, store_);
    return {.image = std::move(image), .platform = std::move(package.platform), .notes = std::move(notes)};
  }

  // The same image around a program of the machine: what starts is the program, at "/" and its file name.
  BuiltImage build_native(const NativeProgram& native) {
    StaticProgram program = open_static_program(native.path, native.platform, request_.force);
    Package package = package_;
    package.title = file_name(native.path);
    package.platform = native.platform;
    package.entrypoint.resize(std::max<std::size_t>(package.entrypoint.size(), 1));
    package.entrypoint.front() = "/" + package.title;
    package.annotations = manifest_annotations(request_, package, {});
    package.files = files_;
    require_utf8(package);
    PackageModule content{.content = std::make_unique<FileSource>(std::move(program.fd), native.path),
                          .size = program.size,
                          .description = nullptr};
    PackedImage image = kImagePackager.pack(package, std::move(content), options_, store_);
    return {.image = std::move(image), .platform = native.platform, .notes = {}};
  }

  const BuildRequest& request_;
  LocalStore& store_;
  const Packager& packager_;
  Package package_;
  LayerOptions options_;
  std::string module_path_;
  std::vector<ImageLayer> files_;
};

}  // namespace

std::vector<BuiltImage> build_images(const BuildRequest& request, LocalStore& store, std::stop_token stop) {
  if (!request.natives.empty() && request.as != Packaging::image) {
    throw UsageError("--as " + std::string(to_string(request.as)) + " has no place for native programs",
                     "they are images: --as image");
  }
  return Builder(request, store, std::move(stop)).build();
}

BuiltImage build_image(const BuildRequest& request, LocalStore& store, std::stop_token stop) {
  std::vector<BuiltImage> built = build_images(request, store, std::move(stop));
  if (built.size() != 1) {
    throw std::logic_error("several images are built where one is wanted");
  }
  return std::move(built.front());
}

}  // namespace wasm_oci
