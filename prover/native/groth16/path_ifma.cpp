// The path for x86-64 with AVX-512 IFMA and VBMI2 (Ice Lake server, Zen 4 and later): eight lanes.
#define CATALYZE_PATH ifma
#define CATALYZE_USE_MULX 1
#define CATALYZE_USE_IFMA 1
#include "path.hpp"

namespace catalyze {
namespace {

bool is_supported() {
  return __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("adx") && __builtin_cpu_supports("avx512f") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512ifma") && __builtin_cpu_supports("avx512vbmi2");
}

}  // namespace

extern const Backend ifma_backend;
const Backend ifma_backend{"ifma",
                           is_supported,
                           ifma::compile,
                           ifma::multiply_g1,
                           ifma::multiply_g2,
                           ifma::field_operation,
                           ifma::self_test,
                           ifma::benchmark};

}  // namespace catalyze
