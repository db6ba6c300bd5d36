#include "oci/store/memory_store.hpp"

#include "oci/error.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <ranges>
#include <utility>

namespace wasm_oci {

class MemoryStore::MemoryIngest final : public Ingest {
 public:
  explicit MemoryIngest(MemoryStore& owner) : owner_(owner) {}

 private:
  void store(ByteView bytes) override { bytes_.append(as_text(bytes)); }
  void publish(const Descriptor& descriptor) override { owner_.keep(descriptor, std::move(bytes_)); }

  MemoryStore& owner_;
  std::string bytes_;
};

std::optional<Descriptor> MemoryStore::resolve(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  if (const auto named = names_.find(name); named != names_.end()) {
    return named->second;
  }
  if (const auto digest = Digest::parse(name)) {
    if (const auto found = described_.find(*digest); found != described_.end()) {
      return found->second;
    }
  }
  return std::nullopt;
}

std::vector<Descriptor> MemoryStore::referrers(const Digest& subject) {
  std::vector<Descriptor> all;
  {
    const std::scoped_lock lock(mutex_);
    std::ranges::copy(std::views::values(described_), std::back_inserter(all));
  }
  return subjects_.referrers(all, subject);
}

bool MemoryStore::contains(const Descriptor& descriptor, NodeKind /*kind*/) {
  const std::scoped_lock lock(mutex_);
  const auto found = content_.find(descriptor.digest);
  return found != content_.end() && found->second.size() == descriptor.size;
}

void MemoryStore::put(const Descriptor& descriptor, NodeKind /*kind*/, VerifiedSource& source) {
  keep(descriptor, read_all(source, std::numeric_limits<std::size_t>::max()));
}

void MemoryStore::put_root(const Descriptor& root, std::string_view bytes, std::span<const RootName> names) {
  keep(root, std::string(bytes));
  const std::scoped_lock lock(mutex_);
  for (const RootName& name : names) {
    names_.insert_or_assign(name.ref_name, root);
  }
}

std::unique_ptr<Ingest> MemoryStore::ingest() { return std::make_unique<MemoryIngest>(*this); }

std::unique_ptr<Source> MemoryStore::open_unverified(const Descriptor& descriptor, NodeKind /*kind*/) {
  const std::scoped_lock lock(mutex_);
  const auto found = content_.find(descriptor.digest);
  if (found == content_.end()) {
    throw NotFoundError(descriptor.digest.str() + " is not in memory");
  }
  return std::make_unique<StringSource>(found->second);
}

void MemoryStore::keep(const Descriptor& descriptor, std::string bytes) {
  const std::scoped_lock lock(mutex_);
  described_.insert_or_assign(descriptor.digest, descriptor);
  content_.insert_or_assign(descriptor.digest, std::move(bytes));
}

}  // namespace wasm_oci
