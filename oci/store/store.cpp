#include "oci/store/store.hpp"

#include "oci/error.hpp"

#include <algorithm>
#include <array>

namespace wasm_oci {

VerifiedSource::VerifiedSource(std::unique_ptr<Source> raw, Descriptor descriptor)
    : raw_(std::move(raw)), descriptor_(std::move(descriptor)), hasher_(descriptor_.digest.algorithm()) {}

std::size_t VerifiedSource::read(std::span<std::byte> into) {
  failed_ = true;
  const std::size_t count = read_verified(into);
  if (watch_) {
    watch_(position_);
  }
  failed_ = false;
  return count;
}

std::size_t VerifiedSource::read_verified(std::span<std::byte> into) {
  if (verified_) {
    return 0;
  }
  const std::size_t count = raw_->read(into);
  if (count > descriptor_.size - position_) {
    throw ContentError("content of " + descriptor_.digest.str() + " is larger than the " +
                       std::to_string(descriptor_.size) + " bytes its descriptor says");
  }
  hasher_.update(into.first(count));
  position_ += count;
  if (position_ == descriptor_.size) {
    verify_end();
  } else if (count == 0) {
    throw ContentError("content of " + descriptor_.digest.str() + " ends after " + std::to_string(position_) + " of " +
                       std::to_string(descriptor_.size) + " bytes");
  }
  return count;
}

void VerifiedSource::verify_end() {
  std::array<std::byte, 1> extra{};
  if (raw_->read(extra) != 0) {
    throw ContentError("content of " + descriptor_.digest.str() + " is larger than the " +
                       std::to_string(descriptor_.size) + " bytes its descriptor says");
  }
  const Digest actual = hasher_.finish();
  if (actual != descriptor_.digest) {
    throw ContentError("content has digest " + actual.str() + ", not " + descriptor_.digest.str());
  }
  verified_ = true;
}

void VerifiedSource::rewind() {
  failed_ = true;
  raw_->rewind();
  failed_ = false;
  hasher_.finish();
  position_ = 0;
  verified_ = false;
}

std::size_t UnverifiedSource::read(std::span<std::byte> into) {
  if (size_ == limit_) {
    std::array<std::byte, 1> extra{};
    cut_ = cut_ || raw_->read(extra) != 0;
    return 0;
  }
  const std::size_t count = raw_->read(into.first(std::min<std::uint64_t>(into.size(), limit_ - size_)));
  hasher_.update(into.first(count));
  size_ += count;
  return count;
}

void UnverifiedSource::rewind() {
  raw_->rewind();
  hasher_.finish();
  size_ = 0;
  cut_ = false;
}

UnverifiedSource Store::open_as_it_is(const Descriptor& descriptor, NodeKind kind, std::uint64_t limit) {
  Unjudged unjudged = open_unjudged(descriptor, kind);
  return {std::move(unjudged.bytes), std::move(unjudged.media_type), descriptor.digest.algorithm(), limit};
}

VerifiedSource Store::open(const Descriptor& descriptor, NodeKind kind) {
  return {open_unverified(descriptor, kind), descriptor};
}

std::string Store::load(const Descriptor& descriptor, NodeKind kind, std::size_t limit) {
  if (descriptor.size > limit) {
    throw ContentError(descriptor.digest.str() + " is larger than the limit of " + std::to_string(limit) + " bytes");
  }
  VerifiedSource source = open(descriptor, kind);
  return read_all(source, limit);
}

void Ingest::write(ByteView bytes) {
  hasher_.update(bytes);
  size_ += bytes.size();
  store(bytes);
}

Descriptor Ingest::commit(std::string_view media_type) {
  Descriptor descriptor{.media_type = std::string(media_type), .digest = hasher_.finish(), .size = size_};
  publish(descriptor);
  return descriptor;
}

Descriptor LocalStore::add(std::string_view media_type, std::string_view bytes) {
  const std::unique_ptr<Ingest> blob = ingest();
  blob->write(as_bytes(bytes));
  return blob->commit(media_type);
}

bool WritableStore::replace_root(const Descriptor& root, std::string_view bytes, const RootName& name,
                                 const std::optional<Digest>& expected) {
  const std::optional<Descriptor> now = peek(name.ref_name);
  if ((now ? std::optional(now->digest) : std::nullopt) != expected) {
    return false;
  }
  put_root(root, bytes, std::span(&name, 1));
  return true;
}

}  // namespace wasm_oci
