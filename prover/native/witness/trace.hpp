// Symbolic execution of circom's witness programs: from the bytes of a `.wasm` to a value graph. Control flow that
// does not depend on the input is followed; an `if` that does is executed both ways and merged. Whatever can't be
// turned into a graph that is right for every input is Unsupported.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "graph.hpp"

namespace catalyze::witness {

/** An input signal of the main component. */
struct InputSignal {
  /** 64-bit FNV-1a hash of its name. */
  uint64_t hash;
  uint32_t value_count;
  /** Index of its first value among the circuit's inputs. */
  uint32_t first;
};

struct TracedCircuit {
  Circuit circuit;
  std::vector<InputSignal> inputs;
};

/** @throws Unsupported */
TracedCircuit trace_program(const uint8_t* bytes, size_t length);

}  // namespace catalyze::witness
