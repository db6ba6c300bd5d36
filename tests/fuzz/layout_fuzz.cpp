// What a layout may hold, as anybody may have made it: validated, explained and repaired.
//
// The input is a list of blobs with "\n%%\n" between them, of which the first is the root. In a blob "@NN" stands for
// the digest of the blob NN and "#NN" for its size, where that comes later: so content leads to content, whatever the
// fuzzer makes of it. Everything else is as it is written, wrong digests included.
//
// Holds for every input: no rule throws for what it finds; what is found is no longer than messages may be; what was
// repaired is JSON, and has nothing more to repair.
#include "oci/clients/explain.hpp"
#include "oci/error.hpp"
#include "oci/json/document.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/store/joined_store.hpp"
#include "oci/store/memory_store.hpp"
#include "oci/validate/repair.hpp"
#include "oci/validate/validate.hpp"
#include "tests/fuzz/require.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace wasm_oci;

constexpr std::string_view kBetween = "\n%%\n";
constexpr std::size_t kMostBlobs = 32;

std::vector<std::string> split(std::string_view input) {
  std::vector<std::string> blobs;
  while (blobs.size() < kMostBlobs) {
    const std::size_t end = std::min(input.find(kBetween), input.size());
    blobs.emplace_back(input.substr(0, end));
    if (end == input.size()) {
      break;
    }
    input.remove_prefix(end + kBetween.size());
  }
  return blobs;
}

// The two digits at `at`; nullopt for what is none, or names a blob that is not behind `behind`.
std::optional<std::size_t> number_at(const std::string& text, std::size_t at, std::size_t behind, std::size_t count) {
  const auto digit = [&](std::size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
  if (!digit(at) || !digit(at + 1)) {
    return std::nullopt;
  }
  const auto value = [&](std::size_t i) { return static_cast<std::size_t>(text[i] - '0'); };
  const std::size_t number = 10 * value(at) + value(at + 1);
  return number > behind && number < count ? std::optional(number) : std::nullopt;
}

void resolve(std::vector<std::string>& blobs) {
  for (std::size_t i = blobs.size(); i-- > 0;) {
    std::string resolved;
    const std::string& text = blobs[i];
    for (std::size_t at = 0; at < text.size(); ++at) {
      const bool is_digest = text[at] == '@';
      const auto number = is_digest || text[at] == '#' ? number_at(text, at + 1, i, blobs.size()) : std::nullopt;
      if (!number) {
        resolved += text[at];
        continue;
      }
      resolved += is_digest ? digest_of(blobs[*number]).str() : std::to_string(blobs[*number].size());
      at += 2;
    }
    blobs[i] = std::move(resolved);
  }
}

void look(Store& store, const Descriptor& root) {
  ValidationCache cache;
  for (const ReachedNode& node : validate(store, root, {}, cache)) {
    for (const Finding& finding : node.report->findings.all()) {
      require(finding.message.size() < 4096, "messages are short");
      require(finding.path.size() < 4096, "paths are short");
    }
  }
}

// One client an input: all of them take longer than everything else.
void explain_for(const Client& client, Store& store, const Descriptor& root) {
  const std::array clients = {AskedClient{.client = &client, .label = std::string(client.name)}};
  const std::array platforms = {usual_wasm_platform(), Platform{.os = "linux", .architecture = "amd64"}};
  try {
    explain(store, root,
            {.name = "n", .repository = "n", .platforms = platforms, .clients = clients, .older_versions = true},
            [](const Explanation&) {});
  } catch (const ContentError&) {  // NOLINT(bugprone-empty-catch): the root itself cannot be read
  }
}

void check(Store& store, const Descriptor& root) {
  look(store, root);
  explain_for(all_clients()[root.size % all_clients().size()], store, root);
  const Repaired repaired = repair(store, root);
  MemoryStore made;
  for (const auto& [digest, text] : repaired.documents) {
    Document::parse(text, {.max_bytes = 2 * kMaxManifestSize});
    made.add("", text);
  }
  JoinedStore joined({&made, &store});
  look(joined, repaired.root);
  require(repaired.mends.empty() == (repaired.root.digest == root.digest && repaired.root.size == root.size) ||
              !repaired.notes.empty(),
          "what is mended is another root");
  require(repair(joined, repaired.root).mends.empty(), "there is nothing left to mend");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::vector<std::string> blobs = split({reinterpret_cast<const char*>(data), size});  // NOLINT(*-reinterpret-cast)
  resolve(blobs);
  MemoryStore store;
  for (const std::string& blob : blobs) {
    store.add("", blob);
  }
  const bool is_index = blobs.front().contains("manifests");
  const bool is_docker = blobs.front().contains("docker");
  check(store, describe(is_index && is_docker ? media_type::kDockerManifestList
                        : is_index            ? media_type::kOciIndex
                        : is_docker           ? media_type::kDockerManifest
                                              : media_type::kOciManifest,
                        blobs.front()));
  return 0;
}
