// Mends what is broken where there is no doubt what it should be: platforms that entries do not say and configs do,
// names in upper case, media types that are missing, sizes, embedded data, how layers are compressed, attestations that
// pass for images or stand before them, entries that are there twice. Everything else stays as it is, byte for byte.
#pragma once

#include "oci/descriptor.hpp"
#include "oci/store/store.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {

// One thing that was mended.
struct Mend {
  std::string_view rule;  // that it broke, an id of the catalogue
  Digest document;        // in which, as it was
  std::string path;       // there
  std::string message;    // what it is now, and why; may quote bytes from outside
};

struct Repaired {
  Descriptor root;                          // the same as before where nothing had to be mended
  std::map<Digest, std::string> documents;  // the manifests and indexes that are new, the root among them
  std::vector<Mend> mends;
  std::vector<std::string> notes;  // lines for people
};

// Attestations of an image whose manifest had to change speak of the one that it was; they are left out, with a note.
// What cannot be read stays as it is. Throws what is no matter of content.
Repaired repair(Store& store, const Descriptor& root);

}  // namespace wasm_oci
