#include "registry/sent_secrets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wasm_oci {
namespace {

TEST(SentSecrets, AreStruckOutInEverySpelling) {
  SentSecrets sent;
  sent.add_authorization("Basic bWU6Y2FuYXJ5L3A+");  // me:canary/p>
  sent.add_authorization("Bearer to.ken");
  EXPECT_EQ(sent.strike_out("Basic bWU6Y2FuYXJ5L3A+, bWU6Y2FuYXJ5L3A%2B"), "Basic ***, ***");
  EXPECT_EQ(sent.strike_out("me:canary/p>, canary/p>, canary%2Fp%3E"), "***, ***, ***");
  EXPECT_EQ(sent.strike_out("Bearer to.ken to.kens"), "Bearer *** ***s");
  EXPECT_EQ(sent.strike_out("nothing of it"), "nothing of it");
}

TEST(SentSecrets, AreFoundWithoutTheirPadding) {
  SentSecrets sent;
  sent.add_authorization("Basic bWU6Y2FuYXJ5LXBhc3N3b3I=");
  EXPECT_EQ(sent.strike_out("bWU6Y2FuYXJ5LXBhc3N3b3I= bWU6Y2FuYXJ5LXBhc3N3b3I"), "*** ***");
}

TEST(SentSecrets, AVeryShortOneIsNotShownByWhatIsStruckOut) {
  SentSecrets sent;
  sent.add_authorization("Basic bWU6YQ==");  // me:a
  EXPECT_EQ(sent.strike_out("bad: me:a, bWU6YQ=="), "bad: ***, ***");
  sent.add("");
  EXPECT_EQ(sent.strike_out("as it was"), "as it was");
}

}  // namespace
}  // namespace wasm_oci
