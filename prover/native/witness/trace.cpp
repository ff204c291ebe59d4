// Recognises circom's programs and drives the interpreter through their interface: inputs, run, witness.
#include "trace.hpp"

#include <algorithm>

#include "machine.hpp"

namespace catalyze::witness {

namespace {

constexpr uint32_t MAXIMUM_VALUES = 1u << 26;

uint64_t hash_runtime(const Module& module) {
  uint64_t hash = 0xcbf29ce484222325;
  const auto mix = [&hash](uint64_t byte) { hash = (hash ^ byte) * 0x100000001b3; };
  for (uint32_t i = 0; i < FIXED_RUNTIME_FUNCTIONS; i++) {
    const auto& [code, length] = module.bodies[i];
    for (int shift = 0; shift < 32; shift += 8) mix(length >> shift & 0xff);
    for (size_t byte = 0; byte < length; byte++) mix(code[byte]);
  }
  return hash;
}

void recognise(const Module& module) {
  const std::vector<std::string> imports(std::begin(RUNTIME_IMPORTS), std::end(RUNTIME_IMPORTS));
  if (module.imports != imports || module.functions.size() <= static_cast<size_t>(Runtime::first_of_circuit)) {
    throw Unsupported("the program is not circom's");
  }
  if (hash_runtime(module) != FIXED_RUNTIME_HASH) {
    throw Unsupported("the program comes from another version of circom or is over another field");
  }
  const auto expect = [&module](const char* name, Runtime function) {
    const auto found = module.exported_functions.find(name);
    if (found == module.exported_functions.end() ||
        found->second != IMPORT_COUNT + static_cast<uint32_t>(function)) {
      throw Unsupported(std::string("the program does not export ") + name + " as circom does");
    }
  };
  expect("getVersion", Runtime::get_version);
  expect("init", Runtime::init);
  expect("setInputSignal", Runtime::set_input_signal);
  expect("getWitness", Runtime::get_witness);
  expect("getWitnessSize", Runtime::witness_size);
  expect("getInputSize", Runtime::input_size);
  expect("getMessageChar", Runtime::get_message_char);
}

Scalar load_scalar(const Memory& memory, uint32_t address) {
  Scalar value;
  for (uint32_t i = 0; i < 4; i++) {
    value.limb[i] = memory.load(address + 8 * i) | uint64_t{memory.load(address + 8 * i + 4)} << 32;
  }
  return value;
}

std::vector<InputSignal> read_input_map(const Memory& memory, uint32_t input_count) {
  std::vector<InputSignal> inputs;
  uint64_t total = 0;
  for (uint32_t entry = 0; entry < INPUT_MAP_ENTRIES; entry++) {
    const uint32_t at = INPUT_MAP_ADDRESS + 16 * entry;
    const uint64_t hash = memory.load(at) | uint64_t{memory.load(at + 4)} << 32;
    if (hash == 0) continue;
    const uint32_t count = memory.load(at + 12);
    inputs.push_back({hash, count, static_cast<uint32_t>(total)});
    total += count;
    if (total > input_count) break;
  }
  if (total != input_count) throw Unsupported("the program's map of inputs is not understood");
  return inputs;
}

uint32_t function_index(Runtime function) { return IMPORT_COUNT + static_cast<uint32_t>(function); }

}  // namespace

TracedCircuit trace_program(const uint8_t* bytes, size_t length) {
  const Module module = read_module(bytes, length);
  recognise(module);
  TracedCircuit traced;
  Circuit& circuit = traced.circuit;
  Machine machine(module, circuit);
  if (!(load_scalar(machine.memory(), MODULUS_ADDRESS) == MODULUS) ||
      !(load_scalar(machine.memory(), RAW_PRIME_ADDRESS) == MODULUS)) {
    throw Unsupported("the program is not over BN254's scalar field");
  }
  circuit.input_count = static_cast<uint32_t>(machine.call_plain(function_index(Runtime::input_size), {}));
  const auto wires = static_cast<uint32_t>(machine.call_plain(function_index(Runtime::witness_size), {}));
  if (circuit.input_count == 0 || circuit.input_count > MAXIMUM_VALUES || wires > MAXIMUM_VALUES) {
    throw Unsupported("the circuit has no inputs, or too many");
  }
  traced.inputs = read_input_map(machine.memory(), circuit.input_count);
  machine.call_plain(function_index(Runtime::init), {1});
  for (const InputSignal& input : traced.inputs) {
    for (uint32_t position = 0; position < input.value_count; position++) {
      // The circuit runs within the last of these calls.
      machine.call_plain(function_index(Runtime::set_input_signal),
                         {static_cast<uint32_t>(input.hash >> 32), static_cast<uint32_t>(input.hash), position});
    }
  }
  if (!machine.inputs_placed) throw Unsupported("the program does not run when its inputs are set");
  for (uint32_t wire = 0; wire < wires; wire++) {
    machine.call_plain(function_index(Runtime::get_witness), {wire});
    circuit.wires.push_back(machine.memory().read(SHARED_ELEMENT_ADDRESS));
  }
  std::sort(circuit.checks.begin(), circuit.checks.end());
  circuit.checks.erase(std::unique(circuit.checks.begin(), circuit.checks.end()), circuit.checks.end());
  return traced;
}

}  // namespace catalyze::witness
