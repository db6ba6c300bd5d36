#include "oci/shared_library.hpp"

#include "oci/error.hpp"

#include <dlfcn.h>

namespace wasm_oci {
namespace {

std::string loader_error() {
  const char* error = dlerror();  // NOLINT(concurrency-mt-unsafe): each thread has its own
  return error == nullptr ? "unknown error" : error;
}

}  // namespace

SharedLibrary::SharedLibrary(const std::string& file)
    : file_(file), handle_(dlopen(file.c_str(), RTLD_LAZY | RTLD_LOCAL)) {
  if (handle_ == nullptr) {
    throw FailureError("cannot load " + loader_error(), "install the package that " + file + " comes with");
  }
}

void* SharedLibrary::symbol(const std::string& name) const {
  void* const found = dlsym(handle_, name.c_str());
  if (found == nullptr) {
    throw FailureError("this machine's " + file_ + " is too old: " + loader_error());
  }
  return found;
}

}  // namespace wasm_oci
