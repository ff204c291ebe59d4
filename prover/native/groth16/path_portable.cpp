// The path that every processor runs: 64 × 64 → 128-bit multiplication as the compiler makes it.
#define CATALYZE_PATH portable
#include "path.hpp"

namespace catalyze {
namespace {

bool is_supported() {
  return true;
}

}  // namespace

extern const Backend portable_backend;
const Backend portable_backend{"portable",
                           is_supported,
                           portable::compile,
                           portable::multiply_g1,
                           portable::multiply_g2,
                           portable::field_operation,
                           portable::self_test,
                           portable::benchmark};

}  // namespace catalyze
