// What an arithmetic path offers to the rest of the library. There is one Backend per path; cpu.cpp chooses.
#pragma once
#include <memory>

#include "../field/memory.hpp"
#include "../files/zkey.hpp"
#include "threads.hpp"

namespace catalyze {

/** A compiled proving key. Proofs don't change it, so any number of them may use it at once. */
class Key {
 public:
  virtual ~Key() = default;
  virtual uint32_t wire_count() const = 0;
  virtual uint32_t public_signal_count() const = 0;
  /**
   * Makes a proof from wire_count plain values below r, which it releases as soon as it can; `r` and `s` are plain
   * and below r. Throws Failure, Cancelled.
   */
  virtual void prove(LargeArray<Integer256> witness, const Integer256& r, const Integer256& s, Threads& threads,
                     prover_proof& proof) const = 0;
};

/** One arithmetic path. */
struct Backend {
  const char* name;
  bool (*is_supported)();
  /** Reads and compiles a key. Throws Failure, Cancelled. */
  std::unique_ptr<Key> (*compile)(const ZkeyFile& file, Threads& threads);
  /** points[i] ← scalars[i] · generator, as in `.zkey` files. */
  void (*multiply_g1)(const Integer256* scalars, size_t count, uint8_t* points, Threads& threads);
  void (*multiply_g2)(const Integer256* scalars, size_t count, uint8_t* points, Threads& threads);
  /** a · b, a + b, a − b or 1 / a, plain; operation: '*', '+', '-', '/'; field: 'q' or 'r'. For tests: through lanes. */
  Integer256 (*field_operation)(char field, char operation, const Integer256& a, const Integer256& b);
  /** Compares fast with naive code on pseudo-random input of this seed; writes what differs. Number of failures. */
  int (*self_test)(uint64_t seed, FILE* log);
  /** Prints nanoseconds per operation: what is "field", "msm" or "ntt". */
  void (*benchmark)(const char* what, unsigned size_log2, Threads& threads, FILE* out);
};

extern const Backend portable_backend;
#if defined(__x86_64__)
extern const Backend mulx_backend;
extern const Backend ifma_backend;
#endif

/** The backend of this name; null or empty: CATALYZE_CPU, or the fastest that this processor runs. Throws Failure. */
const Backend& select_backend(const char* name);

/** Whether a witness value or a randomness is below r. */
inline bool is_scalar(const Integer256& value) { return is_below(value, ScalarFieldPrime::modulus); }

}  // namespace catalyze
