// Node binding of witness.h: open and run as promises, the work in libuv's threads. Keeps no globals, so that it can
// be loaded by several worker threads.
#include <node_api.h>

#include <cstring>
#include <memory>
#include <string>

#include "witness.h"

namespace {

struct Closer {
  void operator()(catalyze_witness_program* program) const { catalyze_witness_close(program); }
};
using SharedProgram = std::shared_ptr<catalyze_witness_program>;

/** Bytes of a typed array, kept alive by a reference while a thread uses them. */
struct Bytes {
  uint8_t* data = nullptr;
  size_t length = 0;
  napi_ref reference = nullptr;
};

struct Task {
  napi_async_work work = nullptr;
  napi_deferred deferred = nullptr;
  Bytes wasm, hashes, counts, values, output;
  SharedProgram program;
  bool opens = false;
  bool portable = false;
  catalyze_witness_status status = CATALYZE_WITNESS_OK;
  char message[256] = "";
};

napi_value fail(napi_env env, const char* message) {
  napi_throw_type_error(env, nullptr, message);
  return nullptr;
}

bool take_bytes(napi_env env, napi_value value, size_t alignment, Bytes& bytes) {
  bool is_array = false;
  if (napi_is_typedarray(env, value, &is_array) != napi_ok || !is_array) return false;
  napi_typedarray_type type;
  size_t elements;
  void* data = nullptr;
  if (napi_get_typedarray_info(env, value, &type, &elements, &data, nullptr, nullptr) != napi_ok) return false;
  const size_t size = type == napi_bigint64_array || type == napi_biguint64_array || type == napi_float64_array ? 8
                      : type == napi_int32_array || type == napi_uint32_array || type == napi_float32_array    ? 4
                      : type == napi_int16_array || type == napi_uint16_array                                  ? 2
                                                                                                               : 1;
  if (elements > 0 && reinterpret_cast<uintptr_t>(data) % alignment != 0) return false;
  bytes.data = static_cast<uint8_t*>(data);
  bytes.length = elements * size;
  return napi_create_reference(env, value, 1, &bytes.reference) == napi_ok;
}

void release(napi_env env, Task* task) {
  for (Bytes* bytes : {&task->wasm, &task->hashes, &task->counts, &task->values, &task->output}) {
    if (bytes->reference != nullptr) napi_delete_reference(env, bytes->reference);
  }
  if (task->work != nullptr) napi_delete_async_work(env, task->work);
  delete task;
}

void execute(napi_env, void* data) {
  auto* task = static_cast<Task*>(data);
  if (task->opens) {
    catalyze_witness_program* program = nullptr;
    task->status = catalyze_witness_open(task->wasm.data, task->wasm.length, &program, task->message,
                                         sizeof(task->message));
    if (program != nullptr) task->program = SharedProgram(program, Closer());
    return;
  }
  const catalyze_witness_input input = {reinterpret_cast<const uint64_t*>(task->hashes.data),
                                        reinterpret_cast<const uint32_t*>(task->counts.data),
                                        task->counts.length / 4, task->values.data, task->values.length};
  task->status = catalyze_witness_run(task->program.get(), &input, task->output.data, task->output.length,
                                      task->portable ? 1 : 0);
}

void set_number(napi_env env, napi_value object, const char* name, double number) {
  napi_value value;
  if (napi_create_double(env, number, &value) == napi_ok) napi_set_named_property(env, object, name, value);
}

/** { status, message } and, for an opened program, { program, wireCount, stepCount }. */
void complete(napi_env env, napi_status, void* data) {
  auto* task = static_cast<Task*>(data);
  napi_value result, message;
  napi_create_object(env, &result);
  set_number(env, result, "status", task->status);
  napi_create_string_utf8(env, task->message, NAPI_AUTO_LENGTH, &message);
  napi_set_named_property(env, result, "message", message);
  if (task->opens && task->program != nullptr) {
    napi_value program;
    auto* holder = new SharedProgram(task->program);
    const auto drop = [](napi_env, void* pointer, void*) { delete static_cast<SharedProgram*>(pointer); };
    if (napi_create_external(env, holder, drop, nullptr, &program) == napi_ok) {
      napi_set_named_property(env, result, "program", program);
      set_number(env, result, "wireCount", static_cast<double>(catalyze_witness_wire_count(holder->get())));
      set_number(env, result, "stepCount", static_cast<double>(catalyze_witness_step_count(holder->get())));
    } else {
      delete holder;
    }
  }
  napi_resolve_deferred(env, task->deferred, result);
  release(env, task);
}

napi_value start(napi_env env, std::unique_ptr<Task> task) {
  napi_value promise, name;
  const bool queued =
      napi_create_string_utf8(env, "catalyze_witness", NAPI_AUTO_LENGTH, &name) == napi_ok &&
      napi_create_promise(env, &task->deferred, &promise) == napi_ok &&
      napi_create_async_work(env, nullptr, name, execute, complete, task.get(), &task->work) == napi_ok &&
      napi_queue_async_work(env, task->work) == napi_ok;
  if (!queued) {
    release(env, task.release());
    return fail(env, "the work can't be queued");
  }
  task.release();
  return promise;
}

/** open(wasm: Uint8Array) */
napi_value open_program(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value arguments[1];
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  auto task = std::make_unique<Task>();
  task->opens = true;
  if (count < 1 || !take_bytes(env, arguments[0], 1, task->wasm)) {
    release(env, task.release());
    return fail(env, "open(wasm): expected the program's bytes");
  }
  return start(env, std::move(task));
}

/** run(program, hashes: BigUint64Array, counts: Uint32Array, values: Uint8Array, output: Uint8Array, portable) */
napi_value run_program(napi_env env, napi_callback_info info) {
  size_t count = 6;
  napi_value arguments[6];
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  auto task = std::make_unique<Task>();
  void* holder = nullptr;
  napi_valuetype type = napi_undefined;
  const bool valid = count == 6 && napi_typeof(env, arguments[0], &type) == napi_ok && type == napi_external &&
                     napi_get_value_external(env, arguments[0], &holder) == napi_ok &&
                     take_bytes(env, arguments[1], 8, task->hashes) &&
                     take_bytes(env, arguments[2], 4, task->counts) &&
                     take_bytes(env, arguments[3], 1, task->values) &&
                     take_bytes(env, arguments[4], 1, task->output) &&
                     napi_get_value_bool(env, arguments[5], &task->portable) == napi_ok &&
                     task->hashes.length / 8 == task->counts.length / 4;
  if (!valid) {
    release(env, task.release());
    return fail(env, "run(program, hashes, counts, values, output, portable): wrong arguments");
  }
  task->program = *static_cast<SharedProgram*>(holder);
  return start(env, std::move(task));
}

napi_value initialise(napi_env env, napi_value exports) {
  napi_value function;
  if (napi_create_function(env, "open", NAPI_AUTO_LENGTH, open_program, nullptr, &function) != napi_ok) return nullptr;
  napi_set_named_property(env, exports, "open", function);
  if (napi_create_function(env, "run", NAPI_AUTO_LENGTH, run_program, nullptr, &function) != napi_ok) return nullptr;
  napi_set_named_property(env, exports, "run", function);
  return exports;
}

}  // namespace

NAPI_MODULE(NODE_GYP_MODULE_NAME, initialise)
