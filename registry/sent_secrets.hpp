// The passwords and tokens that were sent to servers. A server may repeat them in what it says of a refusal, as
// debugging proxies do; they are struck out of its words before those become a message, which ends in somebody's log
// (T-20).
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace wasm_oci {

// All functions may be called by several threads.
class SentSecrets {
 public:
  // The value of an Authorization header: the token, or the password, alone and with the user's name.
  void add_authorization(std::string_view header);
  void add(std::string_view secret);

  // The text with "***" in the place of each of them: as it is, in base64 as Basic authentication sends it, and
  // percent-encoded.
  std::string strike_out(std::string text) const;

 private:
  struct LongestFirst {
    bool operator()(const std::string& left, const std::string& right) const {
      return left.size() != right.size() ? left.size() > right.size() : left < right;
    }
  };

  mutable std::mutex mutex_;
  std::set<std::string, LongestFirst> spellings_;  // so that none is struck out in part because it holds another
};

}  // namespace wasm_oci
