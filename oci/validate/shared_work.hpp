// Work that is done once, whoever asks for it and however many at the same time, as long as what came of it is kept.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace wasm_oci {

// `Key` is comparable. Values are immutable and shared; when those that are kept have cost more than `budget`, all are
// forgotten.
template <typename Key, typename Value>
class SharedWork {
 public:
  using Shared = std::shared_ptr<const Value>;

  explicit SharedWork(std::size_t budget) : budget_(budget) {}

  // What `work` gives, or gave; `cost_of` says what it costs to keep. What `work` throws is thrown to all who wait, and
  // not kept.
  Shared get(const Key& key, const std::function<Value()>& work,
             const std::function<std::size_t(const Value&)>& cost_of) {
    std::promise<Shared> promise;
    {
      std::unique_lock lock(mutex_);
      if (const auto found = kept_.find(key); found != kept_.end()) {
        const std::shared_future<Shared> result = found->second;
        lock.unlock();
        return result.get();
      }
      kept_.emplace(key, promise.get_future().share());
    }
    try {
      auto value = std::make_shared<const Value>(work());
      promise.set_value(value);
      spend(cost_of(*value));
      return value;
    } catch (...) {
      promise.set_exception(std::current_exception());
      const std::scoped_lock lock(mutex_);
      kept_.erase(key);
      throw;
    }
  }

 private:
  void spend(std::size_t cost) {
    const std::scoped_lock lock(mutex_);
    spent_ += cost;
    if (spent_ > budget_) {
      kept_.clear();
      spent_ = 0;
    }
  }

  std::size_t budget_;
  std::mutex mutex_;
  std::map<Key, std::shared_future<Shared>> kept_;
  std::size_t spent_ = 0;
};

}  // namespace wasm_oci
