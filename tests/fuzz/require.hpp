// What a fuzz target knows to be true of every input.
#pragma once

#include <cstdlib>
#include <iostream>

inline void require(bool property, const char* what) {
  if (!property) {
    std::cerr << "property does not hold: " << what << "\n";
    std::abort();
  }
}
