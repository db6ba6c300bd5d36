#include "registry/single_flight.hpp"

#include "oci/error.hpp"

namespace wasm_oci {

void SingleFlight::run(const std::string& key, const std::stop_token& stop, const std::function<void()>& work) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait(lock, stop, [&] { return !running_.contains(key); })) {
    throw CancelledError("stopped");
  }
  if (done_.contains(key)) {
    return;
  }
  running_.insert(key);
  lock.unlock();
  const auto land = [&](bool success) {
    lock.lock();
    running_.erase(key);
    if (success) {
      done_.insert(key);
    }
    changed_.notify_all();
  };
  try {
    work();
  } catch (...) {
    land(false);
    throw;
  }
  land(true);
}

}  // namespace wasm_oci
