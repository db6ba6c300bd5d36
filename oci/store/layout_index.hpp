// The index.json of an image layout (image-spec image-layout.md): what its entries are called, and edits of its text
// that leave everything else as it stands, byte for byte.
#pragma once

#include "oci/store/referrers.hpp"
#include "oci/store/store.hpp"

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {

inline constexpr std::size_t kMaxLayoutIndexSize = 16 * 1024 * 1024;
inline constexpr std::string_view kEmptyLayoutIndex =
    R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]})";
inline constexpr std::string_view kLayoutFile = R"({"imageLayoutVersion":"1.0.0"})";

// Throws ContentError for anything but a layout of version 1.
void check_layout_file(std::string_view text);

// The entries in document order. Throws ContentError.
std::vector<Descriptor> parse_layout_index(std::string_view text);

// What people call an entry: its ref.name, else its io.containerd.image.name, else its digest.
std::string entry_name(const Descriptor& entry);

// Whether it has one of the two names.
bool is_named(const Descriptor& entry);

// The entry of that digest, or else the one whose whole ref.name is `name`, else the one whose whole
// io.containerd.image.name is; nullopt for none. Throws UsageError where different content goes by that name.
std::optional<Descriptor> find_entry(std::span<const Descriptor> entries, std::string_view name);

// The entries without the unnamed ones that refer to another; all of them where they are of the same content.
std::vector<Descriptor> without_referrers(std::vector<Descriptor> entries, Subjects& subjects);

// The only content there is. Throws NotFoundError for none, UsageError with the names for several.
Descriptor only_entry(std::span<const Descriptor> entries, const std::string& shown);

// The text with an entry for each name, in place of those with the same ref.name. Without names: with an unnamed entry
// unless one with this digest is there.
std::string put_entries(std::string_view text, const Descriptor& root, std::span<const RootName> names);

// The text without the entries that `name` finds.
std::string remove_entries(std::string_view text, std::string_view name);

// The text without the unnamed entries of these digests.
std::string remove_unnamed(std::string_view text, const std::set<Digest>& digests);

// The manifest of that digest and size, whose media type is its own word, else what its shape says; nullopt for what is
// no manifest. Throws as Store::load does.
std::optional<Descriptor> describe_manifest(Store& store, const Digest& digest, std::uint64_t size);

}  // namespace wasm_oci
