// The interpreter's loop: control flow, and the plain instructions.
#include "machine.hpp"

namespace catalyze::witness {

namespace {

constexpr uint32_t MAXIMUM_DEPTH = 1000;
constexpr size_t MAXIMUM_STACK = 1u << 16;
constexpr uint64_t MAXIMUM_STEPS = uint64_t{1} << 33;

}  // namespace

Machine::Machine(const Module& module, Circuit& circuit)
    : module_(module), circuit_(circuit), graph_(circuit.graph), memory_(module, circuit.graph) {
  path_ = graph_.constant(ONE);
}

uint64_t Machine::call_plain(uint32_t function, std::initializer_list<uint32_t> arguments) {
  stack_.clear();
  stack_floor_ = 0;
  for (const uint32_t argument : arguments) push_plain(argument);
  const Outcome outcome = call(function);
  if (outcome == Outcome::failed) throw Unsupported("no input has a witness");
  return stack_.empty() ? 0 : pop_plain();
}

void Machine::grow_stack() {
  if (stack_.size() >= MAXIMUM_STACK) throw Unsupported("the program's stack is too deep");
  stack_.reserve(stack_.size() * 2 + 256);
}

Outcome Machine::call(uint32_t index) {
  if (index < IMPORT_COUNT) {
    // exceptionHandler and printErrorMessage end a run; the other two write messages.
    return index < 2 ? Outcome::failed : Outcome::reached_end;
  }
  const uint32_t own = index - IMPORT_COUNT;
  if (own < static_cast<uint32_t>(Runtime::first_of_circuit)) {
    const auto runtime = static_cast<Runtime>(own);
    const bool interpreted = runtime == Runtime::int_copy || runtime == Runtime::int_zero ||
                             (runtime >= Runtime::get_offset_io && runtime != Runtime::build_buffer_message &&
                              runtime != Runtime::build_log_message && runtime != Runtime::copy_fr_to_shared);
    if (!interpreted) return call_runtime(runtime);
  } else if (!inputs_placed) {
    // The first of the circuit's functions creates its components; the first that runs has all inputs.
    if (input_addresses.size() == circuit_.input_count && circuit_.input_count > 0) {
      for (uint32_t i = 0; i < circuit_.input_count; i++) memory_.write(input_addresses[i], graph_.input(i));
      inputs_placed = true;
    }
  }
  if (own >= module_.functions.size()) throw Unsupported("a called function does not exist");
  const Function& function = module_.functions[own];
  if (++depth_ > MAXIMUM_DEPTH) throw Unsupported("the program's calls are nested too deeply");
  Frame frame{function, std::vector<Value>(function.local_count), {}, 0, 0};
  for (uint32_t i = function.type.parameters; i > 0; i--) frame.locals[i - 1] = pop();
  const size_t floor = stack_floor_;
  stack_floor_ = frame.stack_base = stack_.size();
  const Outcome outcome = execute(frame, 0, NO_STOP);
  stack_.resize(frame.stack_base);
  stack_floor_ = floor;
  depth_--;
  if (outcome == Outcome::failed) return outcome;
  if (function.type.results > 0) push(result_);
  return Outcome::reached_end;
}

/** Leaves `depth` blocks. @returns where to go on */
uint32_t Machine::jump(Frame& frame, uint32_t depth, bool& returns) {
  returns = depth >= frame.labels.size();
  if (returns) return 0;
  const size_t target = frame.labels.size() - 1 - depth;
  if (target < frame.label_floor) throw Unsupported("a loop ends in a branch that depends on the input");
  const Label label = frame.labels[target];
  const bool is_loop = label.block->opcode == 0x03;
  Value carried;
  const bool carries = !is_loop && label.block->arity > 0;
  if (carries) carried = pop();
  if (stack_.size() > label.height) stack_.resize(label.height);
  if (carries) push(carried);
  frame.labels.resize(is_loop ? target + 1 : target);
  return is_loop ? label.block->a + 1 : static_cast<uint32_t>(label.block->end) + 1;
}

/** The function that a direct or an indirect call means. */
uint32_t Machine::callee(const Instruction& instruction) {
  if (instruction.opcode == 0x10) return instruction.a;
  const uint64_t entry = pop_plain();
  if (entry >= module_.table.size()) throw Unsupported("a table entry does not exist");
  return module_.table[entry];
}

Outcome Machine::execute(Frame& frame, uint32_t pc, uint32_t stop) {
  const std::vector<Instruction>& code = frame.function.code;
  const auto return_now = [&] {
    if (frame.function.type.results > 0) result_ = pop();
    return Outcome::returned;
  };
  while (pc != stop) {
    if (++steps_ > MAXIMUM_STEPS) throw Unsupported("the program takes too many steps");
    const Instruction& instruction = code[pc];
    switch (instruction.opcode) {
      case 0x20:
        push(frame.locals[instruction.a]);
        pc++;
        break;
      case 0x41:
        push_plain(instruction.constant);
        pc++;
        break;
      case 0x02:
      case 0x03:
        frame.labels.push_back({&instruction, stack_.size()});
        pc++;
        break;
      case 0x04: {
        const Value condition = pop();
        if (condition.kind == Value::Kind::truth) {
          const NodeId node = condition.bits ? graph_.logical_not(condition.node) : condition.node;
          const Outcome outcome = branch(frame, pc, node);
          if (outcome != Outcome::reached_end) return outcome;
          break;
        }
        if (condition.kind != Value::Kind::plain) throw Unsupported("a condition is not known");
        frame.labels.push_back({&instruction, stack_.size()});
        pc = static_cast<uint32_t>(condition.bits) != 0 ? pc + 1 : instruction.a;
        break;
      }
      case 0x05:
        pc = static_cast<uint32_t>(instruction.end);
        break;
      case 0x0b:
        if (frame.labels.empty()) return return_now();
        frame.labels.pop_back();
        pc++;
        break;
      case 0x0c:
      case 0x0d: {
        pc++;
        if (instruction.opcode == 0x0d && static_cast<uint32_t>(pop_plain()) == 0) break;
        bool returns;
        pc = jump(frame, instruction.a, returns);
        if (returns) return return_now();
        break;
      }
      case 0x0f:
        return return_now();
      case 0x10:
      case 0x11:
        if (call(callee(instruction)) == Outcome::failed) return Outcome::failed;
        pc++;
        break;
      default:
        execute_plain(instruction, frame);
        pc++;
    }
  }
  return Outcome::reached_end;
}

void Machine::execute_plain(const Instruction& instruction, Frame& frame) {
  const uint16_t opcode = instruction.opcode;
  switch (opcode) {
    case 0x01:
      return;
    case 0x1a:
      pop();
      return;
    case 0x21:
      frame.locals[instruction.a] = pop();
      return;
    case 0x22:
      frame.locals[instruction.a] = pop();
      push(frame.locals[instruction.a]);
      return;
    case 0x42:
      push_plain(instruction.constant);
      return;
    case 0x3f:
      push_plain(memory_.pages());
      return;
    case 0x40: {
      const uint32_t before = memory_.pages();
      const bool grown = memory_.grow(static_cast<uint32_t>(pop_plain()));
      push_plain(grown ? before : 0xffffffff);
      return;
    }
    default:
      break;
  }
  if (opcode >= 0x28 && opcode <= 0x3e) return execute_memory(instruction);
  if (opcode == 0x6a || opcode == 0x6c) {
    const size_t size = stack_.size();
    if (size >= stack_floor_ + 2 && stack_[size - 1].kind == Value::Kind::plain &&
        stack_[size - 2].kind == Value::Kind::plain) {
      const uint64_t a = stack_[size - 2].bits, b = stack_[size - 1].bits;
      stack_.pop_back();
      stack_.back().bits = static_cast<uint32_t>(opcode == 0x6a ? a + b : a * b);
      return;
    }
  }
  if (execute_symbolic(opcode)) return;
  const bool is_i64 = (opcode >= 0x50 && opcode <= 0x5a) || (opcode >= 0x79 && opcode <= 0x8a) || opcode == 0xa7;
  if (is_i64) return execute_i64(opcode);
  execute_i32(opcode);
}

void Machine::execute_memory(const Instruction& instruction) {
  const uint16_t opcode = instruction.opcode;
  const bool stores = opcode >= 0x36;
  const uint64_t value = stores ? pop_plain() : 0;
  const uint64_t address = (pop_plain() & 0xffffffff) + instruction.a;
  if (address > 0xfffffff0) throw Unsupported("an access lies outside of the memory");
  const auto at = static_cast<uint32_t>(address);
  switch (opcode) {
    case 0x28:
      return push_plain(memory_.load(at));
    case 0x29:
      return push_plain(memory_.load(at) | uint64_t{memory_.load(at + 4)} << 32);
    case 0x2c:
      return push_plain(static_cast<uint32_t>(static_cast<int8_t>(memory_.load_byte(at))));
    case 0x2d:
      return push_plain(memory_.load_byte(at));
    case 0x34:
      return push_plain(static_cast<uint64_t>(static_cast<int64_t>(static_cast<int32_t>(memory_.load(at)))));
    case 0x35:
      return push_plain(memory_.load(at));
    case 0x36:
    case 0x3e:
      return memory_.store(at, static_cast<uint32_t>(value));
    case 0x37:
      memory_.store(at, static_cast<uint32_t>(value));
      return memory_.store(at + 4, static_cast<uint32_t>(value >> 32));
    case 0x3a: {
      const uint32_t shift = 8 * (at & 3), word = memory_.load(at & ~3u);
      return memory_.store(at & ~3u, (word & ~(0xffu << shift)) | (static_cast<uint32_t>(value) & 0xff) << shift);
    }
    default:
      throw Unsupported("the program uses an access that circom does not emit");
  }
}

void Machine::execute_i32(uint16_t opcode) {
  if (opcode == 0x45) return push_plain(static_cast<uint32_t>(pop_plain()) == 0);
  if (opcode == 0xac) {
    return push_plain(static_cast<uint64_t>(static_cast<int64_t>(static_cast<int32_t>(pop_plain()))));
  }
  if (opcode == 0xad) return push_plain(static_cast<uint32_t>(pop_plain()));
  if (opcode == 0x1b) {
    const bool first = static_cast<uint32_t>(pop_plain()) != 0;
    const Value second_value = pop(), first_value = pop();
    return push(first ? first_value : second_value);
  }
  const auto b = static_cast<uint32_t>(pop_plain()), a = static_cast<uint32_t>(pop_plain());
  const auto sb = static_cast<int32_t>(b), sa = static_cast<int32_t>(a);
  switch (opcode) {
    case 0x46: return push_plain(a == b);
    case 0x47: return push_plain(a != b);
    case 0x48: return push_plain(sa < sb);
    case 0x49: return push_plain(a < b);
    case 0x4a: return push_plain(sa > sb);
    case 0x4b: return push_plain(a > b);
    case 0x4c: return push_plain(sa <= sb);
    case 0x4d: return push_plain(a <= b);
    case 0x4e: return push_plain(sa >= sb);
    case 0x4f: return push_plain(a >= b);
    case 0x6a: return push_plain(a + b);
    case 0x6b: return push_plain(a - b);
    case 0x6c: return push_plain(static_cast<uint32_t>(uint64_t{a} * b));
    case 0x6e:
    case 0x70:
      if (b == 0) throw Unsupported("the program divides by zero");
      return push_plain(opcode == 0x6e ? a / b : a % b);
    case 0x71: return push_plain(a & b);
    case 0x72: return push_plain(a | b);
    case 0x73: return push_plain(a ^ b);
    case 0x74: return push_plain(a << (b & 31));
    case 0x75: return push_plain(static_cast<uint32_t>(sa >> (b & 31)));
    case 0x76: return push_plain(a >> (b & 31));
    default: throw Unsupported("the program uses an instruction that circom does not emit");
  }
}

void Machine::execute_i64(uint16_t opcode) {
  if (opcode == 0x50) return push_plain(pop_plain() == 0);
  if (opcode == 0xa7) return push_plain(static_cast<uint32_t>(pop_plain()));
  const uint64_t b = pop_plain(), a = pop_plain();
  const auto sb = static_cast<int64_t>(b), sa = static_cast<int64_t>(a);
  switch (opcode) {
    case 0x51: return push_plain(a == b);
    case 0x52: return push_plain(a != b);
    case 0x53: return push_plain(sa < sb);
    case 0x54: return push_plain(a < b);
    case 0x55: return push_plain(sa > sb);
    case 0x56: return push_plain(a > b);
    case 0x57: return push_plain(sa <= sb);
    case 0x58: return push_plain(a <= b);
    case 0x59: return push_plain(sa >= sb);
    case 0x5a: return push_plain(a >= b);
    case 0x7c: return push_plain(a + b);
    case 0x7d: return push_plain(a - b);
    case 0x7e: return push_plain(a * b);
    case 0x83: return push_plain(a & b);
    case 0x84: return push_plain(a | b);
    case 0x85: return push_plain(a ^ b);
    case 0x86: return push_plain(a << (b & 63));
    case 0x87: return push_plain(static_cast<uint64_t>(sa >> (b & 63)));
    case 0x88: return push_plain(a >> (b & 63));
    default: throw Unsupported("the program uses an instruction that circom does not emit");
  }
}

/** Instructions on truth values and indices that depend on the input. @returns whether it was one */
bool Machine::execute_symbolic(uint16_t opcode) {
  if (stack_.size() <= stack_floor_) return false;
  Value& top = stack_.back();
  if (opcode == 0x45) {
    if (top.kind != Value::Kind::truth) return false;
    top.bits ^= 1;
    return true;
  }
  if ((opcode != 0x6a && opcode != 0x6b && opcode != 0x6c) || stack_.size() < stack_floor_ + 2) return false;
  Value& below = stack_[stack_.size() - 2];
  const bool first_is_index = below.kind == Value::Kind::index && top.kind == Value::Kind::plain;
  const bool second_is_index = top.kind == Value::Kind::index && below.kind == Value::Kind::plain;
  if (!first_is_index && !(second_is_index && opcode != 0x6b)) return false;
  const Value index = first_is_index ? below : top;
  const auto plain = static_cast<uint32_t>(first_is_index ? top.bits : below.bits);
  auto scale = static_cast<uint32_t>(index.bits >> 32), offset = static_cast<uint32_t>(index.bits);
  if (opcode == 0x6c) {
    scale *= plain;
    offset *= plain;
  } else {
    offset += opcode == 0x6a ? plain : 0 - plain;
  }
  stack_.pop_back();
  stack_.back() = {uint64_t{scale} << 32 | offset, index.node, Value::Kind::index};
  return true;
}

}  // namespace catalyze::witness
