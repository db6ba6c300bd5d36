// How long work tells what it does. The implementations that people see are in cli/; the library only reports.
#pragma once

#include "oci/descriptor.hpp"

#include <cstdint>
#include <string_view>

namespace wasm_oci {

enum class TransferOutcome { copied, exists, mounted, failed };

// Called from several threads at once. No function throws.
class Progress {
 public:
  Progress() = default;
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  virtual ~Progress() = default;

  // Content begins to move.
  virtual void start(const Descriptor& descriptor) noexcept = 0;
  // `position` of its bytes have moved; less than before when a retry starts over.
  virtual void advance(const Descriptor& descriptor, std::uint64_t position) noexcept = 0;
  virtual void finish(const Descriptor& descriptor, TransferOutcome outcome) noexcept = 0;
  // A line for people: a retry, a wait, a surprise.
  virtual void note(std::string_view text) noexcept = 0;
};

// Reports to nobody.
class NoProgress final : public Progress {
 public:
  void start(const Descriptor& /*descriptor*/) noexcept override {}
  void advance(const Descriptor& /*descriptor*/, std::uint64_t /*position*/) noexcept override {}
  void finish(const Descriptor& /*descriptor*/, TransferOutcome /*outcome*/) noexcept override {}
  void note(std::string_view /*text*/) noexcept override {}
};

}  // namespace wasm_oci
