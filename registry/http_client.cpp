#include "registry/http_client.hpp"

#include "registry/transfer.hpp"

#include <csignal>
#include <mutex>
#include <new>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace wasm_oci {
namespace {

void note_secrets(const HttpRequest& request, SentSecrets& sent) {
  for (const std::string& header : request.headers.all("Authorization")) {
    sent.add_authorization(header);
  }
  sent.add(request.secret_in_body.reveal());
}

}  // namespace

// libcurl's thread: the multi handle and the transfers that run in it.
class HttpClient::Loop {
 public:
  Loop() : global_(libcurl().global_init(CURL_GLOBAL_DEFAULT)), multi_(libcurl().multi_init()) {
    if (multi_ == nullptr) {
      throw std::bad_alloc();
    }
    libcurl().multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, 32L);
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop() {
    thread_.request_stop();
    wake();
    thread_.join();
  }

  // Has the thread look at it: start it, go on with it, or drop it.
  void attend(std::shared_ptr<Transfer> transfer) {
    {
      const std::scoped_lock lock(mutex_);
      attention_.push_back(std::move(transfer));
    }
    wake();
  }

 private:
  struct Cleanup {
    void operator()(CURLM* multi) const { libcurl().multi_cleanup(multi); }
  };
  struct Global {
    explicit Global(CURLcode code) {
      if (code != CURLE_OK) {
        throw FailureError(std::string("cannot start libcurl: ") + libcurl().easy_strerror(code));
      }
    }
    Global(const Global&) = delete;
    Global& operator=(const Global&) = delete;
    ~Global() { libcurl().global_cleanup(); }
  };

  void wake() {
    const std::scoped_lock lock(mutex_);
    if (multi_ != nullptr) {
      libcurl().multi_wakeup(multi_.get());
    }
  }

  void run(const std::stop_token& stop) {
    // Signals are for the threads of the program. SIGPIPE comes from a TLS write on a closed connection, which libcurl
    // leaves to us (CURLOPT_NOSIGNAL).
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    while (!stop.stop_requested()) {
      for (const auto& transfer : take_attention()) {
        look_at(transfer);
      }
      int running = 0;
      libcurl().multi_perform(multi_.get(), &running);
      int left = 0;
      while (const CURLMsg* message = libcurl().multi_info_read(multi_.get(), &left)) {
        if (message->msg == CURLMSG_DONE) {
          end(message->easy_handle, message->data.result);
        }
      }
      for (const auto& [handle, transfer] : running_) {
        transfer->announce();
      }
      libcurl().multi_poll(multi_.get(), nullptr, 0, 60'000, nullptr);
    }
    for (const auto& [handle, transfer] : running_) {
      libcurl().multi_remove_handle(multi_.get(), handle);
      transfer->fail();
    }
    for (const auto& transfer : take_attention()) {
      transfer->fail();
    }
    const std::scoped_lock lock(mutex_);
    multi_.reset();  // here, where the closing words of TLS connections raise no signal
  }

  std::vector<std::shared_ptr<Transfer>> take_attention() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(attention_, {});
  }

  void look_at(const std::shared_ptr<Transfer>& transfer) {
    CURL* handle = transfer->handle();
    if (transfer->abandoned()) {
      if (running_.erase(handle) > 0) {
        libcurl().multi_remove_handle(multi_.get(), handle);
      }
      transfer->fail();
    } else if (running_.contains(handle)) {
      transfer->resume();
    } else if (!transfer->ended()) {
      running_.emplace(handle, transfer);
      libcurl().multi_add_handle(multi_.get(), handle);
    }
  }

  void end(CURL* handle, CURLcode code) {
    libcurl().multi_remove_handle(multi_.get(), handle);
    const auto found = running_.find(handle);
    found->second->finish(code);
    running_.erase(found);
  }

  Global global_;
  std::unique_ptr<CURLM, Cleanup> multi_;
  std::unordered_map<CURL*, std::shared_ptr<Transfer>> running_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<Transfer>> attention_;
  std::jthread thread_;
};

// Ends its transfer when it goes.
class HttpClient::Body final : public Source {
 public:
  Body(Loop& loop, std::shared_ptr<Transfer> transfer, std::stop_token stop)
      : loop_(loop), transfer_(std::move(transfer)), stop_(std::move(stop)) {}
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;
  ~Body() override {
    if (transfer_->abandon()) {
      loop_.attend(transfer_);
    }
  }

  std::size_t read(std::span<std::byte> into) override {
    const Transfer::Piece piece = transfer_->read_body(into, stop_);
    if (piece.resume) {
      loop_.attend(transfer_);
    }
    return piece.count;
  }

  void rewind() override { throw FailureError("a response can be read only once"); }

 private:
  Loop& loop_;
  std::shared_ptr<Transfer> transfer_;
  std::stop_token stop_;
};

HttpClient::HttpClient(HttpClientOptions options) : options_(std::move(options)), loop_(std::make_unique<Loop>()) {
  if (!options_.roots) {
    options_.roots = TrustRoots::system();
  }
}

HttpClient::~HttpClient() = default;

HttpResponse HttpClient::send(const HttpRequest& request, const std::stop_token& stop) {
  note_secrets(request, *sent_);
  const auto transfer = std::make_shared<Transfer>(request, options_);
  auto body = std::make_unique<Body>(*loop_, transfer, stop);
  // The first piece before anything runs: a small body leaves together with its headers.
  bool begun = false;
  while (true) {
    const std::span<std::byte> room = transfer->wait_upload_room(stop);
    if (room.empty()) {
      break;
    }
    const std::size_t count = request.body->read(room);
    if (count == 0) {
      throw ContentError("the content to send ends too early");
    }
    const bool waited_for = transfer->commit_upload(count);
    if (!std::exchange(begun, true) || waited_for) {
      loop_->attend(transfer);
    }
  }
  if (!begun) {
    loop_->attend(transfer);
  }
  HttpResponse response = transfer->wait_head(stop);
  if (transfer->upload_refused()) {
    loop_->attend(transfer);
  }
  response.body = std::move(body);
  response.sent = sent_;
  return response;
}

}  // namespace wasm_oci
