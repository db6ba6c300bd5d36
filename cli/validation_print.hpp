// The formats of `validate`.
#pragma once

#include "cli/context.hpp"
#include "cli/validation.hpp"

#include <memory>
#include <string_view>

namespace wasm_oci::cli {

class ValidationPrinter {
 public:
  ValidationPrinter() = default;
  ValidationPrinter(const ValidationPrinter&) = delete;
  ValidationPrinter& operator=(const ValidationPrinter&) = delete;
  virtual ~ValidationPrinter() = default;

  virtual void add(const LocationReport& report) = 0;
  // `is_whole`: whether all locations could be looked at. A document of which a part is missing is not printed.
  virtual void finish(bool is_whole) = 0;
};

// For people, and as commands that GitHub's runners understand: each location when it is there. With --quiet people are
// told findings from `threshold` on alone.
std::unique_ptr<ValidationPrinter> make_text_printer(const Context& context, Severity threshold);
std::unique_ptr<ValidationPrinter> make_github_printer(const Context& context);
// One document at the end.
std::unique_ptr<ValidationPrinter> make_json_printer(const Context& context);
std::unique_ptr<ValidationPrinter> make_sarif_printer(const Context& context);

}  // namespace wasm_oci::cli
