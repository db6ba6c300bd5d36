// Feeds every file of the folders (or files) on the command line to the fuzz target it is linked with, in the order of
// their names. GCC has no libFuzzer: this is how a corpus becomes a test in every other build.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

std::vector<std::filesystem::path> files_below(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) {
    return {path};
  }
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
    if (entry.is_regular_file()) {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

void replay(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw std::runtime_error("cannot read " + path.string());
  }
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  // A copy of exactly this size on the heap, so that a sanitizer sees a read past its end.
  const std::vector<uint8_t> input(bytes.begin(), bytes.end());
  // Named before it runs: a crash leaves the name of its input as the last line.
  std::cout << path.string() << std::endl;  // NOLINT(performance-avoid-endl): must be out before a crash
  LLVMFuzzerTestOneInput(input.data(), input.size());
}

}  // namespace

int main(int argc, char** argv) {
  try {
    size_t count = 0;
    for (int i = 1; i < argc; ++i) {
      for (const auto& path : files_below(argv[i])) {
        replay(path);
        ++count;
      }
    }
    // An empty corpus proves nothing, so it is no success.
    std::cout << count << " inputs replayed\n";
    return count == 0 ? 1 : 0;
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << '\n';
    return 1;
  }
}
