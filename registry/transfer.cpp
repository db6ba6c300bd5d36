#include "registry/transfer.hpp"

#include "registry/tls_trust.hpp"
#include "registry/transport_error.hpp"

#include <algorithm>
#include <charconv>

namespace wasm_oci {
namespace {

constexpr std::size_t kRingSize = 1024UL * 1024;
constexpr std::size_t kMaxHeaderBytes = 256UL * 1024;
// Below this, asking "may I?" first costs more than sending a body in vain; servers that never answer the question cost
// a second.
constexpr std::uint64_t kExpectContinueFrom = 64UL * 1024 * 1024;

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

int parse_status(std::string_view line) {
  const std::string_view code = line.substr(std::min(line.find(' '), line.size() - 1) + 1);
  int status = 0;
  std::from_chars(code.data(), code.data() + code.size(), status);
  return status;
}

void add_header(CurlHandle& handle, const std::string& name, const std::string& value) {
  const auto is_control = [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; };
  if (name.empty() || std::ranges::any_of(name, [&](char c) { return is_control(c) || c == ':' || c == ' '; }) ||
      std::ranges::any_of(value, is_control)) {
    throw UsageError("the header " + name + " holds characters that no header may hold");
  }
  handle.add_header(value.empty() ? name + ";" : name + ": " + value);
}

}  // namespace

Transfer::Transfer(const HttpRequest& request, const HttpClientOptions& options)
    : origin_(request.url.origin()),
      body_size_(request.body == nullptr ? 0 : request.body_size),
      stall_timeout_(options.stall_timeout),
      commit_timeout_(std::max(options.commit_timeout, options.stall_timeout)),
      last_activity_(Clock::now()) {
  set_up(request, options);
}

void Transfer::set_up(const HttpRequest& request, const HttpClientOptions& options) {
  handle_.set(CURLOPT_URL, request.url.str());
  handle_.set(CURLOPT_PATH_AS_IS, 1L);
  handle_.set(CURLOPT_PROTOCOLS_STR, "http,https");
  handle_.set(CURLOPT_FOLLOWLOCATION, 0L);
  handle_.set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  handle_.set(CURLOPT_NOSIGNAL, 1L);
  handle_.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  handle_.set(CURLOPT_TCP_KEEPALIVE, 1L);
  handle_.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
  handle_.set(CURLOPT_BUFFERSIZE, 128L * 1024);
  handle_.set(CURLOPT_UPLOAD_BUFFERSIZE, 512L * 1024);
  handle_.set(CURLOPT_HTTP_VERSION, static_cast<long>(options.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  handle_.set(CURLOPT_PIPEWAIT, options.http2 ? 1L : 0L);
  if (is_loopback_host(origin_.host)) {
    handle_.set(CURLOPT_NOPROXY, "*");  // as programs in Go do: a proxy elsewhere has its own idea of localhost
  }
  if (origin_.scheme == "https") {
    apply_tls(handle_, options.roots.value_or(TrustRoots{}), request.tls);
  }

  if (request.method == "HEAD") {
    handle_.set(CURLOPT_NOBODY, 1L);
  } else if (request.method == "GET") {
    handle_.set(CURLOPT_HTTPGET, 1L);
  } else {
    if (request.method != "DELETE" || body_size_ > 0) {
      handle_.set(CURLOPT_UPLOAD, 1L);  // with a Content-Length even where there is no body, as uploads need it
      handle_.set_size(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(body_size_));
    }
    handle_.set(CURLOPT_CUSTOMREQUEST, request.method);
  }
  if (body_size_ > 0) {
    upload_ = std::make_unique<ByteRing>(kRingSize);
  }
  for (const auto& [name, value] : request.headers.fields()) {
    add_header(handle_, name, value);
  }
  expects_continue_ = body_size_ >= kExpectContinueFrom;
  if (!expects_continue_) {
    handle_.add_header("Expect:");
  }
  handle_.use_headers();

  handle_.set_function(CURLOPT_HEADERFUNCTION, &Transfer::header_callback);
  handle_.set_pointer(CURLOPT_HEADERDATA, this);
  handle_.set_function(CURLOPT_WRITEFUNCTION, &Transfer::write_callback);
  handle_.set_pointer(CURLOPT_WRITEDATA, this);
  handle_.set_function(CURLOPT_READFUNCTION, &Transfer::read_callback);
  handle_.set_pointer(CURLOPT_READDATA, this);
  handle_.set_function(CURLOPT_SEEKFUNCTION, &Transfer::seek_callback);
  handle_.set_pointer(CURLOPT_SEEKDATA, this);
}

// --- The caller's side

std::span<std::byte> Transfer::wait_upload_room(const std::stop_token& stop) {
  const auto wake = wake_on(stop);
  std::unique_lock lock(mutex_);
  const auto since = Clock::now();
  while (true) {
    throw_if_failed();
    if (ended_ || upload_given_ == body_size_ || is_refused()) {
      return {};
    }
    const std::span<std::byte> span = upload_->writable();
    // A span worth a read of its own: not a few bytes each time libcurl took a few.
    if (span.size() >= kRingSize / 4 || (upload_->room() >= kRingSize / 4 && !span.empty())) {
      return span.first(std::min<std::uint64_t>({span.size(), kChunkSize, body_size_ - upload_given_}));
    }
    wait(lock, stop, since);
  }
}

bool Transfer::upload_refused() const {
  const std::scoped_lock lock(mutex_);
  return is_refused() && send_paused_;
}

bool Transfer::commit_upload(std::size_t count) {
  const std::scoped_lock lock(mutex_);
  upload_->commit(count);
  upload_given_ += count;
  return send_paused_;
}

HttpResponse Transfer::wait_head(const std::stop_token& stop) {
  const auto wake = wake_on(stop);
  std::unique_lock lock(mutex_);
  const auto since = Clock::now();
  while (!has_head_) {
    throw_if_failed();
    if (ended_) {
      throw TransportError(TransportFailure::broken, peer_name(origin_) + " closed the connection without an answer");
    }
    wait(lock, stop, since);
  }
  return {.status = status_, .headers = headers_};
}

Transfer::Piece Transfer::read_body(std::span<std::byte> into, const std::stop_token& stop) {
  const auto wake = wake_on(stop);
  std::unique_lock lock(mutex_);
  const auto since = Clock::now();
  while (true) {
    if (stop.stop_requested()) {
      throw CancelledError("stopped");
    }
    if (download_ && download_->size() > 0) {
      const std::size_t count = download_->pop(into);
      return {.count = count, .resume = receive_paused_ && download_->room() >= kRingSize / 2};
    }
    throw_if_failed();
    if (ended_) {
      return {};
    }
    wait(lock, stop, since);
  }
}

bool Transfer::abandon() {
  const std::scoped_lock lock(mutex_);
  abandoned_ = true;
  return !ended_;
}

void Transfer::wait(std::unique_lock<std::mutex>& lock, const std::stop_token& stop, Clock::time_point since) {
  const bool committing = body_size_ > 0 && upload_taken() && !has_head_;
  const auto limit = committing ? commit_timeout_ : stall_timeout_;
  const auto deadline = std::max(since, last_activity_) + limit;
  // A stop from before this is a change that nobody will tell again.
  condition_.wait_until(lock, deadline, [&, seen = changes_] { return changes_ != seen || stop.stop_requested(); });
  if (stop.stop_requested()) {
    throw CancelledError("stopped");
  }
  if (Clock::now() >= std::max(since, last_activity_) + limit && !ended_) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(limit).count();
    throw TransportError(TransportFailure::stalled,
                         peer_name(origin_) + " has not sent or taken a byte for " + std::to_string(seconds) + " s");
  }
}

void Transfer::throw_if_failed() const {
  if (error_) {
    throw TransportError(*error_);
  }
}

void Transfer::changed() {
  last_activity_ = Clock::now();
  ++changes_;
  announced_ = false;
}

// To be held from before the lock is taken until it is released: it takes the lock itself, and its destructor waits
// for it.
Transfer::WakeOnStop Transfer::wake_on(const std::stop_token& stop) {
  return WakeOnStop(stop, [this] {
    {
      const std::scoped_lock lock(mutex_);
      ++changes_;
    }
    condition_.notify_all();
  });
}

// --- The side of libcurl's thread

bool Transfer::abandoned() const {
  const std::scoped_lock lock(mutex_);
  return abandoned_;
}

bool Transfer::ended() const {
  const std::scoped_lock lock(mutex_);
  return ended_;
}

void Transfer::resume() {
  int still_paused = CURLPAUSE_CONT;
  {
    const std::scoped_lock lock(mutex_);
    if (ended_ || (!send_paused_ && !receive_paused_)) {
      return;
    }
    send_paused_ = send_paused_ && upload_->size() == 0 && !is_refused();
    receive_paused_ = receive_paused_ && download_->room() < kRingSize / 2;
    still_paused = (send_paused_ ? CURLPAUSE_SEND : 0) | (receive_paused_ ? CURLPAUSE_RECV : 0);
  }
  // Outside the lock: libcurl calls back from here.
  libcurl().easy_pause(handle(), still_paused);
}

void Transfer::announce() {
  {
    const std::scoped_lock lock(mutex_);
    if (std::exchange(announced_, true)) {
      return;
    }
  }
  condition_.notify_all();
}

void Transfer::finish(CURLcode code) {
  long os_error = 0;
  libcurl().easy_getinfo(handle(), CURLINFO_OS_ERRNO, &os_error);
  {
    const std::scoped_lock lock(mutex_);
    if (code != CURLE_OK) {
      error_ = transport_error(code, handle_.detail(), os_error, origin_);
    }
    ended_ = true;
    changed();
  }
  announce();
}

void Transfer::fail() {
  {
    const std::scoped_lock lock(mutex_);
    if (!ended_) {
      error_ = TransportError(TransportFailure::broken, "the transfer was given up");
      ended_ = true;
      changed();
    }
  }
  announce();
}

std::size_t Transfer::on_header(std::string_view line) {
  const std::scoped_lock lock(mutex_);
  if (has_head_) {
    return line.size();  // trailers
  }
  header_bytes_ += line.size();
  if (header_bytes_ > kMaxHeaderBytes) {
    return 0;
  }
  const std::size_t length = line.size();
  while (line.ends_with('\n') || line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  if (line.starts_with("HTTP/")) {
    status_ = parse_status(line);
    headers_ = {};
  } else if (line.empty()) {
    // 417 to "Expect: 100-continue": libcurl asks again without it.
    const bool asked_again = status_ == 417 && std::exchange(expects_continue_, false);
    has_head_ = status_ >= 200 && !asked_again;
    changed();
  } else if (const std::size_t colon = line.find(':'); colon != std::string_view::npos && colon > 0) {
    headers_.add(std::string(line.substr(0, colon)), std::string(trim(line.substr(colon + 1))));
  }
  return length;
}

std::size_t Transfer::on_body(ByteView bytes) {
  const std::scoped_lock lock(mutex_);
  if (abandoned_) {
    return 0;
  }
  if (!has_head_) {
    return bytes.size();  // of a 417 that is asked again
  }
  if (!download_) {
    download_ = std::make_unique<ByteRing>(kRingSize);
  }
  if (download_->room() < bytes.size()) {
    receive_paused_ = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  download_->push(bytes);
  changed();
  if (download_->size() >= kRingSize / 4) {
    condition_.notify_all();  // libcurl may have more for a while yet
  }
  return bytes.size();
}

std::size_t Transfer::on_read(std::span<std::byte> into) {
  const std::scoped_lock lock(mutex_);
  if (abandoned_) {
    return CURL_READFUNC_ABORT;
  }
  if (upload_taken() || !upload_) {
    return 0;
  }
  const std::size_t count = upload_->pop(into);
  if (count == 0) {
    send_paused_ = true;
    return CURL_READFUNC_PAUSE;
  }
  upload_taken_ += count;
  changed();
  if (upload_->room() >= kRingSize / 4) {
    condition_.notify_all();
  }
  return count;
}

// Nothing may be thrown through libcurl, which is C; what could be thrown here is bad_alloc, and 0 ends the transfer.
std::size_t Transfer::header_callback(char* data, std::size_t size, std::size_t count, void* self) noexcept try {
  return static_cast<Transfer*>(self)->on_header({data, size * count});
} catch (...) {
  return 0;
}

std::size_t Transfer::write_callback(char* data, std::size_t size, std::size_t count, void* self) noexcept try {
  return static_cast<Transfer*>(self)->on_body(as_bytes(std::string_view(data, size * count)));
} catch (...) {
  return 0;
}

std::size_t Transfer::read_callback(char* data, std::size_t size, std::size_t count, void* self) noexcept try {
  return static_cast<Transfer*>(self)->on_read(std::as_writable_bytes(std::span(data, size * count)));
} catch (...) {
  return CURL_READFUNC_ABORT;
}

// libcurl starts over when a kept-alive connection turns out to be dead. What still lies in the ring can be given
// again; where it does not, the request fails as broken, and whoever retries it rewinds the body.
int Transfer::seek_callback(void* self, curl_off_t offset, int origin) noexcept try {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::scoped_lock lock(transfer.mutex_);
  if (offset != 0 || origin != SEEK_SET || (transfer.upload_ && !transfer.upload_->replay())) {
    return CURL_SEEKFUNC_FAIL;
  }
  transfer.upload_taken_ = 0;
  return CURL_SEEKFUNC_OK;
} catch (...) {
  return CURL_SEEKFUNC_FAIL;
}

}  // namespace wasm_oci
