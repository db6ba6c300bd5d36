#include "cli/build_targets.hpp"

#include "cli/built.hpp"
#include "cli/index_change.hpp"
#include "cli/load_image.hpp"
#include "cli/move_image.hpp"
#include "cli/output.hpp"
#include "cli/rehearsal.hpp"
#include "cli/scratch_store.hpp"
#include "oci/error.hpp"
#include "oci/file.hpp"
#include "oci/json/descriptor_json.hpp"
#include "oci/media_type.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <memory>
#include <utility>

namespace wasm_oci::cli {

namespace {

bool is_archive(const Location& location) { return std::holds_alternative<ArchiveLocation>(location); }
bool is_layout(const Location& location) { return std::holds_alternative<LayoutLocation>(location); }

std::string full_names(const std::vector<Reference>& tags) {
  std::string names;
  for (const Reference& tag : tags) {
    names += (names.empty() ? "" : ",") + tag.str();
  }
  return names;
}

// One build on its way to its targets. The image is built in the store where it shall stay: the local store, a layout
// of -o, or, where it goes to archives and registries only, a scratch store.
class Build {
 public:
  Build(Context& context, const BuildRequest& request, const BuildTargets& targets)
      : context_(context),
        targets_(targets),
        tags_(targets.tags),
        bare_tags_(targets.bare_tags),
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
    built_ = std::make_unique<Built>(build_all(context, request, *stage_, targets.append));
    if (media_type::is_index(built_->root.media_type) || targets.append) {
      require_places_for_bare_tags();
    } else {
      std::ranges::move(std::exchange(bare_tags_, {}), std::back_inserter(tags_));  // one name more
    }
  }

  ExitCode run() {
    if (targets_.append) {
      return append();
    }
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
    for (const std::vector<Reference>* const tags : {&targets.tags, &targets.bare_tags}) {
      for (const Reference& tag : targets.push ? *tags : std::vector<Reference>{}) {
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

  void require_places_for_bare_tags() const {
    if (!bare_tags_.empty() && std::ranges::any_of(targets_.outputs, is_archive)) {
      throw UsageError("--bare-tag names a manifest beside the index, and an archive holds one of them",
                       "write to the local store, a layout or a registry, or build an archive for each");
    }
  }

  // The index that is there is read where it is written.
  ExitCode append() {
    std::vector<Location> places = targets_.outputs;
    for (const Reference& tag : targets_.push ? tags_ : std::vector<Reference>{}) {
      places.emplace_back(RegistryLocation{tag});
    }
    for (const Location& place : places) {
      change_index(context_,
                   {.base = place,
                    .prepared = built_->sources,
                    .annotations = built_->annotations,
                    .targets = {place},
                    .by_digest = targets_.push_by_digest,
                    .gate = targets_.gate,
                    .no_clobber = targets_.no_clobber,
                    .dry_run = targets_.dry_run,
                    .when_absent = "nothing is there to append to: build without --append"},
                   results_);
    }
    if (results_.code() == ExitCode::ok) {
      const Result& last = results_.all().back();
      built_->root = {.media_type = last.media_type, .digest = last.digest, .size = last.size};
      built_->config.reset();
      write_files();
      if (!targets_.dry_run) {
        move_bare_tags();
      } else {
        for (const Reference& tag : bare_tags_) {
          results_.add(bare_result(tag));
        }
      }
    }
    return results_.finish();
  }

  void open_stage() {
    const auto layout = std::ranges::find_if(targets_.outputs, is_layout);
    if (targets_.dry_run || targets_.append || (targets_.elsewhere && layout == targets_.outputs.end())) {
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

  Result result(std::string name) const { return result(std::move(name), built_->root, platform_names()); }

  static Result result(std::string name, const Descriptor& root, std::vector<std::string> platforms) {
    return {.name = std::move(name),
            .digest = root.digest,
            .media_type = root.media_type,
            .size = root.size,
            .platforms = std::move(platforms)};
  }

  std::vector<std::string> platform_names() const {
    std::vector<std::string> names(built_->platforms.size());
    std::ranges::transform(built_->platforms, names.begin(), [](const Platform& platform) { return format(platform); });
    return names;
  }

  void report_dry_run() {
    const bool names_alone = targets_.elsewhere && !targets_.push;  // of what the outputs hold
    for (const Reference& tag : names_alone ? std::vector<Reference>{} : tags_) {
      const Location place = targets_.push ? Location(RegistryLocation{tag}) : Location(LocalLocation{tag});
      attempt([&] { rehearse_at(place, tag.str()); });
    }
    for (const Location& output : targets_.outputs) {
      attempt([&] { rehearse_at(output, format_name(output)); });
    }
    if (tags_.empty() && targets_.outputs.empty()) {
      results_.add(result("image"));
    }
    for (const Reference& tag : bare_tags_) {
      results_.add(bare_result(tag));
    }
    print_note(context_, "dry run: nothing was written or pushed");
  }

  // What is there is asked only where it matters: a digest can be had without a network.
  void rehearse_at(const Location& place, std::string name) {
    Result one = result(std::move(name));
    const std::vector<RootName> names = tag_names();
    const Rehearsal rehearsal{.gate = targets_.gate, .no_clobber = targets_.no_clobber, .names = names};
    stage_->add(built_->root.media_type, built_->bytes);
    if (!targets_.no_clobber && targets_.gate.is_open()) {
      rehearse_writing(locations_, place, built_->root, {stage_}, rehearsal);
    } else {
      const auto there = rehearse(locations_, place, built_->root, {stage_}, rehearsal);
      if (there && there->root.digest != one.digest) {
        one.previous_digest = there->root.digest;
      }
    }
    results_.add(std::move(one));
  }

  Result bare_result(const Reference& tag) const {
    return result(tag.str(), built_->wasm, {format(built_->platforms.front())});
  }

  // Names the image in the store that it was built in. A name that may not move fails alone.
  void put_in_stage(const std::vector<RootName>& names, const std::function<std::string(const RootName&)>& shown) {
    std::vector<RootName> free;
    if (!targets_.gate.is_open()) {
      stage_->add(built_->root.media_type, built_->bytes);  // for the gate to look at
    }
    if (names.empty()) {
      require_gate(targets_.gate, *stage_, built_->root, std::nullopt);
    }
    for (const RootName& name : names) {
      attempt([&] {
        const std::optional<Descriptor> previous = stage_->resolve(name.ref_name);
        Result one = result(shown(name));
        if (!targets_.push) {  // else it is what stands before the tag in the registry
          require_gate(targets_.gate, *stage_, built_->root, previous);
        }
        if (targets_.no_clobber) {
          refuse_move(one.name, previous, built_->root);
        }
        tell_move(context_, one.name, previous, built_->root);
        if (previous && previous->digest != one.digest) {
          one.previous_digest = previous->digest;
        }
        named_.push_back(std::move(one));
        free.push_back(name);
      });
    }
    if (free.empty() && !names.empty()) {
      stage_->add(built_->root.media_type,
                  built_->bytes);  // for other targets; unlisted, so prune takes it
      return;
    }
    stage_->put_root(built_->root, built_->bytes, free);
  }

  void store() {
    if (!targets_.elsewhere) {
      put_in_stage(tag_names(), [](const RootName& name) { return name.ref_name; });
      if (!targets_.push) {
        tell_named();
      }
      name_bare();
    } else if (staged_ == nullptr) {
      stage_->put_root(built_->root, built_->bytes, {});
    }
  }

  void tell_named() {
    for (Result& one : named_) {
      results_.add(std::move(one));
    }
    named_.clear();
  }

  std::vector<RootName> tag_names() const {
    std::vector<RootName> names(tags_.size());
    std::ranges::transform(tags_, names.begin(), full_name);
    return names;
  }

  // The module's manifest beside the index, by its own names, unless a gate or another failure holds those of the
  // index.
  void name_bare() {
    for (const Reference& tag : results_.code() == ExitCode::ok ? bare_tags_ : std::vector<Reference>{}) {
      attempt([&] {
        const RootName name = full_name(tag);
        const std::optional<Descriptor> previous = stage_->resolve(name.ref_name);
        if (targets_.no_clobber) {
          refuse_move(tag.str(), previous, built_->wasm);
        }
        tell_move(context_, tag.str(), previous, built_->wasm);
        stage_->put_root(built_->wasm, built_->wasm_bytes, std::array{name});
        if (!targets_.push) {
          results_.add(bare_result(tag));
        }
      });
    }
  }

  void move_bare_tags() {
    const bool may_move = targets_.push && results_.code() == ExitCode::ok;
    for (const Reference& tag : may_move ? bare_tags_ : std::vector<Reference>{}) {
      attempt([&] {
        Target target = locations_.target(RegistryLocation{tag}, built_->wasm, std::nullopt);
        results_.add(move_image(context_, *stage_, built_->wasm, target, {.no_clobber = targets_.no_clobber}));
      });
    }
  }

  Target target_of(const Location& location) {
    Target target = locations_.target(location, built_->root, std::nullopt);
    if (!named_digest(location) && !std::holds_alternative<RegistryLocation>(location)) {
      std::ranges::move(tag_names(), std::back_inserter(target.names));
    }
    return target;
  }

  void move_to(const Location& location) {
    Target target = target_of(location);
    results_.add(move_image(context_, *stage_, built_->root, target,
                            {.no_clobber = targets_.no_clobber, .gate = targets_.gate}));
    if (std::holds_alternative<RegistryLocation>(location)) {
      runnable_ = named_digest(location) ? target.name + "@" + built_->root.digest.str() : target.name;
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
    name_bare();
  }

  void push() {
    if (!targets_.push) {
      return;
    }
    for (const Reference& tag : tags_) {
      attempt([&] {
        Reference where = tag;
        if (targets_.push_by_digest) {
          where.tag.reset();
          where.digest = built_->root.digest;
        }
        move_to(RegistryLocation{where});
      });
    }
    move_bare_tags();
  }

  void load() {
    if (targets_.load) {
      attempt([&] { load_image(context_, *stage_, built_->root, tag_names()); });
    }
  }

  void write_files() {
    const auto write = [](AtomicFile& file, std::string_view text) {
      file.write(as_bytes(text));
      file.commit();
    };
    if (iidfile_) {
      write(*iidfile_, built_->root.digest.str());
    }
    if (metadata_file_) {
      JsonWriter json(JsonStyle::pretty);
      json.begin_object();
      if (const std::optional<Descriptor>& config = built_->config) {
        json.member("containerimage.config.digest", config->digest.str());
      }
      json.key("containerimage.descriptor");
      wasm_oci::write(json, built_->root);
      json.member("containerimage.digest", built_->root.digest.str());
      json.member_unless_empty("image.name", full_names(tags_))
          .member("wasm.digest", built_->wasm.digest.str())
          .end_object();
      write(*metadata_file_, std::move(json).take() + "\n");
    }
  }

  void say_what_next() {
    if (targets_.dry_run) {
      return;
    }
    if (!targets_.elsewhere && !targets_.push && !tags_.empty()) {
      print_note(context_, "push it: wasm-oci push " + tags_.front().familiar());
    }
    const bool named = !tags_.empty() && !targets_.push_by_digest;
    const std::string name = named ? tags_.front().familiar() : runnable_;
    if (!name.empty()) {
      say_how_to_use(context_, *stage_, built_->root, name, platform_names());
    }
  }

  Context& context_;
  const BuildTargets& targets_;
  std::vector<Reference> tags_;
  std::vector<Reference> bare_tags_;  // beside an index; of one image they are tags like others
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
  std::unique_ptr<Built> built_;
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
  if (append && !push && !elsewhere) {
    throw UsageError("--append needs the index that it appends to",
                     "in a registry: --push; elsewhere: -o oci:DIR:NAME");
  }
  if (append && std::ranges::any_of(outputs, is_archive)) {
    throw UsageError("--append needs an index that can be edited, and an archive is written whole",
                     "append in a registry or a layout");
  }
  if (!gate.is_open() && std::ranges::any_of(outputs, is_archive)) {
    throw UsageError("a gate stands before a tag, and an archive has none", "write to a registry or a layout");
  }
  if (push_by_digest && !bare_tags.empty()) {
    throw UsageError("--push-by-digest moves no tag, and --bare-tag is one", "give one of the two");
  }
  for (const Reference& bare : bare_tags) {
    if (std::ranges::find(tags, bare) != tags.end()) {
      throw UsageError("-t and --bare-tag both name " + bare.str() + ", and a tag names one thing",
                       "give the bare manifest a tag of its own: --bare-tag " + bare.familiar() + "-wasm");
    }
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
