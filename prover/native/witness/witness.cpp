// The C interface: checks what comes from outside, and turns exceptions into statuses.
#include "witness.h"

#include <cstdio>
#include <new>

#include "program.hpp"
#include "trace.hpp"

using catalyze::witness::Scalar;

struct catalyze_witness_program {
  catalyze::witness::Program program;
  std::vector<catalyze::witness::InputSignal> inputs;
};

namespace {

void set_message(char* message, size_t size, const char* text) {
  if (message != nullptr && size > 0) std::snprintf(message, size, "%s", text);
}

/** Puts the given values in the program's order. @returns whether they fit */
bool arrange(const catalyze_witness_program& program, const catalyze_witness_input& input,
             std::vector<Scalar>& values) {
  if (input.value_bytes != values.size() * sizeof(Scalar)) return false;
  std::vector<bool> given(program.inputs.size(), false);
  size_t position = 0;
  for (size_t signal = 0; signal < input.signal_count; signal++) {
    const uint32_t count = input.value_counts[signal];
    size_t known = 0;
    while (known < program.inputs.size() && program.inputs[known].hash != input.name_hashes[signal]) known++;
    if (known == program.inputs.size() || given[known] || program.inputs[known].value_count != count) return false;
    if (count > values.size() - position) return false;
    given[known] = true;
    Scalar* to = values.data() + program.inputs[known].first;
    if (count > 0) std::memcpy(to, input.values + position * sizeof(Scalar), count * sizeof(Scalar));
    for (uint32_t i = 0; i < count; i++) {
      if (!catalyze::witness::less_than(to[i], catalyze::witness::MODULUS)) return false;
    }
    position += count;
  }
  return position == values.size();
}

}  // namespace

catalyze_witness_status catalyze_witness_open(const uint8_t* wasm, size_t wasm_bytes,
                                              catalyze_witness_program** out, char* message, size_t message_size) {
  *out = nullptr;
  try {
    catalyze::witness::TracedCircuit traced = catalyze::witness::trace_program(wasm, wasm_bytes);
    *out = new catalyze_witness_program{catalyze::witness::compile(traced.circuit), std::move(traced.inputs)};
    return CATALYZE_WITNESS_OK;
  } catch (const std::bad_alloc&) {
    set_message(message, message_size, "not enough memory to translate the program");
    return CATALYZE_WITNESS_OUT_OF_MEMORY;
  } catch (const std::exception& error) {
    set_message(message, message_size, error.what());
    return CATALYZE_WITNESS_UNSUPPORTED;
  }
}

size_t catalyze_witness_wire_count(const catalyze_witness_program* program) { return program->program.wire_count; }

size_t catalyze_witness_step_count(const catalyze_witness_program* program) { return program->program.steps.size(); }

catalyze_witness_status catalyze_witness_run(const catalyze_witness_program* program,
                                             const catalyze_witness_input* input, uint8_t* values_out,
                                             size_t values_out_bytes, int portable) {
  try {
    const catalyze::witness::Program& code = program->program;
    if (values_out_bytes != code.wire_count * sizeof(Scalar)) return CATALYZE_WITNESS_INPUT_MISMATCH;
    std::vector<Scalar> values(code.input_count);
    if (!arrange(*program, *input, values)) return CATALYZE_WITNESS_INPUT_MISMATCH;
    const bool found = catalyze::witness::run(code, values.data(), values_out, portable != 0);
    return found ? CATALYZE_WITNESS_OK : CATALYZE_WITNESS_CHECK_FAILED;
  } catch (const std::exception&) {
    return CATALYZE_WITNESS_OUT_OF_MEMORY;
  }
}

void catalyze_witness_close(catalyze_witness_program* program) { delete program; }
