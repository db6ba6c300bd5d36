// Annotations as people write them on a command line, in buildx's grammar:
//
//   [LEVEL[PLATFORM],…:]KEY=VALUE     LEVEL: manifest, index, manifest-descriptor, index-descriptor
//
// Only these four words are prefixes: "com.example:key=value" is a key with a colon in it.
#pragma once

#include "oci/descriptor.hpp"
#include "oci/platform.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {

enum class AnnotationLevel { manifest, index, manifest_descriptor, index_descriptor };

struct AnnotationRequest {
  AnnotationLevel level;
  std::optional<Platform> platform;  // nullopt: every one
  std::string key;
  std::string value;

  bool operator==(const AnnotationRequest&) const = default;
};

// One request for each level named; `bare` where none is. Throws UsageError, also for what is not UTF-8.
std::vector<AnnotationRequest> parse_annotation(std::string_view text, AnnotationLevel bare);

// "LEVEL[PLATFORM]:KEY=VALUE"
std::string format(const AnnotationRequest& request);

// The annotations that `requests` ask for on `level` of an image for `platform`; of one key the last wins.
Annotations select(std::span<const AnnotationRequest> requests, AnnotationLevel level, const Platform& platform);

}  // namespace wasm_oci
