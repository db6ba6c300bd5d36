// A password or token. It cannot be printed, formatted or concatenated by accident: whoever needs the text says
// reveal(), and those places are few enough to be looked at (T-20).
#pragma once

#include <iosfwd>
#include <string>
#include <utility>

namespace wasm_oci {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  const std::string& reveal() const { return text_; }
  bool empty() const { return text_.empty(); }

  bool operator==(const Secret&) const = default;
  friend std::ostream& operator<<(std::ostream& stream, const Secret& secret) = delete;

 private:
  std::string text_;
};

}  // namespace wasm_oci
