// Whether something could be written, found out without writing: for those who tell beforehand how it would end. What
// only the attempt can tell (a full disk, a quota, others who change it meanwhile) stays untold.
#pragma once

#include <string>

namespace wasm_oci {

// Throws as AtomicFile would: NotFoundError where the folder is not there, FailureError where nothing may be written.
void require_writable_file(const std::string& path);
// Throws as make_directories() and the first file in it would.
void require_writable_directory(const std::string& path);

}  // namespace wasm_oci
