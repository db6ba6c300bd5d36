// Content-addressed stores. OCI content is a graph of descriptors; a store holds nodes of it by digest and gives names
// to roots. Everything the program does is to build a small graph in a store or to copy a graph from one store to
// another.
//
// Reading is pull, and verified here once so that no backend can forget it. Writing takes a VerifiedSource, so what was
// hashed while it was read is not hashed again; nothing is visible under its final name before its last byte was
// checked.
//
// All functions may be called from several threads at once.
#pragma once

#include "oci/descriptor.hpp"
#include "oci/manifest.hpp"
#include "oci/stream.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {

// A source that hands out its last byte only after size and digest turned out to be what the descriptor says; otherwise
// read() throws ContentError.
class VerifiedSource final : public Source {
 public:
  VerifiedSource(std::unique_ptr<Source> raw, Descriptor descriptor);

  std::size_t read(std::span<std::byte> into) override;
  void rewind() override;
  const Descriptor& descriptor() const { return descriptor_; }

  // Has `watch` called with the number of bytes read so far after each read; what it throws, read() throws.
  void watch(std::function<void(std::uint64_t position)> watch) { watch_ = std::move(watch); }
  // Whether the last call failed: tells a reader's error from its own.
  bool failed() const { return failed_; }

 private:
  std::size_t read_verified(std::span<std::byte> into);
  void verify_end();

  std::unique_ptr<Source> raw_;
  Descriptor descriptor_;
  Hasher hasher_;
  std::uint64_t position_ = 0;
  bool verified_ = false;
  bool failed_ = false;
  std::function<void(std::uint64_t)> watch_;
};

// Content as it is, for those who report what is wrong with it: hashed and counted on the way, and not verified. Ends
// after `limit` bytes, however much there is.
class UnverifiedSource final : public Source {
 public:
  UnverifiedSource(std::unique_ptr<Source> raw, std::string media_type, DigestAlgorithm algorithm, std::uint64_t limit)
      : raw_(std::move(raw)), media_type_(std::move(media_type)), hasher_(algorithm), limit_(limit) {}

  std::size_t read(std::span<std::byte> into) override;
  void rewind() override;

  // What the store calls it; empty where it does not say, as all but registries.
  const std::string& media_type() const { return media_type_; }
  // How much was read so far, in bytes.
  std::uint64_t size() const { return size_; }
  // After the end: whether there was more than the limit.
  bool cut() const { return cut_; }
  // After the end, once: of what was read.
  Digest digest() { return hasher_.finish(); }

 private:
  std::unique_ptr<Source> raw_;
  std::string media_type_;
  Hasher hasher_;
  std::uint64_t limit_;
  std::uint64_t size_ = 0;
  bool cut_ = false;
};

// What a root is called in a store. In a layout `ref_name` becomes org.opencontainers.image.ref.name and `image_name`,
// unless empty, io.containerd.image.name; in a docker archive RepoTags is `image_name`, else `ref_name`; in a registry
// `ref_name` is the tag.
struct RootName {
  std::string ref_name;
  std::string image_name = {};

  bool operator==(const RootName&) const = default;
};

// More than this refers to no manifest, in number and in bytes: of the lists that say so, or of the manifests
// themselves (T-08, T-31).
inline constexpr std::size_t kMaxReferrers = kMaxDescriptors;
inline constexpr std::size_t kMaxReferrersSize = 64 * 1024 * 1024;

class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  // Opens content for reading. Throws NotFoundError where the store does not hold it; a layout or archive that lacks a
  // blob is broken: ContentError.
  VerifiedSource open(const Descriptor& descriptor, NodeKind kind);
  // The same, as it is: at most `limit` bytes of it.
  UnverifiedSource open_as_it_is(const Descriptor& descriptor, NodeKind kind, std::uint64_t limit);
  // The whole content of a manifest or config. Throws ContentError above `limit` bytes.
  std::string load(const Descriptor& descriptor, NodeKind kind, std::size_t limit = kMaxManifestSize);

  // What `name` names; a digest ("sha256:…") names the manifest that has it. The digest is computed from bytes in hand.
  virtual std::optional<Descriptor> resolve(const std::string& name) = 0;
  // The same as a hint: a registry may answer from a HEAD request, whose digest nothing proves.
  virtual std::optional<Descriptor> peek(const std::string& name) { return resolve(name); }

  // The same as resolve(), for those who report what is wrong: also of what is no manifest as it should be.
  virtual std::optional<Descriptor> resolve_as_it_is(const std::string& name) { return resolve(name); }

  // The manifests whose `subject` this is, each once and in the store's order, with the artifactType (else the config's
  // media type) and the annotations that the manifest has, or a registry says it has. Throws ContentError for a list
  // that is wrong, and beyond the bounds above. What a registry lists is not proven until it is loaded.
  virtual std::vector<Descriptor> referrers(const Digest& /*subject*/) { return {}; }

 protected:
  // Content, and what the store calls it, as UnverifiedSource::media_type().
  struct Unjudged {
    std::unique_ptr<Source> bytes;
    std::string media_type = {};
  };

  virtual std::unique_ptr<Source> open_unverified(const Descriptor& descriptor, NodeKind kind) = 0;
  // For open_as_it_is(): what a store would refuse of itself is given all the same.
  virtual Unjudged open_unjudged(const Descriptor& descriptor, NodeKind kind) {
    return {.bytes = open_unverified(descriptor, kind)};
  }
};

class WritableStore : public Store {
 public:
  // Whether the store holds this content, complete: a blob of another size counts as absent.
  virtual bool contains(const Descriptor& descriptor, NodeKind kind) = 0;
  // Stores content. Success where it is there already. May rewind `source` and read again.
  virtual void put(const Descriptor& descriptor, NodeKind kind, VerifiedSource& source) = 0;
  // Takes a blob over from `from` without moving its bytes; false where that cannot be done.
  virtual bool mount(const Descriptor& /*descriptor*/, Store& /*from*/) { return false; }
  // Stores the root manifest, whose bytes are `bytes`, and makes `names` name it, in one step where the store can. All
  // that it needs is in the store already. Without names it is reachable by its digest.
  virtual void put_root(const Descriptor& root, std::string_view bytes, std::span<const RootName> names) = 0;
  // The same for one name, where that names `expected` still (nullopt: nothing); false, and nothing was written, where
  // it names something else by now. A layout looks and writes in one step; a registry can only look just before it
  // writes.
  virtual bool replace_root(const Descriptor& root, std::string_view bytes, const RootName& name,
                            const std::optional<Digest>& expected);
  // Ends writing. An archive is visible only after this; without it nothing is left of it.
  virtual void finish() {}
  // How many put() calls at once make sense; 1 where the order of calls decides the bytes (an archive).
  virtual unsigned max_parallel() const { return 64; }
};

// Content whose digest is known only at its end. Without commit() nothing of it stays.
class Ingest : public Sink {
 public:
  explicit Ingest(DigestAlgorithm algorithm = DigestAlgorithm::sha256) : hasher_(algorithm) {}

  // Hashes on the way.
  void write(ByteView bytes) final;
  // Makes the content visible as a blob and describes it.
  Descriptor commit(std::string_view media_type);

 protected:
  virtual void store(ByteView bytes) = 0;
  virtual void publish(const Descriptor& descriptor) = 0;

 private:
  Hasher hasher_;
  std::uint64_t size_ = 0;
};

// A store on this machine, in which graphs are built.
class LocalStore : public WritableStore {
 public:
  virtual std::unique_ptr<Ingest> ingest() = 0;
  // Stores a small document as a blob or manifest node and describes it.
  Descriptor add(std::string_view media_type, std::string_view bytes);
};

}  // namespace wasm_oci
