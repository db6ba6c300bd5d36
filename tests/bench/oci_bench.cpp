// The inner loops: hashing, compressing, writing a tar, reading JSON, describing a module. run.sh measures the program
// as a whole.
#include "oci/digest.hpp"
#include "oci/layer/compression.hpp"
#include "oci/manifest.hpp"
#include "oci/random_access.hpp"
#include "oci/stream.hpp"
#include "oci/tar_writer.hpp"
#include "oci/wasm/description.hpp"
#include "tests/support/wasm_bytes.hpp"

#include <benchmark/benchmark.h>

#include <random>
#include <string>

namespace wasm_oci {
namespace {

class NullSink final : public Sink {
 public:
  void write(ByteView bytes) override { benchmark::DoNotOptimize(bytes.data()); }
};

// As compressible as a module is: short words of a small dictionary with random bytes in between.
std::string content(std::size_t size) {
  std::mt19937 random(1);
  std::string text;
  while (text.size() < size) {
    const unsigned word = random() % 512;
    text.append(8, static_cast<char>(word));
    text.push_back(static_cast<char>(random()));
    text.push_back(static_cast<char>(word >> 1U));
  }
  text.resize(size);
  return text;
}

void set_bytes(benchmark::State& state) { state.SetBytesProcessed(state.iterations() * state.range(0)); }

void hash(benchmark::State& state) {
  const std::string text = content(static_cast<std::size_t>(state.range(0)));
  while (state.KeepRunning()) {
    benchmark::DoNotOptimize(digest_of(text));
  }
  set_bytes(state);
}
BENCHMARK(hash)->Arg(4 << 10)->Arg(16 << 20);

void compress(benchmark::State& state, Compression compression) {
  const std::string text = content(static_cast<std::size_t>(state.range(0)));
  while (state.KeepRunning()) {
    NullSink out;
    const auto compressor = make_compressor(compression, std::nullopt, out);
    compressor->write(as_bytes(text));
    compressor->finish();
  }
  set_bytes(state);
}
// One gzip member on one thread, and many on all.
BENCHMARK_CAPTURE(compress, gzip, Compression::gzip)->Arg(1 << 20)->Arg(32 << 20)->UseRealTime();
BENCHMARK_CAPTURE(compress, zstd, Compression::zstd)->Arg(1 << 20)->Arg(32 << 20)->UseRealTime();

void tar(benchmark::State& state) {
  StringSource file(content(static_cast<std::size_t>(state.range(0))));
  while (state.KeepRunning()) {
    NullSink out;
    TarWriter writer(out);
    file.rewind();
    writer.add_file("hello.wasm", 0755, 0, file, static_cast<std::uint64_t>(state.range(0)));
    writer.finish();
  }
  set_bytes(state);
}
BENCHMARK(tar)->Arg(16 << 20);

// An index with as many entries as the argument says.
void parse_json_index(benchmark::State& state) {
  std::string text = R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[)";
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    text += i == 0 ? "" : ",";
    text += R"({"mediaType":"application/vnd.oci.image.manifest.v1+json","size":500,"digest":")";
    text += digest_of(std::to_string(i)).str();
    text += R"(","platform":{"os":"wasi","architecture":"wasm"}})";
  }
  text += "]}";
  while (state.KeepRunning()) {
    benchmark::DoNotOptimize(parse_index(text));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(parse_json_index)->Arg(2)->Arg(1000);

// A module with a thousand imports and a code section of so many bytes: to be compared with hash of the same size, of
// which it should be a small part.
void describe(benchmark::State& state) {
  using namespace std::string_literals;
  std::string imports = testing::leb(1000);
  for (int i = 0; i < 1000; ++i) {
    imports += testing::name("wasi_snapshot_preview1") + testing::name("function_" + std::to_string(i)) + "\0\0"s;
  }
  const std::string module = std::string(testing::kCoreHeader) + testing::section(2, imports) +
                             testing::section(10, content(static_cast<std::size_t>(state.range(0))));
  const MemoryAccess bytes(as_bytes(module));
  while (state.KeepRunning()) {
    benchmark::DoNotOptimize(describe_wasm(bytes));
  }
  set_bytes(state);
}
BENCHMARK(describe)->Arg(16 << 20)->Arg(48 << 20);

}  // namespace
}  // namespace wasm_oci
