#include "cli/index_referrers.hpp"

#include "cli/output.hpp"
#include "oci/error.hpp"
#include "oci/store/copy_referrers.hpp"
#include "oci/store/referrers.hpp"
#include "registry/registry_store.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace wasm_oci::cli {

namespace {

constexpr std::string_view kSignature = "signature";

// cosign and notation sign; everything else states something.
std::string kind_of(const Descriptor& referrer, const std::string& tag) {
  static constexpr std::array<std::string_view, 3> kWords = {"signature", "cosign.artifact.sig", "sigstore.bundle"};
  const auto says = [&](std::string_view word) { return referrer.artifact_type.contains(word); };
  return std::string(tag.ends_with(".sig") || std::ranges::any_of(kWords, says) ? kSignature : "referrer");
}

bool is_registry(const Store& store) { return dynamic_cast<const RegistryStore*>(&store) != nullptr; }

std::map<std::string, std::size_t> count_kinds(Store& store, const Digest& subject) {
  std::map<std::string, std::size_t> kinds;
  for (const Descriptor& referrer : store.referrers(subject)) {
    ++kinds[kind_of(referrer, {})];
  }
  if (is_registry(store)) {
    for (const TaggedReferrer& tagged : tagged_referrers(store, subject)) {
      ++kinds[kind_of(tagged.descriptor, tagged.tag)];
    }
  }
  return kinds;
}

}  // namespace

void bring_referrers(const Context& context, const std::map<Store*, std::vector<Digest>>& subjects, WritableStore& to) {
  for (const auto& [from, digests] : subjects) {
    const TaggedReferrers tagged =
        is_registry(*from) && is_registry(to) ? TaggedReferrers::copy : TaggedReferrers::skip;
    const CopiedReferrers referrers =
        copy_referrers(*from, digests, to, tagged,
                       {.jobs = context.options.jobs, .stop = context.stop, .progress = &context.progress()});
    for (const CopiedReferrer& copied : referrers.copied) {
      print_note(context, copied.subject.str() + ": " + kind_of(copied.descriptor, copied.tag) + " " +
                              copied.descriptor.digest.str() + " comes along");
    }
    for (const CopiedReferrer& left : referrers.left) {
      print_note(context, left.subject.str() + ": " + kind_of(left.descriptor, left.tag) + " " +
                              left.descriptor.digest.str() + " stays behind: " + left.tag +
                              " names another one where the index goes");
    }
    for (const Descriptor& missing : referrers.missing) {
      print_note(context, missing.digest.str() + " is listed as a referrer, and the source does not hold it");
    }
  }
}

void tell_referrers_of_old(const Context& context, Store& store, const Digest& before, const std::string& after) {
  std::map<std::string, std::size_t> kinds;
  try {
    kinds = count_kinds(store, before);
  } catch (const Error& error) {
    // The tag has moved already: whatever stops this look, the work is done.
    print_note(context, "cannot tell whether " + before.str() + " was signed: " + error.message());
  }
  for (const auto& [kind, count] : kinds) {
    std::string had = before.str() + " had " + std::to_string(count) + " ";
    had.append(kind).append(count == 1 ? "" : "s");
    if (kind == kSignature) {
      had.append("; sign ").append(after);
    } else {
      had.append("; ").append(after).append(" has none");
    }
    print_note(context, had);
  }
}

}  // namespace wasm_oci::cli
