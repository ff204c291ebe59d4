// The Node-API binding of prover.h. Calls run on threads of libuv's pool, never on the event loop; a key is released
// by close, or with the value that holds it. No static state: every worker thread may load this module.
//
//   cpuPath()                                   string | null
//   open(path, threadCount, cpuPath | null)     → Promise<Session>
//   close(session)                              proofs in progress end first
//   counts(session)                             → [wireCount, publicSignalCount]
//   prove(session, values, control | null, r | null, s | null)  → Promise<Uint8Array of 256 bytes>
//   createControl(), cancel(control), progress(control) → [phase, fraction]
//   setupScalars(counts: [wires, public signals, constraints, log2 of the domain], constraints, trapdoor, control | null)
//     → Promise<[scalarsG1, scalarsG2, coefficients]>
//   multiplyGenerators(scalarsG1, scalarsG2, threadCount, control | null) → Promise<[pointsG1, pointsG2]>
// Rejections are objects { status, section, reason, message }.
#define NAPI_VERSION 8
#include <node_api.h>

#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "../prover.h"

namespace {

const napi_type_tag session_tag = {0x6361746c797a6501, 0x73657373696f6e00};
const napi_type_tag control_tag = {0x6361746c797a6502, 0x636f6e74726f6c00};

/** A session that lives as long as the JavaScript value or a proof in progress. */
struct SessionHolder {
  std::shared_ptr<prover_session> session;
};
struct ControlHolder {
  std::shared_ptr<prover_control> control;
};

napi_value throw_argument(napi_env env, const char* message) {
  napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", message);
  return nullptr;
}

napi_value make_string(napi_env env, const char* text) {
  napi_value value;
  if (napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value) != napi_ok) return nullptr;
  return value;
}

bool is_null(napi_env env, napi_value value) {
  napi_valuetype type;
  return napi_typeof(env, value, &type) != napi_ok || type == napi_null || type == napi_undefined;
}

template <class T>
void finalize(napi_env, void* data, void*) {
  delete static_cast<T*>(data);
}

/** An object that owns a T. */
template <class T>
napi_value wrap(napi_env env, T* holder, const napi_type_tag& tag) {
  napi_value value;
  if (napi_create_object(env, &value) != napi_ok || napi_wrap(env, value, holder, finalize<T>, nullptr, nullptr) != napi_ok) {
    delete holder;
    return nullptr;
  }
  return napi_type_tag_object(env, value, &tag) == napi_ok ? value : nullptr;
}

template <class T>
T* unwrap(napi_env env, napi_value value, const napi_type_tag& tag) {
  bool is_ours = false;
  if (napi_check_object_type_tag(env, value, &tag, &is_ours) != napi_ok || !is_ours) return nullptr;
  void* data = nullptr;
  return napi_unwrap(env, value, &data) == napi_ok ? static_cast<T*>(data) : nullptr;
}

bool get_string(napi_env env, napi_value value, std::string& out) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok) return false;
  out.resize(length + 1);
  if (napi_get_value_string_utf8(env, value, &out[0], length + 1, &length) != napi_ok) return false;
  out.resize(length);
  return true;
}

/** A Uint8Array's memory; it stays valid while the value is referenced. */
bool get_bytes(napi_env env, napi_value value, uint8_t*& data, size_t& length) {
  bool is_array = false;
  napi_typedarray_type type;
  void* memory = nullptr;
  if (napi_is_typedarray(env, value, &is_array) != napi_ok || !is_array) return false;
  if (napi_get_typedarray_info(env, value, &type, &length, &memory, nullptr, nullptr) != napi_ok) return false;
  data = static_cast<uint8_t*>(memory);
  return type == napi_uint8_array;
}

napi_value make_bytes(napi_env env, size_t length, uint8_t*& data) {
  napi_value buffer, array;
  void* memory = nullptr;
  if (napi_create_arraybuffer(env, length, &memory, &buffer) != napi_ok) return nullptr;
  if (napi_create_typedarray(env, napi_uint8_array, length, buffer, 0, &array) != napi_ok) return nullptr;
  data = static_cast<uint8_t*>(memory);
  return array;
}

/** An array of Uint8Arrays. */
napi_value make_byte_arrays(napi_env env, const std::vector<uint8_t>* parts, uint32_t count) {
  napi_value list;
  if (napi_create_array_with_length(env, count, &list) != napi_ok) return nullptr;
  for (uint32_t i = 0; i < count; i++) {
    uint8_t* bytes = nullptr;
    napi_value array = make_bytes(env, parts[i].size(), bytes);
    if (array == nullptr) return nullptr;
    if (!parts[i].empty()) memcpy(bytes, parts[i].data(), parts[i].size());
    napi_set_element(env, list, i, array);
  }
  return list;
}

napi_value make_error(napi_env env, const prover_error& error) {
  napi_value object, status;
  napi_create_object(env, &object);
  napi_create_int32(env, error.status, &status);
  napi_set_named_property(env, object, "status", status);
  napi_set_named_property(env, object, "section", make_string(env, error.section));
  napi_set_named_property(env, object, "reason", make_string(env, error.reason));
  napi_set_named_property(env, object, "message", make_string(env, error.message));
  return object;
}

/** One asynchronous call. Subclasses run without touching JavaScript, then make the result. */
class Task {
 public:
  virtual ~Task() = default;
  virtual prover_status run() = 0;
  virtual napi_value result(napi_env env) = 0;

  /** Queues the task, which then owns itself; the promise. `kept` is referenced until the end. */
  static napi_value start(napi_env env, std::unique_ptr<Task> task, const char* name, const std::vector<napi_value>& kept) {
    napi_value promise;
    if (napi_create_promise(env, &task->deferred_, &promise) != napi_ok) return nullptr;
    for (napi_value value : kept) {
      napi_ref reference;
      if (napi_create_reference(env, value, 1, &reference) == napi_ok) task->references_.push_back(reference);
    }
    if (napi_create_async_work(env, nullptr, make_string(env, name), execute, complete, task.get(), &task->work_) != napi_ok ||
        napi_queue_async_work(env, task->work_) != napi_ok) {
      napi_throw_error(env, nullptr, "the task can't be queued");
      return nullptr;
    }
    task.release();
    return promise;
  }

 protected:
  prover_error error_{};

 private:
  static void execute(napi_env, void* data) {
    Task* task = static_cast<Task*>(data);
    task->status_ = task->run();
  }

  static void complete(napi_env env, napi_status status, void* data) {
    std::unique_ptr<Task> task(static_cast<Task*>(data));
    if (status == napi_cancelled) task->status_ = task->error_.status = PROVER_CANCELLED;
    napi_value value = task->status_ == PROVER_OK ? task->result(env) : nullptr;
    if (value != nullptr) {
      napi_resolve_deferred(env, task->deferred_, value);
    } else {
      if (task->status_ == PROVER_OK) task->error_.status = PROVER_INTERNAL;
      napi_reject_deferred(env, task->deferred_, make_error(env, task->error_));
    }
    for (napi_ref reference : task->references_) napi_delete_reference(env, reference);
    napi_delete_async_work(env, task->work_);
  }

  napi_deferred deferred_ = nullptr;
  napi_async_work work_ = nullptr;
  prover_status status_ = PROVER_INTERNAL;
  std::vector<napi_ref> references_;
};

class OpenTask final : public Task {
 public:
  OpenTask(std::string path, unsigned threads, std::string cpu_path)
      : path_(std::move(path)), cpu_path_(std::move(cpu_path)), threads_(threads) {}
  prover_status run() override {
    const prover_options options{threads_, cpu_path_.empty() ? nullptr : cpu_path_.c_str()};
    prover_session* session = nullptr;
    const prover_status status = prover_open(path_.c_str(), &options, nullptr, &session, &error_);
    if (status == PROVER_OK) session_ = std::shared_ptr<prover_session>(session, prover_close);
    return status;
  }
  napi_value result(napi_env env) override { return wrap(env, new SessionHolder{session_}, session_tag); }

 private:
  std::string path_, cpu_path_;
  unsigned threads_;
  std::shared_ptr<prover_session> session_;
};

class ProveTask final : public Task {
 public:
  std::shared_ptr<prover_session> session;
  std::shared_ptr<prover_control> control;
  const uint8_t* values = nullptr;
  size_t count = 0;
  const uint8_t* r = nullptr;
  const uint8_t* s = nullptr;

  prover_status run() override {
    return prover_prove(session.get(), values, count, r, s, control.get(), &proof_, &error_);
  }
  napi_value result(napi_env env) override {
    uint8_t* bytes = nullptr;
    napi_value array = make_bytes(env, sizeof proof_.coordinates, bytes);
    if (array != nullptr) memcpy(bytes, proof_.coordinates, sizeof proof_.coordinates);
    return array;
  }

 private:
  prover_proof proof_{};
};

class SetupTask final : public Task {
 public:
  prover_constraint_system system{};
  uint8_t trapdoor[4][32];
  std::shared_ptr<prover_control> control;

  prover_status run() override {
    uint64_t count = 0;
    const prover_status status = prover_setup_coefficients(&system, &count, &error_);
    if (status != PROVER_OK) return status;
    const size_t wires = system.wire_count;
    try {
      parts_[0].resize((3 * wires + (size_t{1} << system.domain_size_log2) + 3) * 32);
      parts_[1].resize((wires + 3) * 32);
      parts_[2].resize(4 + count * 44);
    } catch (const std::bad_alloc&) {
      return error_.status = PROVER_OUT_OF_MEMORY;
    }
    return prover_setup_scalars(&system, trapdoor, parts_[0].data(), parts_[1].data(), parts_[2].data(), control.get(), &error_);
  }
  napi_value result(napi_env env) override { return make_byte_arrays(env, parts_, 3); }

 private:
  std::vector<uint8_t> parts_[3];
};

class MultiplyTask final : public Task {
 public:
  const uint8_t* scalars[2] = {nullptr, nullptr};
  size_t counts[2] = {0, 0};
  unsigned threads = 0;
  std::shared_ptr<prover_control> control;

  prover_status run() override {
    const prover_options options{threads, nullptr};
    points_[0].resize(counts[0] * 64);
    points_[1].resize(counts[1] * 128);
    return prover_multiply_generators(scalars[0], counts[0], points_[0].data(), scalars[1], counts[1], points_[1].data(),
                                      &options, control.get(), &error_);
  }
  napi_value result(napi_env env) override { return make_byte_arrays(env, points_, 2); }

 private:
  std::vector<uint8_t> points_[2];
};

template <size_t expected>
bool get_arguments(napi_env env, napi_callback_info info, napi_value (&arguments)[expected]) {
  size_t count = expected;
  return napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr) == napi_ok && count == expected;
}

napi_value cpu_path(napi_env env, napi_callback_info) {
  const char* path = prover_cpu_path();
  if (path != nullptr) return make_string(env, path);
  napi_value null;
  napi_get_null(env, &null);
  return null;
}

napi_value open(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  std::string path, cpu;
  uint32_t threads = 0;
  if (!get_arguments(env, info, arguments) || !get_string(env, arguments[0], path) ||
      napi_get_value_uint32(env, arguments[1], &threads) != napi_ok ||
      (!is_null(env, arguments[2]) && !get_string(env, arguments[2], cpu))) {
    return throw_argument(env, "open(path: string, threadCount: number, cpuPath: string | null)");
  }
  return Task::start(env, std::unique_ptr<Task>(new OpenTask(path, threads, cpu)), "catalyze open", {});
}

/** The session of an argument; null when it is none, or closed. */
std::shared_ptr<prover_session> get_session(napi_env env, napi_value value) {
  SessionHolder* holder = unwrap<SessionHolder>(env, value, session_tag);
  return holder == nullptr ? nullptr : holder->session;
}

napi_value close(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  SessionHolder* holder = nullptr;
  if (!get_arguments(env, info, arguments) || (holder = unwrap<SessionHolder>(env, arguments[0], session_tag)) == nullptr) {
    return throw_argument(env, "close(session)");
  }
  holder->session.reset();
  return nullptr;
}

napi_value counts(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  std::shared_ptr<prover_session> session;
  if (!get_arguments(env, info, arguments) || !(session = get_session(env, arguments[0]))) {
    return throw_argument(env, "counts(session)");
  }
  uint32_t numbers[2];
  prover_counts(session.get(), &numbers[0], &numbers[1]);
  napi_value pair;
  napi_create_array_with_length(env, 2, &pair);
  for (uint32_t i = 0; i < 2; i++) {
    napi_value number;
    napi_create_uint32(env, numbers[i], &number);
    napi_set_element(env, pair, i, number);
  }
  return pair;
}

/** Null and undefined give null; anything else must be a control. */
bool get_control(napi_env env, napi_value value, std::shared_ptr<prover_control>& control) {
  if (is_null(env, value)) return true;
  ControlHolder* holder = unwrap<ControlHolder>(env, value, control_tag);
  if (holder == nullptr) return false;
  control = holder->control;
  return true;
}

bool get_randomness(napi_env env, napi_value value, const uint8_t*& out) {
  if (is_null(env, value)) return true;
  uint8_t* data = nullptr;
  size_t length = 0;
  if (!get_bytes(env, value, data, length) || length != 32) return false;
  out = data;
  return true;
}

napi_value prove(napi_env env, napi_callback_info info) {
  napi_value arguments[5];
  std::unique_ptr<ProveTask> task(new ProveTask);
  uint8_t* values = nullptr;
  size_t length = 0;
  if (!get_arguments(env, info, arguments) || !(task->session = get_session(env, arguments[0])) ||
      !get_bytes(env, arguments[1], values, length) || length % 32 != 0 || length == 0 ||
      !get_control(env, arguments[2], task->control) || !get_randomness(env, arguments[3], task->r) ||
      !get_randomness(env, arguments[4], task->s)) {
    return throw_argument(env, "prove(session, values: Uint8Array, control, r, s)");
  }
  task->values = values;
  task->count = length / 32;
  return Task::start(env, std::move(task), "catalyze prove", {arguments[1], arguments[3], arguments[4]});
}

napi_value create_control(napi_env env, napi_callback_info) {
  prover_control* control = prover_control_create();
  if (control == nullptr) return throw_argument(env, "out of memory");
  return wrap(env, new ControlHolder{std::shared_ptr<prover_control>(control, prover_control_destroy)}, control_tag);
}

napi_value cancel(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  std::shared_ptr<prover_control> control;
  if (!get_arguments(env, info, arguments) || !get_control(env, arguments[0], control) || !control) {
    return throw_argument(env, "cancel(control)");
  }
  prover_control_cancel(control.get());
  return nullptr;
}

napi_value progress(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  std::shared_ptr<prover_control> control;
  if (!get_arguments(env, info, arguments) || !get_control(env, arguments[0], control) || !control) {
    return throw_argument(env, "progress(control)");
  }
  int phase = 0;
  const double fraction = prover_control_progress(control.get(), &phase);
  napi_value pair, first, second;
  napi_create_array_with_length(env, 2, &pair);
  napi_create_int32(env, phase, &first);
  napi_create_double(env, fraction, &second);
  napi_set_element(env, pair, 0, first);
  napi_set_element(env, pair, 1, second);
  return pair;
}

napi_value multiply_generators(napi_env env, napi_callback_info info) {
  napi_value arguments[4];
  std::unique_ptr<MultiplyTask> task(new MultiplyTask);
  uint32_t threads = 0;
  for (int i = 0; i < 4; i++) arguments[i] = nullptr;
  bool is_valid = get_arguments(env, info, arguments) && napi_get_value_uint32(env, arguments[2], &threads) == napi_ok &&
                  get_control(env, arguments[3], task->control);
  for (int i = 0; is_valid && i < 2; i++) {
    uint8_t* data = nullptr;
    size_t length = 0;
    is_valid = get_bytes(env, arguments[i], data, length) && length % 32 == 0;
    task->scalars[i] = data;
    task->counts[i] = length / 32;
  }
  if (!is_valid) return throw_argument(env, "multiplyGenerators(scalarsG1, scalarsG2, threadCount, control)");
  task->threads = threads;
  return Task::start(env, std::move(task), "catalyze multiply", {arguments[0], arguments[1]});
}

bool get_counts(napi_env env, napi_value list, prover_constraint_system& system) {
  uint32_t* const targets[4] = {&system.wire_count, &system.public_signal_count, &system.constraint_count, &system.domain_size_log2};
  for (uint32_t i = 0; i < 4; i++) {
    napi_value element;
    if (napi_get_element(env, list, i, &element) != napi_ok || napi_get_value_uint32(env, element, targets[i]) != napi_ok) return false;
  }
  return true;
}

napi_value setup_scalars(napi_env env, napi_callback_info info) {
  napi_value arguments[4];
  std::unique_ptr<SetupTask> task(new SetupTask);
  uint8_t* constraints = nullptr;
  uint8_t* trapdoor = nullptr;
  size_t length = 0, trapdoor_length = 0;
  if (!get_arguments(env, info, arguments) || !get_counts(env, arguments[0], task->system) ||
      !get_bytes(env, arguments[1], constraints, length) || !get_bytes(env, arguments[2], trapdoor, trapdoor_length) ||
      trapdoor_length != sizeof task->trapdoor || !get_control(env, arguments[3], task->control)) {
    return throw_argument(env, "setupScalars(counts, constraints, trapdoor, control)");
  }
  task->system.constraints = constraints;
  task->system.constraint_bytes = length;
  memcpy(task->trapdoor, trapdoor, trapdoor_length);
  return Task::start(env, std::move(task), "catalyze setup", {arguments[1]});
}

}  // namespace

NAPI_MODULE_INIT() {
  const struct {
    const char* name;
    napi_callback callback;
  } functions[] = {{"cpuPath", cpu_path},          {"open", open},     {"counts", counts}, {"close", close},
                   {"prove", prove},               {"cancel", cancel}, {"createControl", create_control},
                   {"progress", progress},         {"multiplyGenerators", multiply_generators},
                   {"setupScalars", setup_scalars}};
  for (const auto& function : functions) {
    napi_value value;
    if (napi_create_function(env, function.name, NAPI_AUTO_LENGTH, function.callback, nullptr, &value) != napi_ok) return nullptr;
    napi_set_named_property(env, exports, function.name, value);
  }
  return exports;
}
