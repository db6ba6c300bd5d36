// What an edit made of an index, for people and for programs.
#pragma once

#include "cli/context.hpp"
#include "oci/index/changes.hpp"
#include "oci/json/writer.hpp"

namespace wasm_oci::cli {

// A line for each entry, on standard error; not with --quiet.
void print_changes(const Context& context, const IndexChanges& changes);

void write(JsonWriter& json, const IndexChanges& changes);

}  // namespace wasm_oci::cli
