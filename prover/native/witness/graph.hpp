// The value graph of a circuit: what a witness program computes, without its control flow. Nodes are field elements
// and are numbered in an order in which every node follows its operands. Owns folding of constants, shared
// subexpressions and the identities that hold for every input; assumes nothing about who builds it.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <vector>

#include "scalar.hpp"

namespace catalyze::witness {

/** The program does something that has no native form; the caller uses the WASM program instead. */
class Unsupported : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

using NodeId = uint32_t;
inline constexpr NodeId NO_NODE = 0xffffffff;

enum class Operation : uint8_t {
  input,         // a: index of the input value
  constant,      // a: index into constants
  add,           // a + b
  subtract,      // a - b
  negate,        // -a
  multiply,      // a * b
  invert,        // 1 / a, 0 for 0
  bit,           // bit b of a, b a number
  shift_right_by,  // a / 2^b, b a number below 254
  shift_left,    // a << b
  shift_right,   // a >> b
  quotient,      // a \ b, 0 when b is 0
  remainder,     // a % b, 0 when b is 0
  power,         // a ** b
  bit_and,
  bit_or,
  bit_xor,
  bit_not,
  equal,         // a == b
  less,          // a < b, signed
  logical_not,   // a == 0
  logical_and,
  logical_or,
  select,        // c != 0 ? a : b
  gather,        // tables[b][a as signed integer]
};

struct Node {
  NodeId a, b, c;
  Operation operation;
  /** 0 or 1 for every input. */
  bool is_bool;
};

/** A range of consecutive indices and the node at each, NO_NODE where there is none. */
struct GatherTable {
  int64_t first;
  std::vector<NodeId> entries;
};

/** Inclusive range of a node's value as a signed integer. */
struct Interval {
  int64_t low, high;
};

class Graph {
 public:
  Graph();

  NodeId constant(const Scalar& canonical);
  NodeId number(int64_t value);
  NodeId input(uint32_t index);
  NodeId add(NodeId a, NodeId b);
  NodeId subtract(NodeId a, NodeId b);
  NodeId negate(NodeId a);
  NodeId multiply(NodeId a, NodeId b);
  NodeId invert(NodeId a);
  NodeId shift(NodeId a, NodeId amount, bool left);
  /** The divisor is not the constant 0; a divisor that is 0 at run time is the caller's to check. */
  NodeId quotient(NodeId a, NodeId b);
  NodeId remainder(NodeId a, NodeId b);
  NodeId power(NodeId a, NodeId b);
  NodeId bitwise(Operation operation, NodeId a, NodeId b);
  NodeId bit_not(NodeId a);
  NodeId equal(NodeId a, NodeId b);
  NodeId less(NodeId a, NodeId b);
  NodeId logical_not(NodeId a);
  NodeId logical_and(NodeId a, NodeId b);
  NodeId logical_or(NodeId a, NodeId b);
  NodeId select(NodeId condition, NodeId a, NodeId b);
  NodeId gather(NodeId index, GatherTable table);

  /** The value when the node is a constant. */
  const Scalar* constant_of(NodeId node) const;
  /** Bounds that hold for every input, when they are known and small. */
  std::optional<Interval> interval(NodeId node) const;
  bool is_constant(NodeId node, const Scalar& value) const;

  std::vector<Node> nodes;
  std::vector<Scalar> constants;
  std::vector<GatherTable> tables;

 private:
  NodeId make(Operation operation, NodeId a, NodeId b, NodeId c, bool is_bool);
  NodeId truth(NodeId a);
  void grow_index();
  void grow_constant_index();
  std::optional<Interval> compute_interval(NodeId node, int depth) const;
  std::optional<Interval> arithmetic_interval(const Node& node, int depth) const;

  /** Open addressing: upper half of the hash, one more than the node's number. */
  std::vector<uint64_t> index_;
  size_t table_entries_ = 0;
  /** Open addressing over nodes, one more than the node's number. */
  std::vector<uint32_t> constant_index_;
};

/** A graph with its boundary. */
struct Circuit {
  Graph graph;
  uint32_t input_count = 0;
  /** Node of every wire. */
  std::vector<NodeId> wires;
  /** Nodes that are not zero whenever the input has a witness that the native program may compute. */
  std::vector<NodeId> checks;
};

}  // namespace catalyze::witness
