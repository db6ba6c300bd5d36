#include "cli/spool.hpp"

#include "tests/cli/captured.hpp"

#include <gtest/gtest.h>

namespace wasm_oci::cli::testing {
namespace {

TEST(Spool, GivesEverythingInItsOrderWhereverItWaited) {
  for (const std::size_t most : {0U, 3U, 5U, 100U}) {
    Spool spool(most);
    for (const std::string_view part : {"one ", "", "two ", "three ", "four"}) {
      spool.write(as_bytes(part));
    }
    TextSink sink;
    spool.copy_to(sink);
    EXPECT_EQ(sink.text, "one two three four") << most;
  }
}

TEST(Spool, MayBeEmpty) {
  TextSink sink;
  Spool().copy_to(sink);
  EXPECT_EQ(sink.text, "");
}

}  // namespace
}  // namespace wasm_oci::cli::testing
