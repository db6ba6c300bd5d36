#include "cli/build_targets.hpp"

#include "cli/move_image.hpp"
#include "cli/output.hpp"
#include "cli/programs.hpp"
#include "cli/scratch_store.hpp"
#include "oci/error.hpp"
#include "oci/file.hpp"
#include "oci/json/descriptor_json.hpp"
#include "oci/store/archive_writer.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <memory>
#include <utility>

namespace wasm_oci::cli {

namespace {

bool is_standard_output(const Location& location) {
  const auto* const archive = std::get_if<ArchiveLocation>(&location);
  return archive != nullptr && archive->path == "-";
}

bool is_layout(const Location& location) { return std::holds_alternative<LayoutLocation>(location); }

std::string full_names(const std::vector<Reference>& tags) {
  std::string names;
  for (const Reference& tag : tags) {
    names += (names.empty() ? "" : ",") + tag.str();
  }
  return names;
}

// An annotation that no manifest takes would be lost.
void require_platform_of_annotations(const BuildRequest& request, const Platform& platform) {
  for (const AnnotationRequest& annotation : request.annotations) {
    if (annotation.platform && normalize(*annotation.platform) != normalize(platform)) {
      throw UsageError("--annotation manifest[" + format(*annotation.platform) + "]:" + annotation.key + "=" +
                       annotation.value + ": the image is for " + format(platform));
    }
  }
}

// One build on its way to its targets. The image is built in the store where it shall stay: the local store, a layout
// of -o, or, where it goes to archives and registries only, a scratch store.
class Build {
 public:
  Build(Context& context, const BuildRequest& request, const BuildTargets& targets)
      : context_(context),
        targets_(targets),
        locations_(context, named_locations(targets), pushes(targets)),
        results_(context, std::ranges::any_of(targets.outputs, is_standard_output) ? Results::Stream::standard_error
                                                                                   : Results::Stream::standard_output) {
    // Before anything is built or pushed: a place that cannot be written is said at once.
    if (targets.iidfile) {
      iidfile_.emplace(*targets.iidfile);
    }
    if (targets.metadata_file) {
      metadata_file_.emplace(*targets.metadata_file);
    }
    open_stage();
    BuiltImage built = build_image(request, *stage_, context.stop);
    image_ = std::make_unique<PackedImage>(std::move(built.image));
    platforms_ = {format(built.platform)};
    require_platform_of_annotations(request, built.platform);
    for (const std::string& note : built.notes) {
      print_note(context, note);
    }
  }

  ExitCode run() {
    if (targets_.dry_run) {
      report_dry_run();
    } else {
      store();
      write_outputs();
      push();
      load();
    }
    if (results_.code() == ExitCode::ok) {
      write_files();
      say_what_next();
    }
    return results_.finish();
  }

 private:
  static std::vector<Location> named_locations(const BuildTargets& targets) {
    std::vector<Location> named = targets.outputs;
    if (targets.push) {
      for (const Reference& tag : targets.tags) {
        named.emplace_back(RegistryLocation{tag});
      }
    }
    return named;
  }

  static bool pushes(const BuildTargets& targets) {
    return targets.push || std::ranges::any_of(targets.outputs, [](const Location& output) {
             return std::holds_alternative<RegistryLocation>(output);
           });
  }

  void open_stage() {
    const auto layout = std::ranges::find_if(targets_.outputs, is_layout);
    if (targets_.dry_run || (targets_.elsewhere && layout == targets_.outputs.end())) {
      stage_ = &scratch_.emplace(context_).store();
      return;
    }
    if (targets_.elsewhere) {
      staged_ = &*layout;
      stage_owner_ = LayoutStore::open_for_writing(std::get<LayoutLocation>(*layout).path, context_.stop);
    } else {
      stage_owner_ = locations_.local_for_writing();
    }
    stage_ = stage_owner_.get();
  }

  Result result(std::string name) const {
    return {.name = std::move(name),
            .digest = image_->manifest.digest,
            .media_type = image_->manifest.media_type,
            .size = image_->manifest.size,
            .platforms = platforms_};
  }

  void report_dry_run() {
    for (const Reference& tag : targets_.tags) {
      results_.add(result(tag.str()));
    }
    for (const Location& output : targets_.outputs) {
      results_.add(result(format(output)));
    }
    if (targets_.tags.empty() && targets_.outputs.empty()) {
      results_.add(result("image"));
    }
    print_note(context_, "dry run: nothing was written or pushed");
  }

  // Names the image in the store that it was built in. A name that may not move fails alone.
  void put_in_stage(const std::vector<RootName>& names, const std::function<std::string(const RootName&)>& shown) {
    std::vector<RootName> free;
    for (const RootName& name : names) {
      attempt([&] {
        const std::optional<Descriptor> previous = stage_->resolve(name.ref_name);
        Result one = result(shown(name));
        check_move(context_, one.name, previous, image_->manifest, targets_.no_clobber);
        if (previous && previous->digest != one.digest) {
          one.previous_digest = previous->digest;
        }
        named_.push_back(std::move(one));
        free.push_back(name);
      });
    }
    if (free.empty() && !names.empty()) {
      stage_->add(image_->manifest.media_type,
                  image_->manifest_bytes);  // for other targets; unlisted, so prune takes it
      return;
    }
    stage_->put_root(image_->manifest, image_->manifest_bytes, free);
  }

  void store() {
    if (!targets_.elsewhere) {
      put_in_stage(tag_names(), [](const RootName& name) { return name.ref_name; });
      if (!targets_.push) {
        tell_named();
      }
    } else if (staged_ == nullptr) {
      stage_->put_root(image_->manifest, image_->manifest_bytes, {});
    }
  }

  void tell_named() {
    for (Result& one : named_) {
      results_.add(std::move(one));
    }
    named_.clear();
  }

  std::vector<RootName> tag_names() const {
    std::vector<RootName> names(targets_.tags.size());
    std::ranges::transform(targets_.tags, names.begin(), full_name);
    return names;
  }

  Target target_of(const Location& location) {
    Target target = locations_.target(location, image_->manifest, std::nullopt);
    if (!named_digest(location) && !std::holds_alternative<RegistryLocation>(location)) {
      std::ranges::move(tag_names(), std::back_inserter(target.names));
    }
    return target;
  }

  void move_to(const Location& location) {
    Target target = target_of(location);
    results_.add(move_image(context_, *stage_, image_->manifest, target, {.no_clobber = targets_.no_clobber}));
    if (std::holds_alternative<RegistryLocation>(location)) {
      runnable_ = named_digest(location) ? target.name + "@" + image_->manifest.digest.str() : target.name;
    }
  }

  void attempt(const auto& work) {
    try {
      work();
    } catch (const Error& error) {
      results_.fail(error);
    }
  }

  void write_outputs() {
    for (const Location& output : targets_.outputs) {
      attempt([&] {
        if (&output == staged_) {
          write_staged(output);
        } else {
          move_to(output);
        }
      });
    }
  }

  void write_staged(const Location& output) {
    const Target target = target_of(output);
    put_in_stage(target.names, [&](const RootName& /*name*/) { return target.name; });
    if (target.names.empty()) {
      named_.push_back(result(target.name));
    }
    if (!named_.empty()) {
      named_.resize(1, named_.front());
    }
    tell_named();
  }

  void push() {
    if (!targets_.push) {
      return;
    }
    for (const Reference& tag : targets_.tags) {
      attempt([&] {
        Reference where = tag;
        if (targets_.push_by_digest) {
          where.tag.reset();
          where.digest = image_->manifest.digest;
        }
        move_to(RegistryLocation{where});
      });
    }
  }

  void load() {
    if (!targets_.load) {
      return;
    }
    attempt([&] {
      const ScratchStore folder(context_);
      const std::string archive = (folder.path() / "image.tar").string();
      Target target{.store = std::make_unique<ArchiveWriter>(archive, ArchiveFormat::docker),
                    .name = archive,
                    .names = tag_names()};
      move_image(context_, *stage_, image_->manifest, target);
      bool asked = false;
      for (const std::string name : {"docker", "podman"}) {
        const std::string program = find_in_path(context_, name);
        if (program.empty()) {
          continue;
        }
        asked = true;
        const ProgramResult result = run_program_at(context_, program, {"load", "-i", archive});
        if (result.exit_code == 0) {
          print_note(context_, "loaded into " + name);
          return;
        }
        print_note(context_,
                   name + " did not take the image: " +
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
    });
  }

  void write_files() {
    const auto write = [](AtomicFile& file, std::string_view text) {
      file.write(as_bytes(text));
      file.commit();
    };
    if (iidfile_) {
      write(*iidfile_, image_->manifest.digest.str());
    }
    if (metadata_file_) {
      JsonWriter json(JsonStyle::pretty);
      json.begin_object()
          .member("containerimage.config.digest", image_->config.digest.str())
          .key("containerimage.descriptor");
      wasm_oci::write(json, image_->manifest);
      json.member("containerimage.digest", image_->manifest.digest.str());
      json.member_unless_empty("image.name", full_names(targets_.tags))
          .member("wasm.digest", image_->manifest.digest.str())
          .end_object();
      write(*metadata_file_, std::move(json).take() + "\n");
    }
  }

  void say_what_next() {
    if (targets_.dry_run) {
      return;
    }
    if (!targets_.elsewhere && !targets_.push && !targets_.tags.empty()) {
      print_note(context_, "push it: wasm-oci push " + targets_.tags.front().familiar());
    }
    const bool named = !targets_.tags.empty() && !targets_.push_by_digest;
    const std::string name = named ? targets_.tags.front().familiar() : runnable_;
    if (!name.empty()) {
      say_how_to_use(context_, *stage_, image_->manifest, name, platforms_);
    }
  }

  Context& context_;
  const BuildTargets& targets_;
  Locations locations_;
  Results results_;
  std::optional<ScratchStore> scratch_;
  std::unique_ptr<LayoutStore> stage_owner_;
  LayoutStore* stage_ = nullptr;
  const Location* staged_ = nullptr;  // the output that is the stage
  std::vector<Result> named_;         // names of the stage that are still to be told
  std::string runnable_;              // what was pushed last
  std::optional<AtomicFile> iidfile_;
  std::optional<AtomicFile> metadata_file_;
  std::unique_ptr<PackedImage> image_;
  std::vector<std::string> platforms_;
};

}  // namespace

void BuildTargets::add(const BuildOutput& output) {
  if (output.location) {
    outputs.push_back(*output.location);
  }
  tags.insert(tags.end(), output.names.begin(), output.names.end());
  load = load || output.load;
  push = push || output.push;
  push_by_digest = push_by_digest || output.push_by_digest;
  // type=image without push is the local store by another name.
  elsewhere = elsewhere || output.location || output.load || output.push;
}

void BuildTargets::check(Format format) const {
  if (tags.empty() && outputs.empty() && !dry_run) {
    throw UsageError("build needs a name or a place for the image",
                     "-t REF for the local store, -o oci-archive:FILE for a file, --dry-run to see the digest");
  }
  if (push && tags.empty()) {
    throw UsageError("--push needs to know where to", "name the image: -t REF");
  }
  const auto to_standard_output = std::ranges::count_if(outputs, is_standard_output);
  if (to_standard_output > 1) {
    throw UsageError("only one output can go to standard output");
  }
  if (to_standard_output == 1 && format == Format::json) {
    throw UsageError("--format json cannot be printed where the archive goes", "write the archive to a file");
  }
}

ExitCode build_to(Context& context, const BuildRequest& request, const BuildTargets& targets) {
  return Build(context, request, targets).run();
}

}  // namespace wasm_oci::cli
