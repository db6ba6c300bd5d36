// Where a build goes: the local store, other stores, registries, docker; and what is written about it.
#pragma once

#include "cli/build_output.hpp"
#include "cli/context.hpp"
#include "cli/exit_code.hpp"
#include "cli/global_options.hpp"
#include "oci/build/build_image.hpp"
#include "oci/clients/gate.hpp"
#include "oci/location.hpp"
#include "oci/reference.hpp"

#include <optional>
#include <string>
#include <vector>

namespace wasm_oci::cli {

struct BuildTargets {
  std::vector<Reference> tags = {};
  std::vector<Reference> bare_tags = {};  // of the module's manifest itself, also where the tags name an index
  std::vector<Location> outputs = {};
  bool elsewhere = false;  // some -o was given: the local store is not written
  bool push = false;
  bool push_by_digest = false;
  bool load = false;
  bool dry_run = false;
  bool no_clobber = false;
  bool append = false;  // to the index that is there
  Gate gate = {};
  std::optional<std::string> iidfile = std::nullopt;
  std::optional<std::string> metadata_file = std::nullopt;

  void add(const BuildOutput& output);
  // Throws UsageError for a build that goes nowhere, and for options that exclude each other.
  void check(Format format) const;
};

// Builds once and brings the image, or an index of the images, to all targets. All are tried; the code is that of the
// worst failure.
ExitCode build_to(Context& context, const BuildRequest& request, const BuildTargets& targets);

}  // namespace wasm_oci::cli
