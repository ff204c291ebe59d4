// The header of a Groth16 `.zkey` file, version 1, and where its other sections lie. Sizes agree with the counts
// once this has been read; the numbers themselves are checked when the key is compiled (groth16/key.hpp).
#pragma once
#include "../field/integer.hpp"
#include "container.hpp"

namespace catalyze {

constexpr size_t zkey_g1_bytes = 64;
constexpr size_t zkey_g2_bytes = 128;
constexpr size_t zkey_coefficient_bytes = 44;

/** A `.zkey` file whose header has been read. */
struct ZkeyFile {
  Container container;
  uint32_t wire_count, public_signal_count;
  unsigned domain_size_log2;
  uint32_t coefficient_count;
  /** alpha1, beta1, delta1 in G1 and beta2, delta2 in G2: coordinates as they stand in the file. */
  Integer256 alpha1[2], beta1[2], delta1[2], beta2[4], delta2[4];
  Section coefficients, points_a, points_b1, points_b2, points_c, points_h;

  /** Throws Failure. */
  explicit ZkeyFile(const char* path);
};

}  // namespace catalyze
