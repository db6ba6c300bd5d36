// Four phases: walk the manifests, move the blobs, put the child manifests before those that name them, put the root.
//
// Walking everything before anything moves costs one manifest's round trip a level and buys much: each blob is moved
// once however often it is named, all blobs share one limit of parallelism, and a broken graph leaves no rubbish
// behind.
#include "oci/store/copy_graph.hpp"

#include "oci/error.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace wasm_oci {
namespace {

// T-31: no real graph comes near these.
constexpr unsigned kMaxDepth = 16;
constexpr std::size_t kMaxNodes = 10'000;
constexpr std::size_t kMaxManifestBytes = 64 * 1024 * 1024;

enum class NodeState { unknown, present, missing, loaded };

struct Node {
  Descriptor descriptor;
  Store* from;
  NodeState state = NodeState::unknown;
  std::string bytes = {};
  std::vector<Edge> edges = {};
  std::vector<std::size_t> children = {};  // child manifests, as positions in the list of nodes
};

struct Blob {
  Descriptor descriptor;
  Store* from;
};

void throw_if_stopped(const std::stop_token& stop) {
  if (stop.stop_requested()) {
    throw CancelledError("stopped");
  }
}

// Runs `work` and says in its errors on which side they occurred.
template <typename Work>
auto on_side(std::string_view side, Work&& work) {
  try {
    return std::forward<Work>(work)();
  } catch (Error& error) {
    if (error.kind() != ErrorKind::cancelled) {
      error.add_context(side);
    }
    throw;
  }
}

constexpr std::string_view kSource = "source";
constexpr std::string_view kDestination = "destination";

// Calls `work` with 0 … count-1, in that order where `threads` is 1. After the first error nothing new is begun, what
// runs is stopped, and that error is thrown.
void for_each_parallel(std::size_t count, unsigned threads, const std::stop_token& stop,
                       const std::function<void(std::size_t, const std::stop_token&)>& work) {
  std::stop_source local;
  const std::stop_callback forward(stop, [&local] { local.request_stop(); });
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr first_error;
  const auto run = [&] {
    for (std::size_t item = next++; item < count; item = next++) {
      try {
        throw_if_stopped(local.get_token());
        work(item, local.get_token());
      } catch (...) {
        const std::scoped_lock lock(mutex);
        if (!first_error) {
          first_error = std::current_exception();
        }
        local.request_stop();
        return;
      }
    }
  };
  {
    std::vector<std::jthread> helpers;
    for (std::size_t helper = 1; helper < std::min<std::size_t>(threads, count); ++helper) {
      helpers.emplace_back(run);
    }
    run();
  }
  if (first_error) {
    std::rethrow_exception(first_error);
  }
}

class GraphCopy {
 public:
  GraphCopy(Store& from, WritableStore& to, const CopyOptions& options)
      : from_(from),
        to_(to),
        options_(options),
        threads_(std::max(1U, std::min(options.jobs, to.max_parallel()))),
        progress_(options.progress == nullptr ? quiet_ : *options.progress) {}

  void copy_below(const Descriptor& root) {
    throw_if_stopped(options_.stop);
    walk(root);
    for_each_parallel(blobs_.size(), threads_, options_.stop,
                      [this](std::size_t item, const std::stop_token& stop) { copy_blob(blobs_[item], stop); });
    put_children();
  }

  // After copy_below().
  void put_root(std::span<const RootName> names) {
    throw_if_stopped(options_.stop);
    Node& root = nodes_.front();
    if (root.state == NodeState::present) {
      root.bytes = on_side(kSource, [&] { return bytes_of(root); });
    }
    on_side(kDestination, [&] { to_.put_root(root.descriptor, root.bytes, names); });
  }

  CopyReport report() && { return std::move(report_); }

 private:
  void walk(const Descriptor& root) {
    nodes_.push_back({.descriptor = root, .from = &from_});
    positions_.emplace(root.digest, 0);
    std::size_t done = 0;
    for (unsigned depth = 0; done < nodes_.size(); ++depth) {
      if (depth > kMaxDepth) {
        throw ContentError(root_digest() + ": indexes are nested more than " + std::to_string(kMaxDepth) + " deep");
      }
      const std::size_t level_end = nodes_.size();
      for_each_parallel(level_end - done, std::max(1U, options_.jobs), options_.stop,
                        [this, done](std::size_t item, const std::stop_token&) { load(nodes_[done + item]); });
      for (; done < level_end; ++done) {
        take_edges(done);
      }
    }
  }

  void load(Node& node) {
    if (is_there(node)) {
      node.state = NodeState::present;
      return;
    }
    on_side(kSource, [&] {
      try {
        node.bytes = bytes_of(node);
      } catch (NotFoundError& error) {
        // Only entries of an index may be missing, and every manifest but the root is one.
        if (&node == &nodes_.front()) {
          throw;
        }
        if (options_.missing_child == MissingChild::refuse) {
          error.suggest("the index names content that the source does not hold");
          throw;
        }
        node.state = NodeState::missing;
        return;
      }
      node.edges = required_children(node.descriptor, node.bytes);
      node.state = NodeState::loaded;
    });
  }

  bool is_there(const Node& node) {
    const bool is_new = &node == &nodes_.front() && !options_.children.empty();
    return node.from == nullptr ||
           (!is_new && on_side(kDestination, [&] { return to_.contains(node.descriptor, NodeKind::manifest); }));
  }

  std::string bytes_of(const Node& node) {
    const auto in_hand = options_.in_hand.find(node.descriptor.digest);
    return in_hand != options_.in_hand.end() ? in_hand->second : node.from->load(node.descriptor, NodeKind::manifest);
  }

  void take_edges(std::size_t position) {
    if (nodes_[position].state == NodeState::missing) {
      report_.missing.push_back(nodes_[position].descriptor);
    }
    Store* const from = nodes_[position].from;
    for (Edge& edge : std::exchange(nodes_[position].edges, {})) {
      if (edge.kind == NodeKind::blob) {
        add_blob({.descriptor = std::move(edge.target), .from = from});
      } else {
        Store* const where = position == 0 ? source_of(edge.target) : from;
        const std::size_t child = add_manifest(std::move(edge.target), where);  // may move the list of nodes
        nodes_[position].children.push_back(child);
      }
    }
    if (nodes_.size() + blobs_.size() > kMaxNodes) {
      throw ContentError(root_digest() + ": the image has more than " + std::to_string(kMaxNodes) + " parts");
    }
  }

  Store* source_of(const Descriptor& child) const {
    const auto other = options_.children.find(child.digest);
    return other == options_.children.end() ? &from_ : other->second;
  }

  std::size_t add_manifest(Descriptor manifest, Store* from) {
    const auto [known, added] = positions_.try_emplace(manifest.digest, nodes_.size());
    if (!added) {
      check_size(manifest, nodes_[known->second].descriptor.size);
      return known->second;
    }
    if (manifest.size > kMaxManifestBytes - manifest_bytes_) {
      throw ContentError(root_digest() + ": the image has more than " + std::to_string(kMaxManifestBytes) +
                         " bytes of manifests");
    }
    manifest_bytes_ += manifest.size;
    nodes_.push_back({.descriptor = std::move(manifest), .from = from});
    return known->second;
  }

  void add_blob(Blob blob) {
    const auto [known, added] = blob_sizes_.try_emplace(blob.descriptor.digest, blob.descriptor.size);
    if (!added) {
      check_size(blob.descriptor, known->second);
      return;
    }
    blobs_.push_back(std::move(blob));
  }

  static void check_size(const Descriptor& again, std::uint64_t size) {
    if (again.size != size) {
      throw ContentError(again.digest.str() + " is named with two sizes, " + std::to_string(size) + " and " +
                         std::to_string(again.size));
    }
  }

  std::string root_digest() const { return nodes_.front().descriptor.digest.str(); }

  void copy_blob(const Blob& work, const std::stop_token& stop) {
    const Descriptor& blob = work.descriptor;
    if (on_side(kDestination, [&] { return to_.contains(blob, NodeKind::blob); })) {
      progress_.finish(blob, TransferOutcome::exists);
      return;
    }
    if (on_side(kDestination, [&] { return to_.mount(blob, *work.from); })) {
      progress_.finish(blob, TransferOutcome::mounted);
      return;
    }
    progress_.start(blob);
    try {
      VerifiedSource source = on_side(kSource, [&] { return work.from->open(blob, NodeKind::blob); });
      source.watch([&](std::uint64_t position) {
        throw_if_stopped(stop);
        progress_.advance(blob, position);
      });
      put(blob, NodeKind::blob, source);
    } catch (...) {
      progress_.finish(blob, TransferOutcome::failed);
      throw;
    }
    progress_.finish(blob, TransferOutcome::copied);
  }

  void put(const Descriptor& descriptor, NodeKind kind, VerifiedSource& source) {
    try {
      to_.put(descriptor, kind, source);
    } catch (Error& error) {
      if (error.kind() != ErrorKind::cancelled) {
        error.add_context(source.failed() ? kSource : kDestination);
      }
      throw;
    }
  }

  // In waves: each holds the manifests whose children are all there.
  void put_children() {
    std::vector<std::size_t> pending(nodes_.size());
    std::vector<std::vector<std::size_t>> parents(nodes_.size());
    for (std::size_t node = 0; node < nodes_.size(); ++node) {
      pending[node] = nodes_[node].children.size();
      for (const std::size_t child : nodes_[node].children) {
        parents[child].push_back(node);
      }
    }
    std::vector<std::size_t> wave;
    for (std::size_t node = 0; node < nodes_.size(); ++node) {
      if (pending[node] == 0) {
        wave.push_back(node);
      }
    }
    while (!wave.empty()) {
      for_each_parallel(wave.size(), threads_, options_.stop,
                        [&](std::size_t item, const std::stop_token&) { put_child(wave[item]); });
      std::vector<std::size_t> next;
      for (const std::size_t node : wave) {
        for (const std::size_t parent : parents[node]) {
          if (--pending[parent] == 0) {
            next.push_back(parent);
          }
        }
      }
      wave = std::move(next);
    }
  }

  void put_child(std::size_t position) {
    Node& node = nodes_[position];
    if (position == 0 || node.state != NodeState::loaded) {
      return;
    }
    VerifiedSource source(std::make_unique<StringSource>(std::move(node.bytes)), node.descriptor);
    put(node.descriptor, NodeKind::manifest, source);
  }

  Store& from_;
  WritableStore& to_;
  const CopyOptions& options_;
  unsigned threads_;
  NoProgress quiet_;
  Progress& progress_;

  std::vector<Node> nodes_;  // the root first
  std::map<Digest, std::size_t> positions_;
  std::vector<Blob> blobs_;  // in document order
  std::map<Digest, std::uint64_t> blob_sizes_;
  std::uint64_t manifest_bytes_ = 0;
  CopyReport report_;
};

}  // namespace

CopyReport copy_graph(Store& from, const Descriptor& root, WritableStore& to, std::span<const RootName> names,
                      const CopyOptions& options) {
  GraphCopy copy(from, to, options);
  copy.copy_below(root);
  copy.put_root(names);
  return std::move(copy).report();
}

CopyReport copy_below(Store& from, const Descriptor& root, WritableStore& to, const CopyOptions& options) {
  GraphCopy copy(from, to, options);
  copy.copy_below(root);
  return std::move(copy).report();
}

}  // namespace wasm_oci
