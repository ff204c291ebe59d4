// The path for x86-64 with BMI2 and ADX (Broadwell, Zen and later): mulx, adcx, adox.
#define CATALYZE_PATH mulx
#define CATALYZE_USE_MULX 1
#include "path.hpp"

namespace catalyze {
namespace {

bool is_supported() {
  return __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("adx");
}

}  // namespace

extern const Backend mulx_backend;
const Backend mulx_backend{"mulx",
                           is_supported,
                           mulx::compile,
                           mulx::multiply_g1,
                           mulx::multiply_g2,
                           mulx::field_operation,
                           mulx::self_test,
                           mulx::benchmark};

}  // namespace catalyze
