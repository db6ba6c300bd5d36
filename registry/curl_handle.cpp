#include "registry/curl_handle.hpp"

#include "oci/error.hpp"

#include <new>

namespace wasm_oci {

CurlHandle::CurlHandle() : handle_(curl_easy_init()) {
  if (handle_ == nullptr) {
    throw std::bad_alloc();
  }
  check(curl_easy_setopt(get(), CURLOPT_ERRORBUFFER, error_.data()));
}

void CurlHandle::add_header(const std::string& line) {
  curl_slist* list = curl_slist_append(headers_.get(), line.c_str());
  if (list == nullptr) {
    throw std::bad_alloc();
  }
  static_cast<void>(headers_.release());  // now the head of `list`
  headers_.reset(list);
}

void CurlHandle::check(CURLcode code) {
  if (code != CURLE_OK) {
    throw FailureError(std::string("libcurl refuses an option: ") + curl_easy_strerror(code));
  }
}

}  // namespace wasm_oci
