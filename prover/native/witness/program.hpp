// A value graph as a straight-line program over a small set of slots, and its execution. Owns the choice of form
// (canonical or Montgomery) of every value, the grouping of inversions, and the reuse of slots.
#pragma once

#include <cstdint>
#include <vector>

#include "graph.hpp"

namespace catalyze::witness {

enum class StepKind : uint8_t {
  multiply,            // d = a * b / 2^256
  add,                 // d = a + b
  subtract,            // d = a - b
  negate,              // d = -a
  to_montgomery,       // d = a * 2^256
  to_canonical,        // d = a / 2^256
  bool_to_montgomery,  // d = a == 0 ? 0 : 2^256
  bit,                 // d = bit b of a
  shift_right_by,      // d = a >> b, b a number
  shift_left,
  shift_right,
  quotient,
  remainder,
  power,  // a and d in Montgomery form, b canonical
  bit_and,
  bit_or,
  bit_xor,
  bit_not,
  equal,
  less,
  logical_not,
  logical_and,
  logical_or,
  select,        // d = c != 0 ? a : b
  gather,        // d = table b at a
  invert_batch,  // b pairs in inversions, from number d on
  output,        // wire b = a
  check,         // fails when a is 0
  check_equal,   // fails when a is not b
};

/** One step; operands are slots unless its kind says otherwise. */
struct Step {
  uint32_t destination;
  uint32_t a;
  uint32_t b;
  /** Upper 24 bits: operand c. Lower 8: the kind. */
  uint32_t c_and_kind;

  StepKind kind() const { return static_cast<StepKind>(c_and_kind & 0xff); }
  uint32_t c() const { return c_and_kind >> 8; }
};

struct SlotPair {
  uint32_t destination, source;
};

struct SlotTable {
  int64_t first;
  /** NO_NODE where there is no entry. */
  std::vector<uint32_t> slots;
};

struct Program {
  std::vector<Step> steps;
  std::vector<SlotPair> inversions;
  std::vector<SlotTable> tables;
  /** Contents of the first slots; the inputs follow, then the rest. */
  std::vector<Scalar> constants;
  uint32_t input_count = 0;
  uint32_t slot_count = 0;
  uint32_t wire_count = 0;
};

/** @throws Unsupported when the circuit is too large */
Program compile(const Circuit& circuit);

/**
 * Computes a witness.
 * @param inputs input_count canonical values
 * @param wires room for wire_count canonical values, 32 little-endian bytes each
 * @param portable multiplies without BMI2 and ADX even where the CPU has them
 * @returns false when a check fails: there is no witness, or only the WASM program can compute it
 */
bool run(const Program& program, const Scalar* inputs, uint8_t* wires, bool portable);

/** Whether run uses BMI2 and ADX when it may. */
bool has_adx();

}  // namespace catalyze::witness
