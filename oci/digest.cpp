#include "oci/digest.hpp"

#include "oci/error.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace wasm_oci {
namespace {

struct AlgorithmName {
  DigestAlgorithm algorithm;
  std::string_view name;
  std::size_t hex_size;
};

constexpr std::array kAlgorithms = {
    AlgorithmName{DigestAlgorithm::sha256, "sha256", 64},
    AlgorithmName{DigestAlgorithm::sha512, "sha512", 128},
};

bool is_lower_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

void check(int result) {
  if (result != 1) {
    throw FailureError("OpenSSL cannot compute a digest");
  }
}

}  // namespace

std::string_view to_string(DigestAlgorithm algorithm) {
  return std::ranges::find(kAlgorithms, algorithm, &AlgorithmName::algorithm)->name;
}

std::optional<Digest> Digest::parse(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    return std::nullopt;
  }
  const auto* const known = std::ranges::find(kAlgorithms, text.substr(0, colon), &AlgorithmName::name);
  const std::string_view hex = text.substr(colon + 1);
  if (known == kAlgorithms.end() || hex.size() != known->hex_size || !std::ranges::all_of(hex, is_lower_hex)) {
    return std::nullopt;
  }
  return Digest(known->algorithm, std::string(hex));
}

std::string Digest::str() const { return std::string(to_string(algorithm_)) + ":" + hex_; }

void Hasher::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Hasher::Hasher(DigestAlgorithm algorithm) : algorithm_(algorithm), context_(EVP_MD_CTX_new()) {
  if (!context_) {
    throw FailureError("OpenSSL cannot compute a digest");
  }
  start();
}

void Hasher::start() {
  const EVP_MD* md = algorithm_ == DigestAlgorithm::sha256 ? EVP_sha256() : EVP_sha512();
  check(EVP_DigestInit_ex(context_.get(), md, nullptr));
}

void Hasher::update(ByteView bytes) { check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size())); }

Digest Hasher::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
  unsigned int size = 0;
  check(EVP_DigestFinal_ex(context_.get(), raw.data(), &size));
  start();
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string hex;
  hex.reserve(std::size_t{size} * 2);
  for (unsigned int i = 0; i < size; ++i) {
    hex += kHex[raw[i] >> 4U];
    hex += kHex[raw[i] & 0xfU];
  }
  return {algorithm_, std::move(hex)};
}

Digest digest_of(std::string_view bytes, DigestAlgorithm algorithm) {
  Hasher hasher(algorithm);
  hasher.update(as_bytes(bytes));
  return hasher.finish();
}

}  // namespace wasm_oci
