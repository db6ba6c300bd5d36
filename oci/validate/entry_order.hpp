// Which entries an index keeps when it is mended, and in which order.
#pragma once

#include "oci/digest.hpp"
#include "oci/validate/repair.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace wasm_oci {

// What is known of the entries of an index, by their positions.
struct EntryMarks {
  explicit EntryMarks(std::size_t count)
      : attest(count), certainly_attest(count), are_images(count), hold_images(count) {}

  std::vector<bool> attest;            // they are attestations, and not only called so
  std::vector<bool> certainly_attest;  // by what they lead to, as far as that can be read
  std::vector<bool> are_images;        // with a platform
  std::vector<bool> hold_images;       // or an index; attestations stand behind these
};

// The text of an index without entries that are there twice and attestations of what has `changed`, and with
// attestations behind images. Certain is only what is the same to the last byte: of two entries for one image each may
// be the one that some client takes. `before`: the index as it was. Tells in `repaired` what it does.
std::string mend_order(std::string text, const EntryMarks& marks, const std::set<Digest>& changed, const Digest& before,
                       Repaired& repaired);

}  // namespace wasm_oci
