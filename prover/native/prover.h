/*
 * C interface of the native Groth16 prover over BN254. Nothing here throws, aborts or keeps global state; every
 * function may be called from any thread, and one session may make several proofs at the same time.
 */
#ifndef CATALYZE_PROVER_H
#define CATALYZE_PROVER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What came of a call. */
typedef enum prover_status {
  PROVER_OK = 0,
  /** The caller broke the contract: a null pointer, an unknown name. */
  PROVER_INVALID_ARGUMENT = 1,
  /** The file can't be opened or read. */
  PROVER_FILE_UNREADABLE = 2,
  /** The file is not what it should be; see section and reason. */
  PROVER_FILE_INVALID = 3,
  /** The witness does not fit the key, or a value is not below r. */
  PROVER_WITNESS_INVALID = 4,
  PROVER_CANCELLED = 5,
  PROVER_OUT_OF_MEMORY = 6,
  /** The operating system gives no random numbers, or no threads, or a file can't be written. */
  PROVER_SYSTEM_FAILED = 7,
  /** A bug of this library. */
  PROVER_INTERNAL = 8
} prover_status;

/** What went wrong. Strings are empty when they do not apply. */
typedef struct prover_error {
  prover_status status;
  /** Section of the file: "container", "header", "points A", … */
  char section[32];
  /** duplicate_section, missing_section, out_of_range, too_large, truncated, unsupported, wrong_field, wrong_magic,
   * wrong_size, wrong_version, off_curve. */
  char reason[32];
  char message[192];
} prover_error;

/** A proof: a.x, a.y, b.x real, b.x imaginary, b.y real, b.y imaginary, c.x, c.y; plain, little-endian. */
typedef struct prover_proof {
  uint8_t coordinates[8][32];
} prover_proof;

/** A proving key in memory. */
typedef struct prover_session prover_session;

/** Seen and used from other threads while a call runs. */
typedef struct prover_control prover_control;

typedef struct prover_options {
  /** Threads of a call; 0: as many as the process may use. */
  unsigned thread_count;
  /** portable, mulx or ifma; null or empty: the environment variable CATALYZE_CPU, or else the fastest that works. */
  const char* cpu_path;
} prover_options;

/** Null when memory is out. */
prover_control* prover_control_create(void);
/** Asks the call to stop; it ends with PROVER_CANCELLED within some milliseconds. */
void prover_control_cancel(prover_control* control);
/** phase: 0 loading, 1 constraints, 2 transforms, 3 points. Returns the share of the proof that is done, 0 to 1. */
double prover_control_progress(const prover_control* control, int* phase);
void prover_control_destroy(prover_control* control);

/** Reads and checks a `.zkey` file. Options, control and error may be null. */
prover_status prover_open(const char* path, const prover_options* options, prover_control* control,
                          prover_session** session, prover_error* error);

/** Wires of the key's circuit, the constant one among them, and its public signals, that one not counted. */
void prover_counts(const prover_session* session, uint32_t* wire_count, uint32_t* public_signal_count);

/**
 * Makes a proof. `witness`: wire_count plain little-endian values of 32 bytes, the first 1. r and s: 32 bytes each,
 * below the scalar prime, for reproducible tests only; null: drawn from the operating system, uniform mod r.
 * A witness that does not satisfy the constraints gives a proof that does not verify.
 */
prover_status prover_prove(const prover_session* session, const uint8_t* witness, size_t wire_count, const uint8_t* r,
                           const uint8_t* s, prover_control* control, prover_proof* proof, prover_error* error);

/**
 * The same from a `.wtns` file, which is held in memory only once. public_signals: 32 bytes for each public signal, plain
 * little-endian, filled before the proof is made; may be null.
 */
prover_status prover_prove_file(const prover_session* session, const char* witness_path, const uint8_t* r, const uint8_t* s,
                                prover_control* control, prover_proof* proof, uint8_t* public_signals, prover_error* error);

/** Releases a key. No proof may be in progress. */
void prover_close(prover_session* session);

/** The arithmetic path that null options choose now: portable, mulx or ifma; an unusable request gives null. */
const char* prover_cpu_path(void);

/**
 * Multiplies the generators by plain little-endian scalars below r: points as they stand in `.zkey` files (Montgomery,
 * infinity is zeros), 64 bytes for G1 and 128 for G2. Any count may be 0.
 */
prover_status prover_multiply_generators(const uint8_t* scalars_g1, size_t count_g1, uint8_t* points_g1,
                                         const uint8_t* scalars_g2, size_t count_g2, uint8_t* points_g2,
                                         const prover_options* options, prover_control* control, prover_error* error);

/** A constraint system: counts of an `.r1cs` file, and its constraints section as it stands. */
typedef struct prover_constraint_system {
  uint32_t wire_count;
  /** Outputs and public inputs; the constant one does not count. */
  uint32_t public_signal_count;
  uint32_t constraint_count;
  /** 2^domain_size_log2 is above constraint_count + public_signal_count; at most 27. */
  uint32_t domain_size_log2;
  const uint8_t* constraints;
  size_t constraint_bytes;
} prover_constraint_system;

/** Checks all terms; entries that the coefficients section of the key will have. */
prover_status prover_setup_coefficients(const prover_constraint_system* system, uint64_t* count, prover_error* error);

/**
 * The scalars of a key's points for a known trapdoor tau, alpha, beta, delta (gamma is 1), plain little-endian values
 * of 32 bytes. g1: A, B1 (wires each), IC then C (wires), H (domain), alpha, beta, delta; g2: B2 (wires), beta, gamma,
 * delta; coefficients: the coefficients section, 4 + 44 · count bytes. For development keys only: whoever knows the
 * trapdoor can prove anything.
 */
prover_status prover_setup_scalars(const prover_constraint_system* system, const uint8_t trapdoor[4][32], uint8_t* g1,
                                   uint8_t* g2, uint8_t* coefficients, prover_control* control, prover_error* error);

#ifdef __cplusplus
}
#endif
#endif
