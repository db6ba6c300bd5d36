#include "cli/table.hpp"

#include <gtest/gtest.h>

namespace wasm_oci::cli {
namespace {

TEST(Table, WithoutRowsIsItsHead) { EXPECT_EQ(Table({"NAME", "SIZE"}).text(), "NAME   SIZE\n"); }

TEST(Table, ColumnsAreAsWideAsTheirWidestCell) {
  Table table({"NAME", "PLATFORMS", "SIZE"});
  table.add({"docker.io/me/app:1", "wasi/wasm", "12.7 kB"});
  table.add({"a", "", "1 B"});
  EXPECT_EQ(table.text(),
            "NAME                 PLATFORMS   SIZE\n"
            "docker.io/me/app:1   wasi/wasm   12.7 kB\n"
            "a                                1 B\n");
}

TEST(Table, StandsAsFarFromTheLeftAsItIsTold) {
  Table table({"NAME", "SIZE"});
  table.add({"a", "1 B"});
  EXPECT_EQ(table.text(2), "  NAME   SIZE\n  a      1 B\n");
}

TEST(Table, OneColumnHasNoBlanks) {
  Table table({"TAG"});
  table.add({"latest"});
  EXPECT_EQ(table.text(), "TAG\nlatest\n");
}

TEST(Table, CellsCannotBreakALineOrReachTheTerminal) {
  Table table({"NAME", "SIZE"});
  table.add({"a\x1b[31m\n", "1\t"});
  EXPECT_EQ(table.text(),
            "NAME          SIZE\n"
            "a\\x1b[31m\\n   1\\t\n");
}

}  // namespace
}  // namespace wasm_oci::cli
