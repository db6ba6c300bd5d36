#include "oci/store/copy_referrers.hpp"

#include "oci/error.hpp"
#include "oci/store/referrers.hpp"

#include <iterator>
#include <optional>
#include <set>
#include <utility>

namespace wasm_oci {
namespace {

constexpr unsigned kMaxDepth = 16;

class ReferrersCopy {
 public:
  ReferrersCopy(Store& from, WritableStore& to, TaggedReferrers tagged, CopyOptions options)
      : from_(from), to_(to), options_(std::move(options)), tagged_(tagged == TaggedReferrers::copy) {
    options_.in_hand.clear();  // both are of another root
    options_.children.clear();
  }

  CopiedReferrers run(std::span<const Digest> subjects) {
    for (const Digest& subject : subjects) {
      visit(subject, tagged_);
    }
    std::size_t done = 0;
    for (unsigned depth = 1; done < result_.copied.size(); ++depth) {
      if (depth > kMaxDepth) {
        throw ContentError("referrers of referrers are nested more than " + std::to_string(kMaxDepth) + " deep");
      }
      for (const std::size_t level_end = result_.copied.size(); done < level_end; ++done) {
        const Digest digest = result_.copied[done].descriptor.digest;
        // Nobody ties anything by tag to what itself is tied by subject.
        visit(digest, !result_.copied[done].tag.empty());
      }
    }
    return std::move(result_);
  }

 private:
  void visit(const Digest& subject, bool tagged) {
    if (!visited_.insert(subject).second) {
      return;
    }
    for (Descriptor& listed : from_.referrers(subject)) {
      take({.descriptor = std::move(listed), .subject = subject});
    }
    if (tagged) {
      for (TaggedReferrer& found : tagged_referrers(from_, subject)) {
        take({.descriptor = std::move(found.descriptor), .subject = subject, .tag = std::move(found.tag)});
      }
    }
  }

  // A signature that is there is worth no less than the one that comes.
  bool is_taken(const CopiedReferrer& referrer) {
    if (referrer.tag.empty()) {
      return false;
    }
    const std::optional<Descriptor> there = to_.peek(referrer.tag);
    return there && there->digest != referrer.descriptor.digest;
  }

  void take(CopiedReferrer referrer) {
    const std::string digest = referrer.descriptor.digest.str();
    if (referrer.descriptor.size > kMaxReferrersSize - bytes_ || result_.copied.size() == kMaxReferrers) {
      throw ContentError(digest + ": more refers to the image than is copied");
    }
    bytes_ += referrer.descriptor.size;
    if (is_taken(referrer)) {
      result_.left.push_back(std::move(referrer));
      return;
    }
    std::string bytes;
    try {
      bytes = from_.load(referrer.descriptor, NodeKind::manifest);
    } catch (const NotFoundError&) {  // lists outlive what they list
      result_.missing.push_back(std::move(referrer.descriptor));
      return;
    }
    if (referrer.tag.empty() && subject_of(bytes) != referrer.subject) {
      throw ContentError("the source lists " + digest + " as what refers to " + referrer.subject.str() +
                         ", which it does not");
    }
    referrer.descriptor = describe_referrer(referrer.descriptor, bytes);  // what was listed is not proven
    std::vector<RootName> names;
    if (!referrer.tag.empty()) {
      names.push_back({.ref_name = referrer.tag});
    }
    CopyReport report = copy_graph(from_, referrer.descriptor, to_, names, options_);
    std::ranges::move(report.missing, std::back_inserter(result_.missing));
    result_.copied.push_back(std::move(referrer));
  }

  Store& from_;
  WritableStore& to_;
  CopyOptions options_;
  bool tagged_;
  std::set<Digest> visited_;
  std::uint64_t bytes_ = 0;
  CopiedReferrers result_;
};

}  // namespace

CopiedReferrers copy_referrers(Store& from, std::span<const Digest> subjects, WritableStore& to, TaggedReferrers tagged,
                               const CopyOptions& options) {
  return ReferrersCopy(from, to, tagged, options).run(subjects);
}

}  // namespace wasm_oci
