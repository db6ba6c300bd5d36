// libcurl's handles as owners, and its varargs setter as typed functions: an int where it expects a long is a silent
// bug.
#pragma once

#include "registry/libcurl.hpp"

#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace wasm_oci {

class CurlHandle {
 public:
  CurlHandle();
  CurlHandle(const CurlHandle&) = delete;
  CurlHandle& operator=(const CurlHandle&) = delete;

  CURL* get() const { return handle_.get(); }

  void set(CURLoption option, long value) const { check(libcurl().easy_setopt(get(), option, value)); }
  void set(CURLoption option, const char* value) const { check(libcurl().easy_setopt(get(), option, value)); }
  void set(CURLoption option, const std::string& value) const { set(option, value.c_str()); }
  void set_size(CURLoption option, curl_off_t value) const { check(libcurl().easy_setopt(get(), option, value)); }
  void set_pointer(CURLoption option, void* value) const { check(libcurl().easy_setopt(get(), option, value)); }
  template <typename Function>
  void set_function(CURLoption option, Function* function) const {
    check(libcurl().easy_setopt(get(), option, function));
  }
  // "NAME: VALUE", or "NAME:" to keep libcurl from sending a field of its own.
  void add_header(const std::string& line);
  // To be called after the last add_header.
  void use_headers() const { set_pointer(CURLOPT_HTTPHEADER, headers_.get()); }

  // libcurl's own words for the last failure, where it has some.
  std::string_view detail() const { return error_.data(); }

 private:
  static void check(CURLcode code);
  struct Free {
    void operator()(CURL* handle) const { libcurl().easy_cleanup(handle); }
    void operator()(curl_slist* list) const { libcurl().slist_free_all(list); }
  };

  std::array<char, CURL_ERROR_SIZE> error_{};
  std::unique_ptr<curl_slist, Free> headers_;
  std::unique_ptr<CURL, Free> handle_;
};

}  // namespace wasm_oci
