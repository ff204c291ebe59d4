// The scalars of a development key from an `.r1cs` constraint system and a known trapdoor; the formulas are in
// prover/src/keys/setup-scalars.ts, whose results are the same bytes.
#pragma once
#include <vector>

#include "../groth16/threads.hpp"
#include "../prover.h"

namespace catalyze {

/** Terms of A and B, and one for each public wire: entries of the coefficients section. Checks all terms. Throws Failure. */
uint64_t count_setup_coefficients(const prover_constraint_system& system);

/** Fills the arrays of prover_setup_scalars. The system has been checked by count_setup_coefficients. Throws Failure, Cancelled. */
void compute_setup_scalars(const prover_constraint_system& system, const uint8_t trapdoor[4][32], uint8_t* g1, uint8_t* g2,
                           uint8_t* coefficients, const Control& control);

}  // namespace catalyze
