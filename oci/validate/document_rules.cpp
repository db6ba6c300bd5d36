// Rules about documents and layouts as such: whether they can be read at all, and by everybody alike.
#include "oci/validate/rule.hpp"

#include <array>

namespace wasm_oci {
namespace {

using enum Severity;

// What Kubernetes does not take it fetches only where no platform is named, or its own.
constexpr std::array kFetchesMore = {SeverityFor{.clients = "containerd", .severity = error},
                                     SeverityFor{.clients = "kubernetes", .severity = warning}};

constexpr std::array kRules = {
    Rule{.id = "DOC001",
         .name = "unreadable",
         .severity = error,
         .checks = "Documents are JSON in UTF-8, and layers are archives that can be read to their end.",
         .why = "Nothing can be made of what is damaged or cut off.",
         .fix = "Make it anew, and push it again."},
    Rule{.id = "DOC002",
         .name = "duplicate-key",
         .severity = error,
         .checks = "No object of a document has a key twice.",
         .why = "Some readers take the first, others the last: two clients could run different content by one digest.",
         .fix = "Take one of the two out."},
    Rule{.id = "DOC003",
         .name = "strict-reading",
         .severity = error,
         .checks = "A document has all fields that are required, each of its type, and no key that differs from a "
                   "known one in case only.",
         .why = "Clients in Go and Rust refuse the whole document; keys of another case mean one thing to Go and "
                "nothing to others.",
         .fix = "Make the document anew."},
    Rule{.id = "DOC004",
         .name = "layout",
         .severity = error,
         .checks = "The layout or archive is one: `oci-layout` is there, and `index.json` can be read.",
         .why = "No client finds anything in it.",
         .fix = "Name what it is (`oci:DIR`, `oci-archive:FILE`, `docker-archive:FILE`), or copy the image again."},
    Rule{.id = "DOC005",
         .name = "bounds",
         .severity = warning,
         .checks = "Content stays within the bounds of what is looked at: 10,000 entries, indexes 8 deep, 512 MiB of "
                   "documents, files whose names take 16 MiB, windows of zstd of 32 MiB.",
         .why = "What lies beyond is not checked, and clients have bounds of their own.",
         .fix = "Split it."},
    Rule{.id = "SEL001",
         .name = "required-platform",
         .severity = error,
         .checks = "Each platform of `--require-platform` is chosen by each client of `--for`, from an image for it.",
         .why = "Somebody relies on it.",
         .fix = "See with `wasm-oci explain --platform` what each client takes, and why."},
    Rule{.id = "SEL002",
         .name = "usable",
         .severity = error,
         .checks = "Each client that `--for` names can use the manifest that the location names.",
         .why = "It is content of a kind that the client refuses, or nothing in it starts there.",
         .fix = "Package it as the client reads it, with `wasm-oci copy --as`; `wasm-oci explain` tells more."},
    Rule{
        .id = "SEL003",
        .name = "foreign-entry",
        .severity = none,
        .clients = kFetchesMore,
        .checks = "By its type each entry of an index is a manifest or an index.",
        .why = "`ctr` fetches all entries beside the one that it takes, and Kubernetes with containerd those without a "
               "platform; what is no manifest to them they look for among the blobs: \"could not fetch content "
               "descriptor … from remote: not found\".",
        .fix = "Give the entry the type of the manifest that it leads to, or leave it out and push that under a tag of "
               "its own."},
};

}  // namespace

std::span<const Rule> document_rules() { return kRules; }

}  // namespace wasm_oci
