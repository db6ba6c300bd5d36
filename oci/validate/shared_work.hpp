// Work that is done once, whoever asks for it and however many at the same time, as long as what came of it is kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <future>
#include <iterator>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace wasm_oci {

// `Key` is comparable. Values are immutable and shared; when those that are kept have cost more than `budget`, those
// are forgotten that nobody has asked for the longest.
template <typename Key, typename Value>
class SharedWork {
 public:
  using Shared = std::shared_ptr<const Value>;

  explicit SharedWork(std::size_t budget) : budget_(budget) {}

  // What `work` gives, or gave; `cost_of` says what it costs to keep. What does not `suffice` is worked for anew, and
  // forgotten. What `work` throws is thrown to all who wait, and not kept.
  Shared get(const Key& key, const std::function<Value()>& work,
             const std::function<std::size_t(const Value&)>& cost_of,
             const std::function<bool(const Value&)>& suffices = any_suffices) {
    std::promise<Shared> promise;
    std::uint64_t number = 0;
    while (true) {
      std::unique_lock lock(mutex_);
      const auto found = kept_.find(key);
      if (found == kept_.end()) {
        number = begin(key, promise.get_future().share());
        break;
      }
      touch(found->second);
      const std::uint64_t seen = found->second.number;
      const std::shared_future<Shared> result = found->second.result;
      lock.unlock();
      if (Shared value = result.get(); suffices(*value)) {
        return value;
      }
      lock.lock();
      forget(key, seen);
    }
    try {
      auto value = std::make_shared<const Value>(work());
      promise.set_value(value);
      spend(key, number, cost_of(*value));
      return value;
    } catch (...) {
      promise.set_exception(std::current_exception());
      const std::scoped_lock lock(mutex_);
      forget(key, number);
      throw;
    }
  }

 private:
  static bool any_suffices(const Value& /*value*/) { return true; }

  struct Kept {
    std::shared_future<Shared> result;
    std::uint64_t number;  // no other work has it
    std::size_t cost = 0;  // once it is done
    std::list<Key>::iterator use = {};
  };

  std::uint64_t begin(const Key& key, std::shared_future<Shared> result) {
    uses_.push_back(key);
    kept_.emplace(key, Kept{.result = std::move(result), .number = ++works_, .use = std::prev(uses_.end())});
    return works_;
  }

  void touch(const Kept& kept) { uses_.splice(uses_.end(), uses_, kept.use); }

  // Unless other work has taken its place.
  void forget(const Key& key, std::uint64_t number) {
    if (const auto found = kept_.find(key); found != kept_.end() && found->second.number == number) {
      spent_ -= found->second.cost;
      uses_.erase(found->second.use);
      kept_.erase(found);
    }
  }

  void spend(const Key& key, std::uint64_t number, std::size_t cost) {
    const std::scoped_lock lock(mutex_);
    if (cost > budget_) {
      forget(key, number);
    } else if (const auto found = kept_.find(key); found != kept_.end() && found->second.number == number) {
      found->second.cost = cost;
      spent_ += cost;
    }
    for (auto oldest = uses_.begin(); spent_ > budget_ && oldest != uses_.end();) {
      const auto kept = kept_.find(*oldest++);
      if (kept->second.cost > 0) {  // what is worked for is waited for
        forget(kept->first, kept->second.number);
      }
    }
  }

  std::size_t budget_;
  std::mutex mutex_;
  std::map<Key, Kept> kept_;
  std::list<Key> uses_;  // those that were asked for last at its end
  std::uint64_t works_ = 0;
  std::size_t spent_ = 0;
};

}  // namespace wasm_oci
