// Branches on the input, and the calls of circom's run time, in the interpreter.
#include "machine.hpp"

namespace catalyze::witness {

namespace {

constexpr int64_t MAXIMUM_TABLE = 4096;
constexpr uint32_t MAXIMUM_NESTING = 1500;

}  // namespace

void Machine::check(NodeId condition) {
  const NodeId node = graph_.logical_or(graph_.logical_not(path_), condition);
  if (const Scalar* value = graph_.constant_of(node)) {
    if (value->is_zero()) throw Unsupported("no input has a witness");
    return;
  }
  circuit_.checks.push_back(node);
}

/** Notes that the current path fails when the condition holds. */
void Machine::fail_when(NodeId condition) { check(graph_.logical_not(condition)); }

/** Executes one side of an `if`, up to its end or, with NO_STOP, up to the function's return. */
Outcome Machine::execute_side(Frame& frame, const Instruction& block, uint32_t pc, uint32_t stop, NodeId condition,
                              const Frame& base) {
  frame.locals = base.locals;
  frame.labels = base.labels;
  frame.labels.push_back({&block, stack_.size()});
  const NodeId path = path_;
  const size_t height = stack_.size(), floor = frame.label_floor;
  path_ = graph_.logical_and(path, condition);
  frame.label_floor = stop == NO_STOP ? 0 : frame.labels.size();
  const Outcome outcome = execute(frame, pc, stop);
  stack_.resize(height);
  frame.label_floor = floor;
  path_ = path;
  return outcome;
}

Machine::Side Machine::capture(const Frame& frame, Outcome outcome, size_t since) const {
  return {outcome, memory_.capture(since), frame.locals, result_};
}

Value Machine::merge_value(const Value& current, const Value& captured) const {
  const bool same = current.kind == captured.kind && current.bits == captured.bits && current.node == captured.node;
  return same ? current : Value{0, 0, Value::Kind::unknown};
}

void Machine::merge_values(std::vector<Value>& current, const std::vector<Value>& captured) const {
  for (size_t i = 0; i < current.size(); i++) current[i] = merge_value(current[i], captured[i]);
}

/** An `if` at pc whose condition depends on the input; moves pc behind what it executed. */
Outcome Machine::branch(Frame& frame, uint32_t& pc, NodeId condition) {
  const Instruction& instruction = frame.function.code[pc];
  if (instruction.arity != 0) throw Unsupported("a value depends on the input by control flow");
  if (++depth_ > MAXIMUM_NESTING) throw Unsupported("branches are nested too deeply");
  const auto end = static_cast<uint32_t>(instruction.end);
  const NodeId opposite = graph_.logical_not(condition);
  const Frame base = frame;
  const size_t since = memory_.begin();

  const Outcome first = execute_side(frame, instruction, pc + 1, end, condition, base);
  const Side taken = capture(frame, first, since);
  memory_.rollback(since);
  Outcome outcome = Outcome::reached_end;
  if (first == Outcome::failed) {
    // Only the other side goes on; it is executed as if there were no branch.
    fail_when(condition);
    frame.locals = base.locals;
    frame.labels = base.labels;
    frame.labels.push_back({&instruction, stack_.size()});
    pc = instruction.a;
  } else {
    const uint32_t stop = first == Outcome::returned ? NO_STOP : end;
    const Outcome second = execute_side(frame, instruction, instruction.a, stop, opposite, base);
    if (second == Outcome::failed) {
      memory_.rollback(since);
      fail_when(opposite);
      memory_.apply(taken.writes);
      frame.locals = taken.locals;
      result_ = taken.result;
      outcome = first;
    } else if (second == first) {
      memory_.merge(since, taken.writes, condition);
      merge_values(frame.locals, taken.locals);
      if (first == Outcome::returned) result_ = merge_value(result_, taken.result);
      outcome = first;
    } else {
      // Only the second returned: the first is executed again, up to its return.
      const Side other = capture(frame, second, since);
      memory_.rollback(since);
      const Outcome again = execute_side(frame, instruction, pc + 1, NO_STOP, condition, base);
      if (again == Outcome::failed) {
        memory_.rollback(since);
        fail_when(condition);
        memory_.apply(other.writes);
        result_ = other.result;
      } else {
        memory_.merge(since, other.writes, opposite);
        result_ = merge_value(result_, other.result);
      }
      outcome = Outcome::returned;
    }
    frame.labels = base.labels;
    pc = end + 1;
  }
  memory_.end();
  depth_--;
  return outcome;
}

/** The element that a pointer points to; one that depends on the input reads every element it may point to. */
NodeId Machine::read(const Value& pointer, uint32_t offset) {
  if (pointer.kind == Value::Kind::plain) return memory_.read(static_cast<uint32_t>(pointer.bits) + offset);
  if (pointer.kind != Value::Kind::index) throw Unsupported("an address is not known");
  const auto range = graph_.interval(pointer.node);
  if (!range || range->high - range->low >= MAXIMUM_TABLE) throw Unsupported("an index has no known bounds");
  const auto scale = static_cast<uint32_t>(pointer.bits >> 32), base = static_cast<uint32_t>(pointer.bits) + offset;
  steps_ += static_cast<uint64_t>(range->high - range->low);
  GatherTable table{range->low, {}};
  for (int64_t index = range->low; index <= range->high; index++) {
    const NodeId entry = memory_.try_read(base + scale * static_cast<uint32_t>(index));
    table.entries.push_back(entry);
    // What lies there is not an element: the native program does not know what the WASM program reads.
    if (entry == NO_NODE) fail_when(graph_.equal(pointer.node, graph_.number(index)));
  }
  return graph_.gather(pointer.node, std::move(table));
}

void Machine::write(const Value& pointer, NodeId node, uint32_t offset) {
  if (pointer.kind == Value::Kind::plain) return memory_.write(static_cast<uint32_t>(pointer.bits) + offset, node);
  if (pointer.kind != Value::Kind::index) throw Unsupported("an address is not known");
  const auto range = graph_.interval(pointer.node);
  if (!range || range->high - range->low >= MAXIMUM_TABLE) throw Unsupported("an index has no known bounds");
  const auto scale = static_cast<uint32_t>(pointer.bits >> 32), base = static_cast<uint32_t>(pointer.bits) + offset;
  for (int64_t index = range->low; index <= range->high; index++) {
    const uint32_t address = base + scale * static_cast<uint32_t>(index);
    const NodeId hit = graph_.equal(pointer.node, graph_.number(index));
    const NodeId before = memory_.try_read(address);
    if (before == NO_NODE) fail_when(hit);
    else memory_.write(address, graph_.select(hit, node, before));
  }
}

Outcome Machine::call_runtime(Runtime function) {
  switch (function) {
    case Runtime::build_buffer_message:
      return Outcome::failed;  // only called when an assertion does not hold
    case Runtime::build_log_message:
    case Runtime::copy_fr_to_shared:
      pop();
      return Outcome::reached_end;
    case Runtime::copyn: {
      const auto count = static_cast<uint32_t>(pop_plain());
      const Value from = pop(), to = pop();
      steps_ += count;
      for (uint32_t i = 0; i < count; i++) write(to, read(from, ELEMENT_BYTES * i), ELEMENT_BYTES * i);
      return Outcome::reached_end;
    }
    case Runtime::is_true: {
      const NodeId node = read(pop());
      if (const Scalar* value = graph_.constant_of(node)) push_plain(!value->is_zero());
      else push({0, node, Value::Kind::truth});
      return Outcome::reached_end;
    }
    case Runtime::eq_r: {
      const Value b = pop(), a = pop();
      if (!inputs_placed) {
        input_addresses.push_back(static_cast<uint32_t>(a.bits));
        push_plain(1);
        return Outcome::reached_end;
      }
      const NodeId node = graph_.equal(read(a), read(b));
      if (const Scalar* value = graph_.constant_of(node)) push_plain(!value->is_zero());
      else push({0, node, Value::Kind::truth});
      return Outcome::reached_end;
    }
    case Runtime::to_int: {
      const NodeId node = read(pop());
      const Scalar* value = graph_.constant_of(node);
      if (value == nullptr) {
        push({uint64_t{1} << 32, node, Value::Kind::index});
      } else if (is_negative(*value)) {
        push_plain(0u - static_cast<uint32_t>(negate(*value).limb[0]));
      } else {
        push_plain(static_cast<uint32_t>(value->limb[0]));
      }
      return Outcome::reached_end;
    }
    case Runtime::to_normal:
    case Runtime::to_montgomery:
    case Runtime::to_long_normal:
      pop();  // another form of the same value
      return Outcome::reached_end;
    default:
      call_field(function);
      return Outcome::reached_end;
  }
}

void Machine::call_field(Runtime function) {
  const bool unary = function == Runtime::copy || function == Runtime::neg || function == Runtime::inv ||
                     function == Runtime::bnot || function == Runtime::lnot;
  const Value right = unary ? Value{} : pop();
  const Value left = pop(), to = pop();
  const NodeId a = read(left), b = unary ? a : read(right);
  Graph& graph = graph_;
  const auto result = [&]() -> NodeId {
    switch (function) {
      case Runtime::copy: return a;
      case Runtime::neg: return graph.negate(a);
      case Runtime::inv: return graph.invert(a);
      case Runtime::bnot: return graph.bit_not(a);
      case Runtime::lnot: return graph.logical_not(a);
      case Runtime::add: return graph.add(a, b);
      case Runtime::sub: return graph.subtract(a, b);
      case Runtime::mul: return graph.multiply(a, b);
      case Runtime::div:
        // The result is written before the dividend is read.
        if (to.kind == left.kind && to.bits == left.bits) throw Unsupported("a division overwrites its operand");
        return graph.multiply(graph.invert(b), a);
      case Runtime::idiv:
      case Runtime::mod:
        fail_when(graph.equal(b, graph.constant(ZERO)));  // WASM traps
        return function == Runtime::idiv ? graph.quotient(a, b) : graph.remainder(a, b);
      case Runtime::pow: return graph.power(a, b);
      case Runtime::shl: return graph.shift(a, b, true);
      case Runtime::shr: return graph.shift(a, b, false);
      case Runtime::band: return graph.bitwise(Operation::bit_and, a, b);
      case Runtime::bor: return graph.bitwise(Operation::bit_or, a, b);
      case Runtime::bxor: return graph.bitwise(Operation::bit_xor, a, b);
      case Runtime::eq: return graph.equal(a, b);
      case Runtime::neq: return graph.logical_not(graph.equal(a, b));
      case Runtime::lt: return graph.less(a, b);
      case Runtime::gt: return graph.less(b, a);
      case Runtime::leq: return graph.logical_not(graph.less(b, a));
      case Runtime::geq: return graph.logical_not(graph.less(a, b));
      case Runtime::land: return graph.logical_and(a, b);
      case Runtime::lor: return graph.logical_or(a, b);
      default: throw Unsupported("the circuit calls into the run time in an unknown way");
    }
  };
  write(to, result());
}

}  // namespace catalyze::witness
