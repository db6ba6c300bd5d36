// What an edit made of an index, for people and for programs.
#pragma once

#include "cli/context.hpp"
#include "oci/index/changes.hpp"
#include "oci/json/writer.hpp"

#include <optional>
#include <string>

namespace wasm_oci::cli {

// "NAME: sha256:… -> sha256:…" and a line for each entry, on standard error; not with --quiet.
void print_report(const Context& context, const std::string& name, const std::optional<Digest>& before,
                  const Digest& after, const IndexChanges& changes);

void write(JsonWriter& json, const IndexChanges& changes);

}  // namespace wasm_oci::cli
