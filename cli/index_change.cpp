#include "cli/index_change.hpp"

#include "cli/index_referrers.hpp"
#include "cli/index_report.hpp"
#include "cli/move_image.hpp"
#include "cli/output.hpp"
#include "cli/rehearsal.hpp"
#include "cli/tag_lock.hpp"
#include "oci/error.hpp"
#include "oci/image_platforms.hpp"
#include "oci/index/changes.hpp"
#include "oci/index/compose.hpp"
#include "oci/media_type.hpp"
#include "oci/store/copy_graph.hpp"
#include "oci/store/memory_store.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <iterator>
#include <map>
#include <mutex>
#include <utility>

namespace wasm_oci::cli {

namespace {

constexpr int kMaxTries = 10;
// Between writing a tag and reading it again, so that a writer who read before us has written by then: twice what our
// own look and write took, within these bounds (docs/reliability.md says what that is worth).
constexpr std::chrono::milliseconds kSettle{50};
constexpr std::chrono::milliseconds kLongestSettle{2000};

void pause(std::chrono::milliseconds duration, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait_for(lock, stop, duration, [] { return false; });
}

// Whether both are in one repository, layout or store: what the one names, the other holds.
bool same_place(const Location& a, const Location& b) {
  if (a.index() != b.index()) {
    return false;
  }
  if (const auto* const registry = std::get_if<RegistryLocation>(&a)) {
    const Reference& left = registry->reference;
    const Reference& right = std::get<RegistryLocation>(b).reference;
    return left.host == right.host && left.path == right.path;
  }
  if (const auto* const layout = std::get_if<LayoutLocation>(&a)) {
    std::error_code ignored;
    return std::filesystem::equivalent(layout->path, std::get<LayoutLocation>(b).path, ignored);
  }
  return std::holds_alternative<LocalLocation>(a);
}

std::string lock_name(const Location& location) {
  if (const auto* const layout = std::get_if<LayoutLocation>(&location)) {
    std::error_code ignored;
    return "oci:" + std::filesystem::weakly_canonical(layout->path, ignored).string() + ":" + layout->name.value_or("");
  }
  return format(location);
}

bool names(const Target& target, const Digest& digest) {
  const std::optional<Descriptor> now = target.store->peek(target.names.front().ref_name);
  return now && now->digest == digest;
}

Result result_of(const std::string& name, const MadeIndex& made, IndexChanges changes) {
  Result result{.name = name,
                .digest = made.root.digest,
                .media_type = made.root.media_type,
                .size = made.root.size,
                .platforms = {},
                .changes = std::move(changes)};
  for (const IndexEntry& entry : made.entries) {
    if (entry.platform) {
      result.platforms.push_back(format(*entry.platform));
    }
  }
  return result;
}

class IndexChange {
 public:
  IndexChange(Context& context, const IndexRequest& request, Results& results)
      : context_(context),
        request_(request),
        locations_(context, named_locations(request), writes_to_registry(request)),
        results_(results) {}

  void run() {
    const FoundSources found = find_sources(context_, locations_, request_.sources, request_.source_options);
    composition_ = {.sources = found.sources,
                    .only = request_.source_options.only,
                    .removed = request_.removed,
                    .attestations = request_.source_options.attestations,
                    .annotations = request_.annotations,
                    .force = request_.source_options.force};
    std::ranges::copy(request_.prepared, std::back_inserter(composition_.sources));
    for (const Location& target : request_.targets) {
      try {
        results_.add(bring_to(target));
      } catch (const Error& error) {
        results_.fail(error);
      }
    }
  }

 private:
  static std::vector<Location> named_locations(const IndexRequest& request) {
    std::vector<Location> named = request.targets;
    if (request.base) {
      named.push_back(*request.base);
    }
    for (const SourceSpec& source : request.sources) {
      named.push_back(source.location);
    }
    return named;
  }

  static bool writes_to_registry(const IndexRequest& request) {
    return !request.dry_run && std::ranges::any_of(request.targets, [](const Location& target) {
      return std::holds_alternative<RegistryLocation>(target);
    });
  }

  Result bring_to(const Location& location) {
    if (!request_.base) {
      return bring_new(location, nullptr, nullptr);
    }
    const bool same_place = cli::same_place(*request_.base, location);
    const bool has_no_tag = request_.by_digest && std::holds_alternative<RegistryLocation>(location);
    if (same_place && !has_no_tag && format(*request_.base) == format(location)) {
      return edit(location);
    }
    const SourceImage base = find_base(*request_.base, same_place);
    return bring_new(location, &base, same_place ? base.store.get() : nullptr);
  }

  // Where the result goes: without a tag that is known only now.
  Location place_of(const Location& location, const MadeIndex& made) const {
    const auto* const registry = std::get_if<RegistryLocation>(&location);
    if (!request_.by_digest || registry == nullptr) {
      return location;
    }
    Reference reference = registry->reference;
    reference.tag.reset();
    reference.digest = made.root.digest;
    return RegistryLocation{std::move(reference)};
  }

  // What is written to as well, is read with the rights to write.
  SourceImage find_base(const Location& location, bool writes) {
    const Access access = writes && !request_.dry_run ? Access::push : Access::pull;
    try {
      return naming(format(location), [&] { return locations_.find(location, Look::whole, access); });
    } catch (NotFoundError& error) {
      if (!request_.when_absent.empty()) {
        throw NotFoundError(error.message(), request_.when_absent);
      }
      error.suggest("make it: wasm-oci index create -t " + format(location) + " SOURCE...");
      throw;
    }
  }

  MadeIndex make(const SourceImage* base, bool again = false) const {
    MadeIndex made = [&] {
      if (base == nullptr) {
        return compose_index(composition_, nullptr);
      }
      const IndexPart part{.name = base->name, .store = base->store.get(), .root = base->root};
      return naming(base->name, [&] { return compose_index(composition_, &part, again); });
    }();
    for (const std::string& note : made.notes) {
      print_note(context_, note);
    }
    return made;
  }

  // To names that are not what it was made of. `present` holds everything of the base, and is where the result goes.
  Result bring_new(const Location& wanted, const SourceImage* base, const Store* present) {
    const MadeIndex made = make(base);
    const Location location = place_of(wanted, made);
    if (request_.dry_run) {
      return tell_dry(location, made, base);
    }
    return naming(format(location), [&] {
      Target target = open_target(location, made.root, std::nullopt);
      require_nothing_lost(target.replaced, made.root, target.names);
      for (int tries = 0; tries < kMaxTries; ++tries) {
        const std::vector<std::optional<Descriptor>> before = named_until_now(*target.store, target.names);
        const Before told_against =
            base != nullptr ? Before{.root = base->root, .entries = made.before} : what_was(target, before);
        if (write(location, made, base, present, target, before)) {
          tell_lost(context_, target, made.root);
          return told(target.name, made, base, told_against, first_of(before));
        }
      }
      throw moved_by_others(location);
    });
  }

  static std::optional<Descriptor> first_of(const std::vector<std::optional<Descriptor>>& before) {
    return before.empty() ? std::nullopt : before.front();
  }

  // False where one of the names has come to name something else than in `before`, and that matters.
  bool write(const Location& location, const MadeIndex& made, const SourceImage* base, const Store* present,
             Target& target, const std::vector<std::optional<Descriptor>>& before) {
    for (const std::optional<Descriptor>& previous : before) {
      check_clobber(target.name, previous, made.root);
    }
    const bool is_there = !before.empty() && std::ranges::all_of(before, [&](const auto& previous) {
      return previous && previous->digest == made.root.digest;
    });
    // A registry that has the index has its parts; what a layout has may be broken.
    if (!is_there || !std::holds_alternative<RegistryLocation>(location)) {
      bring_parts(location, made, present, target);
    }
    if (!request_.gate.is_open()) {
      target.store->put_root(made.root, made.bytes, {});
      if (request_.by_digest && base != nullptr && before.empty()) {
        require_gate(request_.gate, *target.store, made.root, base->root);
      } else {
        require_gate_of_all(request_.gate, *target.store, made.root, before);
      }
    }
    if (!is_there && !put_names(made, target, before)) {
      return false;
    }
    target.store->finish();
    return true;
  }

  // The last one to write wins, unless somebody asked that it may not.
  bool put_names(const MadeIndex& made, Target& target, const std::vector<std::optional<Descriptor>>& before) const {
    if (request_.gate.is_open() && !request_.no_clobber) {
      target.store->put_root(made.root, made.bytes, target.names);
      return true;
    }
    if (target.names.empty()) {
      target.store->put_root(made.root, made.bytes, {});
      return true;
    }
    for (std::size_t i = 0; i < target.names.size(); ++i) {
      const auto expected = before[i].transform([](const Descriptor& previous) { return previous.digest; });
      if (!target.store->replace_root(made.root, made.bytes, target.names[i], expected)) {
        return false;
      }
    }
    return true;
  }

  // What an index is told against.
  struct Before {
    std::optional<Descriptor> root = std::nullopt;
    std::vector<IndexEntry> entries = {};
  };

  // What a name named; looked at before it moves. An index that cannot be read is what is being replaced.
  Before what_was(const Target& target, const std::vector<std::optional<Descriptor>>& before) const {
    const std::optional<Descriptor> root = first_of(before);
    return {.root = root, .entries = entries_at(*target.store, root)};
  }

  std::vector<IndexEntry> entries_at(Store& store, const std::optional<Descriptor>& root) const {
    if (!root || !media_type::is_index(root->media_type)) {
      return {};
    }
    try {
      return entries_of(store, store.load(*root, NodeKind::manifest), root->media_type);
    } catch (const ContentError& error) {
      print_note(context_, "what is replaced cannot be read: " + error.message());
      return {};
    }
  }

  // In the place of what it was made of. What others wrote meanwhile is what it is made of next.
  Result edit(const Location& location) {
    if (request_.dry_run) {
      const SourceImage base = find_base(location, true);
      return tell_dry(location, make(&base), &base);
    }
    const TagLock lock(context_, lock_name(location));
    std::optional<SourceImage> first;  // told against: what is made anew has our change in it already
    Before before;
    for (int tries = 1; tries <= kMaxTries; ++tries) {
      SourceImage base = find_again(location, tries > 1);
      MadeIndex made = make(&base, tries > 1);
      const bool is_done = made.root.digest == base.root.digest;
      const bool is_written = !is_done && naming(format(location), [&] { return replace(location, base, made); });
      if (!first) {
        before = {.root = base.root, .entries = made.before};
        first = std::move(base);
      }
      if (!is_done && !is_written) {
        continue;
      }
      if (is_done) {
        require_gate(request_.gate, *first->store, made.root, before.root);
      }
      const std::string name = format_name(location);
      Result result = told(name, made, &*first, before, before.root);
      if (result.digest != first->root.digest) {
        tell_referrers_of_old(context_, *first->store, first->root.digest, name + "@" + result.digest.str());
      }
      return result;
    }
    throw moved_by_others(location);
  }

  static ConflictError moved_by_others(const Location& location) {
    return ConflictError(format(location) + " was moved by others each time that it was read, changed and written, " +
                             std::to_string(kMaxTries) + " times",
                         "it names what they wrote last");
  }

  // While another writer moves the tag docker-registry may say that it does not exist.
  SourceImage find_again(const Location& location, bool again) {
    try {
      return find_base(location, true);
    } catch (const NotFoundError&) {
      if (!again && !std::holds_alternative<RegistryLocation>(location)) {
        throw;
      }
    }
    pause(kSettle, context_.stop);
    return find_base(location, true);
  }

  // False where the name has come to name something else.
  bool replace(const Location& location, const SourceImage& base, const MadeIndex& made) {
    Target target = open_target(location, made.root, base.called);
    if (target.names.empty()) {
      throw UsageError(target.name + ": an index without a name cannot be replaced", "give it one: -t oci:DIR:NAME");
    }
    check_clobber(target.name, base.root, made.root);
    bring_parts(location, made, base.store.get(), target);
    if (!request_.gate.is_open()) {
      target.store->put_root(made.root, made.bytes, {});
      require_gate(request_.gate, *target.store, made.root, base.root);
    }
    const auto begin = std::chrono::steady_clock::now();
    if (!target.store->replace_root(made.root, made.bytes, target.names.front(), base.root.digest)) {
      return false;
    }
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
    target.store->finish();
    if (!std::holds_alternative<RegistryLocation>(location)) {
      return true;
    }
    pause(std::clamp(2 * took, kSettle, kLongestSettle), context_.stop);
    return names(target, made.root.digest);
  }

  Target open_target(const Location& location, const Descriptor& root, const std::optional<RootName>& called) {
    Target target = locations_.target(location, root, called);
    if (target.names.empty() && !named_digest(location)) {
      target.names = request_.names;
    }
    return target;
  }

  void check_clobber(const std::string& name, const std::optional<Descriptor>& previous, const Descriptor& root) const {
    if (request_.no_clobber) {
      refuse_move(name, previous, root);
    }
  }

  // Everything but the root.
  void bring_parts(const Location& location, const MadeIndex& made, const Store* present, Target& target) {
    CopyOptions options{.jobs = context_.options.jobs,
                        .in_hand = made.manifests,
                        .stop = context_.stop,
                        .progress = &context_.progress()};
    options.in_hand.emplace(made.root.digest, made.bytes);
    for (const IndexEntry& entry : made.entries) {
      const Digest& digest = entry.descriptor.digest;
      const bool stays = entry.store == present && !made.manifests.contains(digest);
      options.children.emplace(digest, stays ? nullptr : entry.store);
    }
    copy_below(*made.entries.front().store, made.root, *target.store, options);
    bring_referrers(location, made, present, *target.store);
  }

  // What refers to images that come from elsewhere comes along; a docker archive has no place for it.
  void bring_referrers(const Location& location, const MadeIndex& made, const Store* present, WritableStore& to) {
    const auto* const archive = std::get_if<ArchiveLocation>(&location);
    if (archive != nullptr && archive->format == ArchiveFormat::docker) {
      return;
    }
    std::map<Store*, std::vector<Digest>> subjects;
    for (const IndexEntry& entry : made.entries) {
      if (entry.store != present && !is_attestation(entry.descriptor) && !is_source_in(*entry.store, location)) {
        subjects[entry.store].push_back(entry.descriptor.digest);
      }
    }
    cli::bring_referrers(context_, subjects, to);
  }

  // Whether `store` is that of a source in the same place.
  bool is_source_in(const Store& store, const Location& location) const {
    for (std::size_t i = 0; i < request_.sources.size(); ++i) {
      if (composition_.sources[i].part.store == &store) {
        return same_place(request_.sources[i].location, location);
      }
    }
    return false;
  }

  Result tell_dry(const Location& location, const MadeIndex& made, const SourceImage* base) {
    MemoryStore in_hand;
    in_hand.add(made.root.media_type, made.bytes);
    for (const auto& [digest, bytes] : made.manifests) {
      in_hand.add(media_type::kOciManifest, bytes);
    }
    std::vector<Store*> stores = {&in_hand};
    for (const IndexEntry& entry : made.entries) {
      if (std::ranges::find(stores, entry.store) == stores.end()) {
        stores.push_back(entry.store);
      }
    }
    const bool against_base = request_.by_digest && base != nullptr;
    const std::optional<SourceImage> there =
        rehearse(locations_, location, made.root, stores,
                 {.gate = request_.gate,
                  .no_clobber = request_.no_clobber,
                  .names = request_.names,
                  .before = against_base ? std::optional(base->root) : std::nullopt});
    const std::optional<Descriptor> previous = there ? std::optional(there->root) : std::nullopt;
    Before before;
    if (base != nullptr) {
      before = {.root = base->root, .entries = made.before};
    } else if (there) {
      before = {.root = previous, .entries = entries_at(*there->store, previous)};
    }
    Result result = told(format_name(location), made, base, before, previous);
    print_note(context_, "dry run: nothing was written or pushed");
    return result;
  }

  // What became of `name`, which named `previous`. An edit is told against what was edited, a new index against what
  // the name named.
  Result told(const std::string& name, const MadeIndex& made, const SourceImage* base, const Before& before,
              const std::optional<Descriptor>& previous) const {
    const Digest& now = made.root.digest;
    if (previous && previous->digest == now) {
      print_note(context_, name + " is unchanged");
      return result_of(name, made, compare_indexes(made.entries, made.entries));
    }
    IndexChanges changes = compare_indexes(before.entries, made.entries);
    std::string what = name + ": " + (previous ? previous->digest.str() + " -> " : "") + now.str();
    if (base != nullptr && (!previous || previous->digest != base->root.digest)) {
      what += ", made of " + base->name + ", " + base->root.digest.str();
    }
    print_note(context_, what);
    print_changes(context_, changes);
    Result result = result_of(name, made, std::move(changes));
    if (previous) {
      result.previous_digest = previous->digest;
    }
    return result;
  }

  Context& context_;
  const IndexRequest& request_;
  Locations locations_;
  Results& results_;
  Composition composition_;
};

}  // namespace

void change_index(Context& context, const IndexRequest& request, Results& results) {
  IndexChange(context, request, results).run();
}

}  // namespace wasm_oci::cli
