#include "oci/validate/fetch.hpp"

#include "oci/error.hpp"
#include "oci/text.hpp"

#include <utility>

namespace wasm_oci {
namespace {

Fetched nothing(std::string_view rule, std::string_view below, std::string message, std::uint64_t read = 0) {
  return {
      .bytes = std::nullopt, .problems = {{.rule = rule, .below = below, .message = std::move(message)}}, .read = read};
}

Fetched fetch(Store& store, const Descriptor& descriptor, std::optional<std::uint64_t> size, NodeKind kind) {
  UnverifiedSource source = store.open_as_it_is(descriptor, kind, kMaxManifestSize);
  Fetched fetched{.bytes = read_all(source, kMaxManifestSize)};
  if (source.cut()) {
    return nothing("IDX031", "", "the document has more than " + human_size(kMaxManifestSize) + " and is not read",
                   kMaxManifestSize);
  }
  fetched.read = source.size();
  fetched.sent_as = source.media_type();
  if (size && *size != source.size()) {
    fetched.problems.push_back(other_size(source.size(), *size));
  }
  if (const Digest actual = source.digest(); actual != descriptor.digest) {
    fetched.problems.push_back(
        {.rule = "IDX027", .below = ".digest", .message = "the content has the digest " + actual.str()});
    fetched.bytes.reset();
  }
  return fetched;
}

}  // namespace

Fetched fetch_document(Store& store, const Descriptor& descriptor, std::optional<std::uint64_t> size, NodeKind kind) {
  if (size && *size > kMaxManifestSize) {
    return nothing("IDX031", ".size", "a document of " + human_size(*size) + " is not read");
  }
  try {
    return fetch(store, descriptor, size, kind);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found && error.kind() != ErrorKind::content) {
      throw;
    }
    return nothing("IDX032", "", error.message());
  }
}

Problem other_size(std::uint64_t actual, std::uint64_t said) {
  return {
      .rule = "IDX028",
      .below = ".size",
      .message = "the content has " + std::to_string(actual) + " bytes, the descriptor says " + std::to_string(said)};
}

void add_problems(const std::vector<Problem>& problems, const Place& place, const std::string& path,
                  Findings& findings) {
  for (const Problem& problem : problems) {
    findings.add(problem.rule, place, path + std::string(problem.below), problem.message);
  }
}

}  // namespace wasm_oci
