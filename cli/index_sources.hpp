// The sources of an index, as the command line names them.
#pragma once

#include "cli/locations.hpp"
#include "oci/index/compose.hpp"
#include "oci/location.hpp"
#include "oci/platform.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci::cli {

struct SourceSpec {
  Location location;
  std::optional<Platform> platform = std::nullopt;  // that its entry is to say
};

// Throws UsageError for a digest that is cut short, as some programs show it.
void require_no_short_digest(std::string_view text);

// "LOCATION[,platform=OS/ARCH[/VARIANT]]"; a digest alone is a manifest of `repository`. Throws UsageError.
SourceSpec parse_source(std::string_view text, const std::optional<Reference>& repository);

// The platform of an image that is made or labelled here: as parse_platform(), but what was a name of Docker's first
// preview only is refused, with today's.
Platform parse_new_platform(std::string_view text);

// The sources, and the stores that hold them.
struct FoundSources {
  std::vector<SourceImage> images = {};
  std::vector<IndexSource> sources = {};
};

struct SourceOptions {
  std::vector<Platform> only = {};  // none: all
  bool attestations = true;
  bool force = false;
};

// Finds the sources and reads what their entries say. Of `only`, each platform must be in some source: NotFoundError.
FoundSources find_sources(Context& context, Locations& locations, std::span<const SourceSpec> specs,
                          const SourceOptions& options);

}  // namespace wasm_oci::cli
