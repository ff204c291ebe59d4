// The interpreter behind trace.hpp: WebAssembly's stack machine over plain 32- and 64-bit words, with field elements
// as nodes. Calls of circom's run time become nodes; conditions on inputs become selects.
#pragma once

#include <cstdint>
#include <vector>

#include "memory.hpp"
#include "module.hpp"
#include "runtime.hpp"

namespace catalyze::witness {

/** A value on the machine's stack or in a local. */
struct Value {
  enum class Kind : uint8_t {
    plain,    // bits
    truth,    // whether the node is not zero; bits = 1: whether it is zero
    index,    // node as a signed integer, times the upper half of bits, plus the lower half, modulo 2^32
    unknown,  // different after the two sides of a branch
  };
  uint64_t bits = 0;
  NodeId node = 0;
  Kind kind = Kind::plain;
};

enum class Outcome : uint8_t {
  reached_end,
  returned,
  /** The path fails: an assertion does not hold. */
  failed,
};

struct Label {
  const Instruction* block;
  size_t height;
};

struct Frame {
  const Function& function;
  std::vector<Value> locals;
  std::vector<Label> labels;
  size_t stack_base;
  /** Labels below belong to code outside of the branch that is being executed. */
  size_t label_floor;
};

class Machine {
 public:
  Machine(const Module& module, Circuit& circuit);

  /** Calls a function with plain arguments. @returns its result, 0 when it has none */
  uint64_t call_plain(uint32_t function, std::initializer_list<uint32_t> arguments);

  Memory& memory() { return memory_; }

  /** Where setInputSignal put the values; once all are set and the circuit's code is entered, they become the inputs. */
  std::vector<uint32_t> input_addresses;
  bool inputs_placed = false;

 private:
  static constexpr uint32_t NO_STOP = 0xffffffff;

  /** One side of a branch, executed. */
  struct Side {
    Outcome outcome;
    std::vector<WordState> writes;
    std::vector<Value> locals;
    Value result;
  };

  Outcome call(uint32_t index);
  Outcome call_runtime(Runtime function);
  void call_field(Runtime function);
  Outcome execute(Frame& frame, uint32_t pc, uint32_t stop);
  void execute_plain(const Instruction& instruction, Frame& frame);
  void execute_memory(const Instruction& instruction);
  void execute_i32(uint16_t opcode);
  void execute_i64(uint16_t opcode);
  bool execute_symbolic(uint16_t opcode);
  uint32_t jump(Frame& frame, uint32_t depth, bool& returns);
  Outcome branch(Frame& frame, uint32_t& pc, NodeId condition);
  Outcome execute_side(Frame& frame, const Instruction& block, uint32_t pc, uint32_t stop, NodeId condition,
                       const Frame& base);
  Side capture(const Frame& frame, Outcome outcome, size_t since) const;
  void merge_values(std::vector<Value>& current, const std::vector<Value>& captured) const;
  Value merge_value(const Value& current, const Value& captured) const;

  void push(const Value& value) {
    if (stack_.size() == stack_.capacity()) grow_stack();
    stack_.push_back(value);
  }
  void grow_stack();
  void push_plain(uint64_t bits) { push({bits, 0, Value::Kind::plain}); }
  Value pop() {
    if (stack_.size() <= stack_floor_) throw Unsupported("the program's stack is empty");
    const Value value = stack_.back();
    stack_.pop_back();
    return value;
  }
  uint64_t pop_plain() {
    const Value value = pop();
    if (value.kind != Value::Kind::plain) throw Unsupported("control flow or addresses depend on the input");
    return value.bits;
  }
  NodeId read(const Value& pointer, uint32_t offset = 0);
  void write(const Value& pointer, NodeId node, uint32_t offset = 0);
  void check(NodeId condition);
  void fail_when(NodeId condition);

  const Module& module_;
  Circuit& circuit_;
  Graph& graph_;
  Memory memory_;
  std::vector<Value> stack_;
  size_t stack_floor_ = 0;
  Value result_;
  /** The condition under which the current code is executed. */
  NodeId path_;
  uint32_t depth_ = 0;
  uint64_t steps_ = 0;
};

}  // namespace catalyze::witness
