// What programs of others make now is validated without a false alarm, as what is committed of them.
#include "tests/interop/by_others.hpp"
#include "tests/interop/peers.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace wasm_oci::testing {
namespace {

class MadeByOthers : public Interop {
 protected:
  MadeByOthers() {
    Environment& environment = user_.environment();
    environment["DOCKER_HOST"] = docker_.address();
    environment["PATH"] = PACKAGERS "/bin:" + environment["PATH"];
    std::filesystem::create_directory(out_);
  }

  std::filesystem::path out_ = user_.work() / "out";
  TempDir folder_;
  DockerDaemon docker_{folder_.path()};
};

// With WASM_OCI_ACCEPT=1 the committed archives become what is made now (testdata/by-others/README.md).
TEST_F(MadeByOthers, RaisesNoFalseAlarm) {
  user_.must_other({MAKE_BY_OTHERS, registry_.host(), out_.string(), user_.command({}).argv.front()});
  expect_no_false_alarm(user_, out_);
  if (std::getenv("WASM_OCI_ACCEPT") != nullptr) {  // NOLINT(concurrency-mt-unsafe): no other thread
    for (const auto& [name, rules] : made_by_others()) {
      std::filesystem::copy_file(out_ / name, testdata("by-others/" + name),
                                 std::filesystem::copy_options::overwrite_existing);
    }
  }
}

}  // namespace
}  // namespace wasm_oci::testing
