// Work on many things at once whose results are wanted in order, and few of them in memory.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

namespace wasm_oci::cli {

// Calls make(0) … make(count - 1) on up to `threads` threads, and take() with their results on this one, in order. Not
// more than four results a thread wait to be taken. What one of them throws is thrown here; the threads
// end with the object.
template <typename Result>
class OrderedWork {
 public:
  OrderedWork(std::size_t count, unsigned threads, std::function<Result(std::size_t)> make)
      : count_(count), window_(std::size_t{4} * threads), make_(std::move(make)) {
    for (unsigned i = 0; i < std::min<std::size_t>(threads, count); ++i) {
      workers_.emplace_back([this](const std::stop_token& stop) { work(stop); });
    }
  }

  void take_all(const std::function<void(Result)>& take) {
    for (std::size_t i = 0; i < count_; ++i) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return failure_ || made_.contains(taken_); });
      if (failure_) {
        std::rethrow_exception(failure_);
      }
      Result result = std::move(made_.extract(taken_).mapped());
      ++taken_;
      lock.unlock();
      changed_.notify_all();
      take(std::move(result));
    }
  }

 private:
  void work(const std::stop_token& stop) noexcept {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return begun_ == count_ || begun_ < taken_ + window_; }) &&
           begun_ < count_ && !stop.stop_requested()) {
      const std::size_t mine = begun_++;
      lock.unlock();
      std::optional<Result> result;
      std::exception_ptr failure;
      try {
        result.emplace(make_(mine));
      } catch (...) {
        failure = std::current_exception();
      }
      lock.lock();
      if (failure) {
        failure_ = failure_ ? failure_ : failure;
        begun_ = count_;
      } else {
        made_.emplace(mine, *std::move(result));
      }
      changed_.notify_all();
    }
  }

  std::size_t count_;
  std::size_t window_;
  std::function<Result(std::size_t)> make_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::size_t begun_ = 0;
  std::size_t taken_ = 0;
  std::map<std::size_t, Result> made_;
  std::exception_ptr failure_;
  std::vector<std::jthread> workers_;  // last: they end before anything that they use goes away
};

}  // namespace wasm_oci::cli
