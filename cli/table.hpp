// Text in columns, as docker prints lists.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace wasm_oci::cli {

class Table {
 public:
  explicit Table(std::vector<std::string> head) { rows_.push_back(std::move(head)); }

  // As many cells as the head has. They are escaped.
  void add(const std::vector<std::string>& cells);
  // Each row a line, `indent` blanks from the left; columns are three blanks apart.
  std::string text(std::size_t indent = 0) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace wasm_oci::cli
