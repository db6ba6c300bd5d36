// What a command line said, in terms of the tables of the command that it named.
#pragma once

#include "cli/command.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci::cli {

// Asking for an option that the command does not declare, or for a value of a flag, is a mistake of the programmer:
// std::logic_error.
class Parsed {
 public:
  struct Entry {
    const Option* option;
    std::vector<std::string> values;  // one for each time it was given; empty strings for flags
  };

  Parsed(std::vector<Entry> entries, std::vector<std::string> arguments, std::string spelled);

  // Whether the option was given at all.
  bool given(std::string_view name) const;
  bool flag(std::string_view name) const;
  // How often a flag was given.
  std::size_t count(std::string_view name) const;
  // The value of an option that takes one.
  std::optional<std::string> value(std::string_view name) const;
  // The same as a whole number. Throws UsageError for anything else and outside [min, max].
  std::optional<std::uint64_t> number(std::string_view name, std::uint64_t min, std::uint64_t max) const;
  // All values of an option that takes many, a list, or an optional one (there "" stands for the option alone).
  const std::vector<std::string>& values(std::string_view name) const;

  const std::vector<std::string>& arguments() const { return arguments_; }
  // The command's name as it was typed: an alias may mean more than the name.
  const std::string& spelled() const { return spelled_; }

 private:
  const Entry& entry(std::string_view name) const;

  std::vector<Entry> entries_;
  std::vector<std::string> arguments_;
  std::string spelled_;
};

}  // namespace wasm_oci::cli
