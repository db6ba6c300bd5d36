// A manifest or a config as it is, with what is wrong with it as its descriptor describes it. That is told where the
// descriptor stands, not in the document itself.
#pragma once

#include "oci/manifest.hpp"
#include "oci/store/store.hpp"
#include "oci/validate/finding.hpp"
#include "oci/validate/loose.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {

struct Problem {
  std::string_view rule;
  std::string_view below;  // the descriptor: ".size", ".digest" or ""
  std::string message;
};

struct Fetched {
  std::optional<std::string> bytes;  // nullopt: it is not there, not what is meant, or more than is read
  std::vector<Problem> problems = {};
  std::uint64_t read = 0;    // bytes, whatever became of them
  std::string sent_as = {};  // a media type, as UnverifiedSource::media_type()
};

// Of manifests, indexes and configs behind one root, each as often as it is read, in bytes. Thousands of small
// manifests may have one config of megabytes.
inline constexpr std::uint64_t kMostDocuments = std::uint64_t{512} * 1024 * 1024;

// `size`: what the descriptor says, where it says one. Another size alone is a problem and no reason to look no
// further. Throws what is no matter of content.
Fetched fetch_document(Store& store, const Descriptor& descriptor, std::optional<std::uint64_t> size, NodeKind kind);

// IDX028 of a descriptor that says `said`.
Problem other_size(std::uint64_t actual, std::uint64_t said);

void add_problems(const std::vector<Problem>& problems, const Place& place, const std::string& path,
                  Findings& findings);

}  // namespace wasm_oci
