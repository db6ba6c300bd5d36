// libcurl's functions, loaded when the first of them is needed (oci/shared_library.hpp): libcurl().easy_init() is
// curl_easy_init().
#pragma once

#include <curl/curl.h>

// All that are used.
// clang-format off
#define WASM_OCI_LIBCURL(X) \
  X(easy_cleanup) X(easy_getinfo) X(easy_init) X(easy_pause) X(easy_perform) X(easy_recv) X(easy_send) \
  X(easy_setopt) X(easy_strerror) X(free) X(getdate) X(global_cleanup) X(global_init) X(multi_add_handle) \
  X(multi_cleanup) X(multi_info_read) X(multi_init) X(multi_perform) X(multi_poll) X(multi_remove_handle) \
  X(multi_setopt) X(multi_wakeup) X(slist_append) X(slist_free_all) X(url) X(url_cleanup) X(url_get) X(url_set) \
  X(version_info)
// clang-format on

namespace wasm_oci {

struct Libcurl {
#define WASM_OCI_MEMBER(name) decltype(&curl_##name) name;  // NOLINT(bugprone-macro-parentheses): a name
  WASM_OCI_LIBCURL(WASM_OCI_MEMBER)
#undef WASM_OCI_MEMBER
};

// Safe from several threads. Throws as SharedLibrary.
const Libcurl& libcurl();

}  // namespace wasm_oci
