#include "cli/convert.hpp"

#include "cli/move_image.hpp"
#include "cli/output.hpp"
#include "oci/build/repackage.hpp"
#include "oci/build/set_platform.hpp"
#include "oci/error.hpp"
#include "oci/media_type.hpp"
#include "oci/store/copy_graph.hpp"
#include "oci/text.hpp"
#include "registry/registry_store.hpp"

#include <utility>

namespace wasm_oci::cli {

namespace {

void say(const Context& context, const std::vector<std::string>& notes) {
  for (const std::string& note : notes) {
    print_note(context, note);
  }
}

// nullopt where it has this packaging already.
std::optional<Descriptor> change_packaging(const Context& context, LocalStore& store, const Descriptor& root,
                                           Packaging as, const Conversion& conversion) {
  const RepackageRequest request{
      .as = as, .platform = conversion.platform, .lossy = conversion.lossy, .force = conversion.force};
  const std::optional<BuiltImage> built = repackage(store, root, request, context.stop);
  if (!built) {
    return std::nullopt;
  }
  say(context, built->notes);
  store.put_root(built->image.manifest, built->image.manifest_bytes, {});
  return built->image.manifest;
}

Converted convert_from(Context& context, Store& from, const Descriptor& root, const std::string& name,
                       const Conversion& conversion) {
  if (conversion.as && media_type::is_index(root.media_type)) {
    const std::vector<std::string> platforms = platform_names(from, root);
    throw UsageError("an index, and --as packages one image",
                     "choose its entry: --platform P" + (platforms.empty() ? "" : ", of " + list_names(platforms)));
  }
  auto scratch = std::make_unique<ScratchStore>(context);
  LocalStore& store = scratch->store();
  // What is on this machine already is not worth a word.
  const bool is_fetched = dynamic_cast<RegistryStore*>(&from) != nullptr;
  copy_graph(from, root, store, {},
             {.jobs = context.options.jobs,
              .missing_child = conversion.missing_child,
              .stop = context.stop,
              .progress = is_fetched ? &context.progress() : nullptr});
  if (conversion.as) {
    if (std::optional<Descriptor> changed = change_packaging(context, store, root, *conversion.as, conversion)) {
      return {.scratch = std::move(scratch), .root = *std::move(changed)};
    }
    print_note(context, name + " is packaged --as " + std::string(to_string(*conversion.as)) + " already");
  }
  if (!conversion.platform) {
    return {.scratch = std::move(scratch), .root = root};
  }
  Relabelled relabelled = set_platform(store, root, *conversion.platform, conversion.force);
  say(context, relabelled.notes);
  store.put_root(relabelled.root, relabelled.bytes, {});
  return {.scratch = std::move(scratch), .root = std::move(relabelled.root)};
}

}  // namespace

Converted convert(Context& context, Store& from, const Descriptor& root, const std::string& name,
                  const Conversion& conversion) {
  try {
    return convert_from(context, from, root, name, conversion);
  } catch (Error& error) {
    if (error.kind() == ErrorKind::usage || error.kind() == ErrorKind::not_found) {
      error.add_context(name);
    }
    throw;
  }
}

}  // namespace wasm_oci::cli
