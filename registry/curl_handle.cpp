#include "registry/curl_handle.hpp"

#include "oci/error.hpp"

#include <new>

namespace wasm_oci {

CurlHandle::CurlHandle() : handle_(libcurl().easy_init()) {
  if (handle_ == nullptr) {
    throw std::bad_alloc();
  }
  check(libcurl().easy_setopt(get(), CURLOPT_ERRORBUFFER, error_.data()));
}

void CurlHandle::add_header(const std::string& line) {
  curl_slist* const head = headers_.release();
  curl_slist* const list = libcurl().slist_append(head, line.c_str());
  headers_.reset(list != nullptr ? list : head);
  if (list == nullptr) {
    throw std::bad_alloc();
  }
}

void CurlHandle::check(CURLcode code) {
  if (code != CURLE_OK) {
    throw FailureError(std::string("libcurl refuses an option: ") + libcurl().easy_strerror(code));
  }
}

}  // namespace wasm_oci
