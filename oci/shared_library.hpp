// A shared library that is loaded while the program runs, when the first of its functions is needed. libcurl and
// libarchive bring forty libraries with them, and the dynamic loader takes longer for those than most commands need for
// all the rest (docs/performance.md).
#pragma once

#include <string>

namespace wasm_oci {

class SharedLibrary {
 public:
  // `file` is the name by which the linker would have noted it: "libcurl.so.4". It stays loaded, since OpenSSL and
  // others behind such libraries cannot be unloaded. Throws FailureError where it cannot be loaded.
  explicit SharedLibrary(const std::string& file);

  // Throws FailureError where the library has no such function.
  template <typename Function>
  void find(const std::string& name, Function*& function) const {
    function = reinterpret_cast<Function*>(symbol(name));  // NOLINT(*-reinterpret-cast): what dlsym() is for
  }

 private:
  void* symbol(const std::string& name) const;

  std::string file_;
  void* handle_;
};

}  // namespace wasm_oci
