#include "oci/build/build_image.hpp"

#include "oci/error.hpp"
#include "oci/file.hpp"
#include "oci/layer/add_files.hpp"
#include "oci/layer/layer_writer.hpp"
#include "oci/text.hpp"
#include "oci/utf8.hpp"
#include "oci/wasm/binary.hpp"

#include <algorithm>
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

Annotations manifest_annotations(const BuildRequest& request) {
  Annotations annotations = select(request.annotations, AnnotationLevel::manifest, request.platform);
  annotations.try_emplace(std::string(annotation::kTitle), file_name(request.module));
  return annotations;
}

std::string history_line(std::string_view what, const std::vector<std::string>& paths) {
  std::string line(what);
  for (const std::string& path : paths) {
    line += ' ';
    line += escape_for_terminal(path);
  }
  return line + " # wasm-oci";
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

void require_utf8(const ImageContent& content) {
  for (const auto* words : {&content.entrypoint, &content.cmd, &content.env}) {
    for (const std::string& word : *words) {
      require_utf8("a word of the image's config", word);
    }
  }
  for (const auto* texts : {&content.labels, &content.annotations}) {
    for (const auto& [key, value] : *texts) {
      require_utf8("a label or annotation", key);
      require_utf8("a label or annotation", value);
    }
  }
  require_utf8("the working directory", content.workdir);
  require_utf8("the user", content.user);
}

}  // namespace

std::string module_path(const std::vector<std::string>& entrypoint) {
  const std::string& word = entrypoint.front();
  std::string path = word.substr(0, word.find('#'));
  if (!path.starts_with('/')) {
    throw UsageError("entrypoint \"" + word + "\" is not an absolute path",
                     "the module lies at the entrypoint's first word; write it like /app.wasm or /app.wasm#function");
  }
  const std::filesystem::path normal = std::filesystem::path(path).lexically_normal();
  // Paths compare part by part, blind to doubled slashes; the tar takes the text.
  if (normal.native() != path || normal.filename().empty()) {
    throw UsageError("entrypoint \"" + word + "\" does not name a file",
                     "write it like /app.wasm, without . and .. and doubled slashes");
  }
  return path;
}

PackedImage build_image(const BuildRequest& request, LocalStore& store, std::stop_token stop) {
  std::vector<std::string> entrypoint = request.entrypoint;
  if (entrypoint.empty()) {
    entrypoint.push_back("/" + file_name(request.module));
    if (entrypoint.front().contains('#')) {
      throw UsageError("the file name " + file_name(request.module) + " holds a #, which parts a path from a function",
                       "say where the module lies: --entrypoint /app.wasm");
    }
  }
  const std::string path = module_path(entrypoint);
  if (!request.workdir.starts_with('/')) {
    throw UsageError("working directory \"" + request.workdir + "\" is not an absolute path");
  }
  ImageContent content{.platform = request.platform,
                       .created = format_rfc3339(request.created),
                       .entrypoint = entrypoint,
                       .cmd = request.cmd,
                       .env = unique_env(request.env),
                       .labels = request.labels,
                       .workdir = request.workdir,
                       .user = request.user,
                       .annotations = manifest_annotations(request),
                       .layers = {}};

  require_utf8(content);
  WasmFile module = open_wasm(request.module);
  const LayerOptions options{.compression = request.compression,
                             .level = request.compression_level,
                             .mtime = request.created.seconds(),
                             .stop = std::move(stop)};
  if (!request.add.empty()) {
    std::vector<LayerFile> added;
    std::vector<std::string> destinations;
    for (const std::string& spec : request.add) {
      const AddedPath path_to_add = parse_add(spec);
      destinations.push_back("/" + path_to_add.destination);
      std::ranges::move(collect_added(path_to_add), std::back_inserter(added));
    }
    require_apart(added, path.substr(1));
    content.layers.push_back(
        {.layer = write_layer(store, std::move(added), options), .created_by = history_line("ADD", destinations)});
  }
  std::vector<LayerFile> files;
  files.push_back({.path = path.substr(1),
                   .mode = kExecutableMode,
                   .size = module.size,
                   .content = std::make_unique<FileSource>(std::move(module.fd), request.module)});
  content.layers.push_back({.layer = write_layer(store, std::move(files), options),
                            .created_by = history_line("COPY", {file_name(request.module), path})});
  return pack_image(content, store);
}

}  // namespace wasm_oci
