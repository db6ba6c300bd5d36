// What is read from files is stopped between two reads: hashing and unpacking ask for nothing else on their way.
#pragma once

#include "oci/error.hpp"
#include "oci/stream.hpp"

#include <memory>
#include <stop_token>
#include <utility>

namespace wasm_oci {

inline void throw_if_stopped(const std::stop_token& stop) {
  if (stop.stop_requested()) {
    throw CancelledError("stopped");
  }
}

// The same bytes; read() throws CancelledError once `stop` is requested.
class StoppableSource final : public Source {
 public:
  StoppableSource(std::unique_ptr<Source> source, std::stop_token stop)
      : source_(std::move(source)), stop_(std::move(stop)) {}

  std::size_t read(std::span<std::byte> into) override {
    throw_if_stopped(stop_);
    return source_->read(into);
  }
  void rewind() override { source_->rewind(); }

 private:
  std::unique_ptr<Source> source_;
  std::stop_token stop_;
};

}  // namespace wasm_oci
