// Chooses the arithmetic path at run time. CATALYZE_CPU forces one, for tests and comparisons.
#include <cstdlib>

#include "backend.hpp"

namespace catalyze {

const Backend& select_backend(const char* name) {
  const Backend* const backends[] = {
#if defined(__x86_64__)
      &ifma_backend,
      &mulx_backend,
#endif
      &portable_backend,
  };
  if (name == nullptr || *name == 0) name = getenv("CATALYZE_CPU");
  for (const Backend* backend : backends) {
    const bool is_requested = name == nullptr || *name == 0 || strcmp(name, backend->name) == 0;
    if (is_requested && backend->is_supported()) return *backend;
  }
  throw Failure{PROVER_INVALID_ARGUMENT, "", "",
                std::string("this processor has no arithmetic path \"") + name + "\"; set CATALYZE_CPU to portable, mulx or ifma"};
}

}  // namespace catalyze
