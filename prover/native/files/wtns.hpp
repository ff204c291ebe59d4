// `.wtns` files, version 2: a witness, one plain little-endian value per wire.
#pragma once
#include "../field/integer.hpp"
#include "../field/memory.hpp"
#include "container.hpp"

namespace catalyze {

/** The values of a `.wtns` file over BN254's scalar field; not yet checked against the prime. Throws Failure. */
LargeArray<Integer256> read_witness(const char* path);

}  // namespace catalyze
