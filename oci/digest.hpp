// Content identifiers: "ALGORITHM:HEX" (image-spec descriptor.md, "Digests"), and the hashing that makes them.
//
// A Digest is a parsed value: once it exists its hex has the right length and letters, so it is safe in a path or URL.
#pragma once

#include "oci/stream.hpp"

#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_md_ctx_st;  // OpenSSL's EVP_MD_CTX, kept out of this header

namespace wasm_oci {

enum class DigestAlgorithm : std::uint8_t { sha256, sha512 };

std::string_view to_string(DigestAlgorithm algorithm);

class Digest {
 public:
  // nullopt for anything but a supported algorithm with exactly its number of lower-case hex digits.
  static std::optional<Digest> parse(std::string_view text);

  DigestAlgorithm algorithm() const { return algorithm_; }
  const std::string& hex() const { return hex_; }
  // "sha256:…"
  std::string str() const;

  auto operator<=>(const Digest&) const = default;

 private:
  friend class Hasher;
  Digest(DigestAlgorithm algorithm, std::string hex) : algorithm_(algorithm), hex_(std::move(hex)) {}

  DigestAlgorithm algorithm_;
  std::string hex_;
};

// Hashes what it is given. After finish() it starts anew.
class Hasher {
 public:
  explicit Hasher(DigestAlgorithm algorithm = DigestAlgorithm::sha256);

  void update(ByteView bytes);
  Digest finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  void start();

  DigestAlgorithm algorithm_;
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

Digest digest_of(std::string_view bytes, DigestAlgorithm algorithm = DigestAlgorithm::sha256);

}  // namespace wasm_oci

template <>
struct std::hash<wasm_oci::Digest> {
  std::size_t operator()(const wasm_oci::Digest& digest) const noexcept {
    return std::hash<std::string>{}(digest.hex());
  }
};
