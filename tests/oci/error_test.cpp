#include "oci/error.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace wasm_oci {
namespace {

TEST(Error, CarriesKindMessageAndHint) {
  const ContentError error("broken", "build again");
  EXPECT_EQ(error.kind(), ErrorKind::content);
  EXPECT_EQ(error.message(), "broken");
  EXPECT_STREQ(error.what(), "broken");
  EXPECT_EQ(error.hint(), "build again");
}

TEST(Error, EachTypeHasItsKind) {
  EXPECT_EQ(FailureError("").kind(), ErrorKind::failure);
  EXPECT_EQ(UsageError("").kind(), ErrorKind::usage);
  EXPECT_EQ(GateError("").kind(), ErrorKind::gate);
  EXPECT_EQ(NotFoundError("").kind(), ErrorKind::not_found);
  EXPECT_EQ(AuthError("").kind(), ErrorKind::auth);
  EXPECT_EQ(NetworkError("").kind(), ErrorKind::network);
  EXPECT_EQ(ConflictError("").kind(), ErrorKind::conflict);
  EXPECT_EQ(CancelledError("").kind(), ErrorKind::cancelled);
}

TEST(Error, GrowsContextOnItsWayUp) {
  try {
    try {
      throw ContentError("truncated");
    } catch (Error& error) {
      error.add_context("app.wasm");
      throw;
    }
  } catch (const ContentError& error) {
    EXPECT_EQ(error.message(), "app.wasm: truncated");
  }
}

TEST(Error, KeepsTheFirstHint) {
  UsageError error("wrong");
  error.suggest("near");
  error.suggest("far");
  EXPECT_EQ(error.hint(), "near");
}

TEST(ThrowErrno, MissingThingsAreNotFound) {
  EXPECT_THROW(throw_errno(ENOENT, "cannot open x"), NotFoundError);
  EXPECT_THROW(throw_errno(ENOTDIR, "cannot open x"), NotFoundError);
  try {
    throw_errno(EACCES, "cannot open x");
  } catch (const FailureError& error) {
    EXPECT_EQ(error.message(), "cannot open x: Permission denied");
  }
}

}  // namespace
}  // namespace wasm_oci
