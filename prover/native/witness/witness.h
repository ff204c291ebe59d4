/* C interface of the native witness generator. Programs are circom's `.wasm` files; a witness is the same, bit for bit,
 * as the WASM program's. No exception crosses it, nothing is global, and a program may be run by several threads at
 * once. Where a program can't be used, or an input has no witness, the caller uses the WASM program, which also says
 * why. */
#ifndef CATALYZE_WITNESS_H
#define CATALYZE_WITNESS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  CATALYZE_WITNESS_OK = 0,
  /** The file is not a program that has a native form; the message says why. */
  CATALYZE_WITNESS_UNSUPPORTED = 1,
  /** Signals are missing, unknown, of the wrong size, or not below r. */
  CATALYZE_WITNESS_INPUT_MISMATCH = 2,
  /** An assertion does not hold, or only the WASM program can tell. */
  CATALYZE_WITNESS_CHECK_FAILED = 3,
  CATALYZE_WITNESS_OUT_OF_MEMORY = 4,
} catalyze_witness_status;

typedef struct catalyze_witness_program catalyze_witness_program;

/** Input signals: FNV-1a hashes of names and numbers of values, and all values in the same order, 32 little-endian
 * bytes each, below r. */
typedef struct {
  const uint64_t* name_hashes;
  const uint32_t* value_counts;
  size_t signal_count;
  const uint8_t* values;
  size_t value_bytes;
} catalyze_witness_input;

/** Translates a program. On failure writes a reason, at most message_size bytes with the final zero. */
catalyze_witness_status catalyze_witness_open(const uint8_t* wasm, size_t wasm_bytes,
                                              catalyze_witness_program** out, char* message, size_t message_size);

/** Number of values of a witness. */
size_t catalyze_witness_wire_count(const catalyze_witness_program* program);

/** Number of steps of the translated program. */
size_t catalyze_witness_step_count(const catalyze_witness_program* program);

/** Computes a witness: 32 little-endian bytes per wire into values_out, of wire_count * 32 bytes. */
catalyze_witness_status catalyze_witness_run(const catalyze_witness_program* program,
                                             const catalyze_witness_input* input, uint8_t* values_out,
                                             size_t values_out_bytes, int portable);

void catalyze_witness_close(catalyze_witness_program* program);

#ifdef __cplusplus
}
#endif

#endif
