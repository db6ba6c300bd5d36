// What a fuzz target knows to be true of every input.
#pragma once

#include <cstdio>
#include <cstdlib>

inline void require(bool property, const char* what) {
  if (!property) {
    std::fprintf(stderr, "property does not hold: %s\n", what);
    std::abort();
  }
}
