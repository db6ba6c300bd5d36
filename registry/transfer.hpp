// One request on its way: what the caller's thread and libcurl's thread share. The caller feeds the upload and drains
// the download; libcurl's callbacks only move bytes between its buffers and the two rings, and pause when a ring is
// empty or full. Every wait is the caller's, so it is the caller who sees that the other side has stalled, and time in
// which the caller does something else counts as nobody's stall.
#pragma once

#include "registry/byte_ring.hpp"
#include "registry/curl_handle.hpp"
#include "registry/http_client.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

namespace wasm_oci {

class Transfer {
 public:
  Transfer(const HttpRequest& request, const HttpClientOptions& options);

  // --- The caller's side. Waiting throws TransportError and CancelledError.

  // Free space for the next bytes of the request's body. Empty when no more are wanted: all were given, or the server
  // has answered with an error already.
  std::span<std::byte> wait_upload_room(const std::stop_token& stop);
  // Says that `count` bytes of that space are filled. True when libcurl waits for them.
  [[nodiscard]] bool commit_upload(std::size_t count);
  // Whether the server refused while libcurl waited for bytes: it must be told to go on, or it waits for ever.
  bool upload_refused() const;
  // Status and headers; the body is left empty.
  HttpResponse wait_head(const std::stop_token& stop);
  struct Piece {
    std::size_t count = 0;
    bool resume = false;  // libcurl waits for room
  };
  Piece read_body(std::span<std::byte> into, const std::stop_token& stop);
  // Nobody is interested any more. True when the transfer still runs.
  [[nodiscard]] bool abandon();

  // --- The side of libcurl's thread.

  CURL* handle() const { return handle_.get(); }
  bool abandoned() const;
  bool ended() const;
  // Goes on where libcurl paused and now has bytes or room.
  void resume();
  // Wakes the caller's side where something has changed. To be called when libcurl has nothing more to do for now: a
  // caller that is woken for each of its small pieces costs more than everything else.
  void announce();
  void finish(CURLcode code);
  // Ends it without libcurl's word.
  void fail();

 private:
  using Clock = std::chrono::steady_clock;

  void set_up(const HttpRequest& request, const HttpClientOptions& options);
  std::size_t on_header(std::string_view line);
  std::size_t on_body(ByteView bytes);
  std::size_t on_read(std::span<std::byte> into);
  static std::size_t header_callback(char* data, std::size_t size, std::size_t count, void* self) noexcept;
  static std::size_t write_callback(char* data, std::size_t size, std::size_t count, void* self) noexcept;
  static std::size_t read_callback(char* data, std::size_t size, std::size_t count, void* self) noexcept;
  static int seek_callback(void* self, curl_off_t offset, int origin) noexcept;

  void changed();
  // Wakes the caller's side when it is told to stop.
  using WakeOnStop = std::stop_callback<std::function<void()>>;
  WakeOnStop wake_on(const std::stop_token& stop);
  bool is_refused() const { return has_head_ && status_ >= 400; }
  bool upload_taken() const { return upload_taken_ == body_size_; }
  // Sleeps until something changes; throws when stopped, and when nothing has moved for too long.
  void wait(std::unique_lock<std::mutex>& lock, const std::stop_token& stop, Clock::time_point since);
  void throw_if_failed() const;

  const Origin origin_;
  const std::uint64_t body_size_;
  const std::chrono::milliseconds stall_timeout_;
  const std::chrono::milliseconds commit_timeout_;
  bool expects_continue_ = false;
  CurlHandle handle_;

  mutable std::mutex mutex_;
  std::condition_variable condition_;
  std::uint64_t changes_ = 0;
  bool announced_ = true;
  Clock::time_point last_activity_;
  std::unique_ptr<ByteRing> upload_;    // where there is a body
  std::unique_ptr<ByteRing> download_;  // from the first byte of the answer's
  std::uint64_t upload_given_ = 0;      // by the caller
  std::uint64_t upload_taken_ = 0;      // by libcurl
  bool send_paused_ = false;
  bool receive_paused_ = false;
  int status_ = 0;
  Headers headers_;
  std::size_t header_bytes_ = 0;
  bool has_head_ = false;
  bool ended_ = false;
  bool abandoned_ = false;
  std::optional<TransportError> error_;
};

}  // namespace wasm_oci
