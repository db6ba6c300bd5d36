#include "cli/build_output.hpp"

#include "oci/error.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace wasm_oci::cli {

namespace {

constexpr std::string_view kSpellings =
    "write oci:DIR, oci-archive:FILE, docker-archive:FILE, docker://REF, type=oci|docker,dest=FILE[,tar=false], or "
    "type=image|registry[,name=REF][,push=true][,push-by-digest=true]";

[[noreturn]] void fail(const std::string& why, std::string hint = std::string(kSpellings)) {
  throw UsageError("--output " + why, std::move(hint));
}

constexpr std::string_view kLocalPrefix = "local:";

// Of a place that -o can name; local: is where -t writes anyway.
bool names_a_place(std::string_view text) {
  constexpr auto kPrefixes = std::to_array<std::string_view>(
      {"oci:", "oci-layout://", "ocidir://", "oci-archive:", "docker-archive:", "docker://"});
  return std::ranges::any_of(kPrefixes, [&](std::string_view prefix) { return text.starts_with(prefix); });
}

// One record of CSV, as buildx reads it: fields may stand in double quotes, a doubled quote is one.
std::vector<std::string> split_fields(std::string_view text) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"' && quoted && i + 1 < text.size() && text[i + 1] == '"') {
      fields.back() += text[i++];
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (text[i] == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += text[i];
    }
  }
  if (quoted) {
    fail("has a quote without an end: " + std::string(text));
  }
  return fields;
}

bool parse_bool(const std::string& key, const std::string& value) {
  if (value == "true" || value == "1") {
    return true;
  }
  if (value != "false" && value != "0") {
    fail(key + "=" + value + ": neither true nor false");
  }
  return false;
}

struct Fields {
  std::string type = {};
  std::optional<std::string> dest = std::nullopt;
  bool tar = true;
  BuildOutput output = {};
};

std::vector<Reference> parse_names(std::string_view list) {
  std::vector<Reference> names;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    names.push_back(parse_build_tag(std::string(list.substr(begin, end - begin))));
    begin = end + 1;
  }
  return names;
}

void reject_key(const std::string& key) {
  constexpr auto kElsewhere = std::to_array<std::pair<std::string_view, std::string_view>>({
      {"compression", "--compression gzip|zstd|none"},
      {"compression-level", "--compression-level N"},
      {"annotation", "--annotation KEY=VALUE"},
      {"load", "--load"},
  });
  if (key == "name-canonical") {
    fail("has an unknown key \"" + key + "\"", "leave it out: what is pushed by digest is always told as NAME@DIGEST");
  }
  for (const auto& [known, option] : kElsewhere) {
    if (key == known) {
      fail("has an unknown key \"" + key + "\"", "it is an option of its own: " + std::string(option));
    }
  }
  fail("has an unknown key \"" + key + "\"");
}

Fields parse_fields(std::string_view text) {
  Fields fields;
  for (const std::string& field : split_fields(text)) {
    const std::size_t equals = field.find('=');
    if (equals == std::string::npos) {
      fail("\"" + field + "\" is not KEY=VALUE");
    }
    const std::string key = field.substr(0, equals);
    const std::string value = field.substr(equals + 1);
    if (key == "type") {
      fields.type = value;
    } else if (key == "dest") {
      fields.dest = value;
    } else if (key == "tar") {
      fields.tar = parse_bool(key, value);
    } else if (key == "name") {
      fields.output.names = parse_names(value);
    } else if (key == "push") {
      fields.output.push = parse_bool(key, value);
    } else if (key == "push-by-digest") {
      fields.output.push_by_digest = parse_bool(key, value);
    } else {
      reject_key(key);
    }
  }
  return fields;
}

BuildOutput to_file(const Fields& fields) {
  const ArchiveFormat format = fields.type == "oci" ? ArchiveFormat::oci : ArchiveFormat::docker;
  if (fields.output.push || fields.output.push_by_digest) {
    fail("type=" + fields.type + " is not pushed", "write type=registry,name=REF, or --push");
  }
  if (format == ArchiveFormat::docker && !fields.tar) {
    fail("type=docker is always a tar", "write type=oci,dest=DIR,tar=false for a layout");
  }
  BuildOutput output{.names = fields.output.names};
  if (!fields.dest || fields.dest->empty()) {
    if (format == ArchiveFormat::oci) {
      fail("type=oci needs dest=FILE", "write type=oci,dest=FILE, with dest=- for standard output");
    }
    output.load = true;
  } else if (fields.tar) {
    output.location = ArchiveLocation{.format = format, .path = *fields.dest};
  } else if (*fields.dest == "-") {
    fail("tar=false is a folder and cannot go to standard output",
         "write type=oci,dest=- or type=oci,dest=DIR,tar=false");
  } else {
    output.location = LayoutLocation{.path = *fields.dest};
  }
  return output;
}

BuildOutput to_image(const Fields& fields) {
  if (fields.dest || !fields.tar) {
    fail("type=" + fields.type + " takes no dest and no tar", "write type=oci,dest=FILE, or oci:DIR for a layout");
  }
  BuildOutput output = fields.output;
  output.push = output.push || fields.type == "registry" || output.push_by_digest;
  return output;
}

}  // namespace

BuildOutput parse_build_output(std::string_view text) {
  if (text.starts_with("type=") || text.find(",type=") != std::string_view::npos) {
    const Fields fields = parse_fields(text);
    if (fields.type == "oci" || fields.type == "docker") {
      return to_file(fields);
    }
    if (fields.type == "image" || fields.type == "registry") {
      return to_image(fields);
    }
    fail("type=" + fields.type + " is unknown here");
  }
  if (!names_a_place(text)) {
    fail("\"" + std::string(text) + "\" is no place for an image");
  }
  return {.location = parse_location(text)};
}

Reference parse_build_tag(const std::string& text) {
  if (names_a_place(text)) {
    throw UsageError("-t names an image, and " + text + " is a place", "-o " + text);
  }
  Reference reference = parse_reference(
      text.starts_with(kLocalPrefix) ? std::string_view(text).substr(kLocalPrefix.size()) : std::string_view(text));
  if (reference.digest) {
    throw UsageError("an image cannot be named " + text + ": its digest follows from what is built",
                     "write the name alone: -t " + text.substr(0, text.find('@')));
  }
  return reference;
}

}  // namespace wasm_oci::cli
