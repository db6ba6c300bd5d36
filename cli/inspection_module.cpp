// What `inspect` says of a module: as JSON, whose keys programs rely on, and as lines.
#include "cli/inspection.hpp"
#include "oci/text.hpp"

#include <array>
#include <map>
#include <ranges>

namespace wasm_oci::cli {

namespace {

std::string_view form_of(const InspectedModule& module) {
  if (module.description) {
    return to_string(module.description->form);
  }
  return to_string(module.kind == WasmKind::component ? WasmForm::component : WasmForm::core);
}

template <class List>
std::vector<std::string> names_of(const List& list) {
  std::vector<std::string> names;
  names.reserve(list.size());
  for (const auto& one : list) {
    names.emplace_back(to_string(one));
  }
  return names;
}

void write_externs(JsonWriter& json, const WasmDescription& description) {
  json.key("imports").begin_array();
  for (const WasmImport& import : description.imports) {
    json.begin_object()
        .member("module", import.module)
        .member("name", import.name)
        .member("kind", to_string(import.kind))
        .end_object();
  }
  json.end_array().key("exports").begin_array();
  for (const WasmExport& exported : description.exports) {
    json.begin_object().member("name", exported.name).member("kind", to_string(exported.kind)).end_object();
  }
  json.end_array();
}

void write_memories(JsonWriter& json, const std::vector<WasmMemory>& memories) {
  json.key("memories").begin_array();
  for (const WasmMemory& memory : memories) {
    json.begin_object().member("min", memory.min);
    if (memory.max) {
      json.member("max", *memory.max);
    }
    json.member("pageSize", memory.page_size)
        .member("imported", memory.imported)
        .member("shared", memory.shared)
        .member("is64", memory.is_64)
        .end_object();
  }
  json.end_array();
}

// What modules say of themselves in one text each: as JSON has it, and as a line.
struct MetadataText {
  std::string_view key;
  std::string_view line;
  std::optional<std::string> WasmMetadata::* text;
};
constexpr std::array kMetadataTexts = {
    MetadataText{"name", "Name", &WasmMetadata::name},
    MetadataText{"version", "Version", &WasmMetadata::version},
    MetadataText{"description", "Description", &WasmMetadata::description},
    MetadataText{"authors", "Authors", &WasmMetadata::authors},
    MetadataText{"licenses", "Licenses", &WasmMetadata::licenses},
    MetadataText{"source", "Source", &WasmMetadata::source},
    MetadataText{"homepage", "Homepage", &WasmMetadata::homepage},
    MetadataText{"revision", "Revision", &WasmMetadata::revision},
    MetadataText{"buildId", "BuildID", &WasmMetadata::build_id},
};

void write_metadata(JsonWriter& json, const WasmMetadata& metadata) {
  json.key("metadata").begin_object();
  for (const MetadataText& each : kMetadataTexts) {
    if (const std::optional<std::string>& text = metadata.*each.text) {
      json.member(each.key, *text);
    }
  }
  json.key("producers").begin_array();
  for (const WasmProducerField& field : metadata.producers) {
    for (const WasmProducer& producer : field.producers) {
      json.begin_object()
          .member("field", field.name)
          .member("name", producer.name)
          .member("version", producer.version)
          .end_object();
    }
  }
  json.end_array()
      .member("targetFeatures", metadata.target_features)
      .member("debugSize", metadata.debug_size)
      .member("componentizable", metadata.componentizable)
      .end_object();
}

void write_description(JsonWriter& json, const WasmDescription& description) {
  json.member("wasi", to_string(description.wasi))
      .member("shape", to_string(description.shape))
      .member("features", names_of(description.features))
      .member("runtimes", std::vector<std::string>(description.runtimes.begin(), description.runtimes.end()));
  write_externs(json, description);
  write_memories(json, description.memories);
  json.member("start", description.has_start).key("customSections").begin_array();
  for (const WasmCustomSection& section : description.custom_sections) {
    json.begin_object().member("name", section.name).member("size", section.size).end_object();
  }
  json.end_array();
  write_metadata(json, description.metadata);
}

// "fd_read, fd_write and 5 more (functions)": the kind only where it is not what everybody expects.
template <class List>
std::string listed(const List& externs, ExternKind usual) {
  std::vector<std::string> names;
  names.reserve(externs.size());
  for (const auto& one : externs) {
    names.push_back(one.kind == usual ? one.name : one.name + " (" + std::string(to_string(one.kind)) + ")");
  }
  return list_names(names);
}

using Lines = std::vector<std::pair<std::string_view, std::string>>;

void add_imports(const WasmDescription& description, Lines& lines) {
  constexpr std::size_t kMostModules = 20;
  const ExternKind usual = description.form == WasmForm::core ? ExternKind::function : ExternKind::instance;
  std::map<std::string, std::vector<WasmImport>> by_module;
  for (const WasmImport& import : description.imports) {
    by_module[import.module].push_back(import);
  }
  std::size_t count = 0;
  std::string_view head = "Imports";
  for (const auto& [module, imports] : by_module) {
    if (++count > kMostModules) {
      lines.emplace_back(head, "… and from " + std::to_string(by_module.size() - kMostModules) + " more modules");
      return;
    }
    lines.emplace_back(head, (module.empty() ? "" : excerpt(module) + ": ") + listed(imports, usual));
    head = "";
  }
}

void add_metadata(const WasmMetadata& metadata, Lines& lines) {
  for (const MetadataText& each : kMetadataTexts) {
    if (const std::optional<std::string>& text = metadata.*each.text) {
      lines.emplace_back(each.line, excerpt(*text, 200));
    }
  }
  std::vector<std::string> producers;
  for (const WasmProducerField& field : metadata.producers) {
    for (const WasmProducer& producer : field.producers) {
      producers.push_back(producer.version.empty() ? producer.name : producer.name + " " + producer.version);
    }
  }
  lines.emplace_back("Producers", list_names(producers));
  lines.emplace_back("Features", list_names(metadata.target_features));
  if (metadata.debug_size > 0) {
    lines.emplace_back("Debug", human_size(metadata.debug_size));
  }
}

}  // namespace

void write(JsonWriter& json, const InspectedModule& module) {
  json.begin_object()
      .member("path", module.path)
      .member("size", module.size)
      .member("digest", module.digest.str())
      .member("kind", form_of(module));
  const WasmDescription nothing{};
  write_description(json, module.description ? *module.description : nothing);
  json.key("unread").begin_array();
  const auto unread = [&json](std::string_view part, const std::string& reason) {
    json.begin_object().member("part", part).member("reason", reason).end_object();
  };
  if (module.description) {
    for (const WasmUnread& one : module.description->unread) {
      unread(one.part, one.reason);
    }
  } else {
    unread("module", module.undescribed);
  }
  json.end_array().end_object();
}

std::vector<std::pair<std::string_view, std::string>> lines_of(const InspectedModule& module) {
  Lines lines = {{"Kind", std::string(form_of(module))}};
  if (!module.description) {
    lines.emplace_back("Unread", module.undescribed);
    return lines;
  }
  const WasmDescription& description = *module.description;
  lines.emplace_back("WASI", to_string(description.wasi));
  lines.emplace_back("Shape", to_string(description.shape));
  lines.emplace_back("Needs", list_names(names_of(description.features)));
  lines.emplace_back("Runtimes",
                     list_names(std::vector<std::string>(description.runtimes.begin(), description.runtimes.end())));
  add_imports(description, lines);
  lines.emplace_back("Exports", listed(description.exports, description.form == WasmForm::core ? ExternKind::function
                                                                                               : ExternKind::instance));
  add_metadata(description.metadata, lines);
  constexpr std::size_t kMostUnread = 20;
  for (const WasmUnread& unread : description.unread | std::views::take(kMostUnread)) {
    lines.emplace_back("Unread", unread.part + ": " + unread.reason);
  }
  if (description.unread.size() > kMostUnread) {
    lines.emplace_back("", "and " + std::to_string(description.unread.size() - kMostUnread) + " more parts");
  }
  return lines;
}

}  // namespace wasm_oci::cli
