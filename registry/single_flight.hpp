// Lets one thread do a piece of work that several want done, while the others wait.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>

namespace wasm_oci {

class SingleFlight {
 public:
  // Runs `work` unless work of this key was done before or is being done: then waits for it. Where that other work
  // fails, its error stays with its own thread and one of the waiting takes over. Throws what `work` throws, and
  // CancelledError.
  void run(const std::string& key, const std::stop_token& stop, const std::function<void()>& work);

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::set<std::string> running_;
  std::set<std::string> done_;
};

}  // namespace wasm_oci
