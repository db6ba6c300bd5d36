#include "cli/load_image.hpp"

#include "cli/move_image.hpp"
#include "cli/output.hpp"
#include "cli/programs.hpp"
#include "cli/scratch_store.hpp"
#include "oci/error.hpp"
#include "oci/store/archive_writer.hpp"

#include <memory>
#include <string>

namespace wasm_oci::cli {

void load_image(Context& context, Store& stage, const Descriptor& root, const std::vector<RootName>& names) {
  const ScratchStore folder(context);
  const std::string archive = (folder.path() / "image.tar").string();
  Target target{
      .store = std::make_unique<ArchiveWriter>(archive, ArchiveFormat::docker), .name = archive, .names = names};
  move_image(context, stage, root, target);
  bool asked = false;
  for (const std::string name : {"docker", "podman"}) {
    const std::string program = find_in_path(context, name);
    if (program.empty()) {
      continue;
    }
    asked = true;
    const ProgramResult result = run_program_at(context, program, {"load", "-i", archive});
    if (result.exit_code == 0) {
      print_note(context, "loaded into " + name);
      return;
    }
    print_note(context, name + " did not take the image: " +
                            (result.error.empty() ? "exit code " + std::to_string(result.exit_code) : result.error));
  }
  if (!asked) {
    throw FailureError("--load: there is neither docker nor podman here",
                       "wasm-oci build … -o docker-archive:FILE writes what both of them load");
  }
  // moby refuses every operating system but its own where it keeps images itself.
  throw FailureError("the image was not loaded",
                     "docker holds images for wasi only in its containerd image store "
                     "(\"features\": {\"containerd-snapshotter\": true} in daemon.json)");
}

}  // namespace wasm_oci::cli
