// What the bytes of a layer are, whatever its type says. Most clients go by the bytes: containers/image,
// go-containerregistry and Docker always, containerd where the type says that there is any compression.
#pragma once

#include "oci/layer/compression.hpp"
#include "oci/stream.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>

namespace wasm_oci {

// A tar has no magic at its start: it is what none of the others is.
enum class BodyForm : std::uint8_t { gzip, zstd, wasm, other };

Compression compression_of(BodyForm form);
BodyForm form_of(Compression compression);

// Looks at the first bytes of a source, and gives them again.
class PeekedSource final : public Source {
 public:
  // `source` must outlive this.
  explicit PeekedSource(Source& source);

  std::size_t read(std::span<std::byte> into) override;
  void rewind() override;

  BodyForm form() const;
  // Throws what the source threw in read(), whatever became of it above.
  void rethrow_failure() const;

 private:
  Source& source_;
  std::array<std::byte, 4> begin_{};
  std::size_t end_ = 0;
  std::size_t at_ = 0;
  std::exception_ptr failure_;
};

}  // namespace wasm_oci
