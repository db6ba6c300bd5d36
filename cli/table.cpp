#include "cli/table.hpp"

#include "oci/text.hpp"

#include <algorithm>

namespace wasm_oci::cli {

void Table::add(const std::vector<std::string>& cells) {
  std::vector<std::string>& row = rows_.emplace_back();
  for (const std::string& cell : cells) {
    row.push_back(escape_for_terminal(cell));
  }
}

std::string Table::text(std::size_t indent) const {
  constexpr std::size_t kGap = 3;
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      widths[column] = std::max(widths[column], row[column].size());
    }
  }
  std::string text;
  for (const auto& row : rows_) {
    text.append(indent, ' ');
    for (std::size_t column = 0; column < row.size(); ++column) {
      text += row[column];
      if (column + 1 < row.size()) {
        text.append(widths[column] - row[column].size() + kGap, ' ');
      }
    }
    text += '\n';
  }
  return text;
}

}  // namespace wasm_oci::cli
