// The inner loops: hashing, compressing, writing a tar, reading JSON. run.sh measures the program as a whole.
#include "oci/digest.hpp"
#include "oci/layer/compression.hpp"
#include "oci/manifest.hpp"
#include "oci/stream.hpp"
#include "oci/tar_writer.hpp"

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
  for (auto _ : state) {
    benchmark::DoNotOptimize(digest_of(text));
  }
  set_bytes(state);
}
BENCHMARK(hash)->Arg(4 << 10)->Arg(16 << 20);

void compress(benchmark::State& state, Compression compression) {
  const std::string text = content(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
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
  for (auto _ : state) {
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
  for (auto _ : state) {
    benchmark::DoNotOptimize(parse_index(text));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(parse_json_index)->Arg(2)->Arg(1000);

}  // namespace
}  // namespace wasm_oci
