// The C interface: arguments in, statuses out. No exception leaves this file.
#include <cstdlib>
#include <new>
#include <sched.h>
#include <sys/random.h>
#include <system_error>
#include <unistd.h>

#include "backend.hpp"
#include "../files/wtns.hpp"
#include "../setup/scalars.hpp"

using catalyze::Backend;
using catalyze::Cancelled;
using catalyze::Control;
using catalyze::Failure;
using catalyze::Integer256;
using catalyze::Threads;

struct prover_session {
  std::unique_ptr<catalyze::Key> key;
  unsigned thread_count;
};

struct prover_control : Control {};

namespace {

unsigned available_threads() {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return static_cast<unsigned>(CPU_COUNT(&set));
#endif
  const unsigned count = std::thread::hardware_concurrency();
  return count == 0 ? 1 : count;
}

unsigned thread_count_of(const prover_options* options) {
  constexpr unsigned most = 256;
  const unsigned count = options != nullptr && options->thread_count != 0 ? options->thread_count : available_threads();
  return count < most ? count : most;
}

/** Runs `work` and turns what it throws into a status. */
template <class Work>
prover_status guarded(prover_error* error, const Work& work) {
  Failure failure{PROVER_OK, "", "", ""};
  try {
    work();
  } catch (const Failure& thrown) {
    failure = thrown;
  } catch (const Cancelled&) {
    failure = {PROVER_CANCELLED, "", "", "the caller asked to stop"};
  } catch (const std::bad_alloc&) {
    failure.status = PROVER_OUT_OF_MEMORY;
  } catch (const std::system_error& thrown) {
    failure = {PROVER_SYSTEM_FAILED, "", "", thrown.what()};
  } catch (const std::exception& thrown) {
    failure = {PROVER_INTERNAL, "", "", thrown.what()};
  } catch (...) {
    failure.status = PROVER_INTERNAL;
  }
  catalyze::report(error, failure);
  return failure.status;
}

void require(bool condition, const char* message) {
  if (!condition) throw Failure{PROVER_INVALID_ARGUMENT, "", "", message};
}

void random_bytes(void* to, size_t length) {
  uint8_t* target = static_cast<uint8_t*>(to);
  while (length > 0) {
    const size_t count = length < 256 ? length : 256;
    if (getentropy(target, count) != 0) throw Failure{PROVER_SYSTEM_FAILED, "", "", "the operating system gives no random numbers"};
    target += count;
    length -= count;
  }
}

/** Uniform below r: 254 random bits, drawn again until they are. */
Integer256 random_scalar() {
  Integer256 value;
  do {
    random_bytes(value.words, sizeof value.words);
    value.words[3] &= (uint64_t{1} << 62) - 1;
  } while (!catalyze::is_scalar(value));
  return value;
}

Integer256 given_or_random(const uint8_t* bytes) {
  if (bytes == nullptr) return random_scalar();
  Integer256 value;
  memcpy(value.words, bytes, sizeof value.words);
  require(catalyze::is_scalar(value), "the randomness is not below r");
  return value;
}

using Scalars = catalyze::LargeArray<Integer256>;

Scalars copy_scalars(const uint8_t* bytes, size_t count) {
  Scalars scalars(count);
  if (count > 0) memcpy(scalars.data(), bytes, count * sizeof(Integer256));
  return scalars;
}

void check_scalars(const Scalars& scalars, const char* what) {
  for (size_t i = 0; i < scalars.size(); i++) {
    if (catalyze::is_scalar(scalars[i])) continue;
    throw Failure{PROVER_WITNESS_INVALID, "values", "out_of_range", std::string(what) + " " + std::to_string(i) + " is not below the prime"};
  }
}

void check_witness_size(const prover_session& session, size_t count) {
  const uint32_t wires = session.key->wire_count();
  if (count == wires) return;
  throw Failure{PROVER_WITNESS_INVALID, "values", "wrong_size",
                "the witness has " + std::to_string(count) + " values, the key's circuit " + std::to_string(wires) + " wires"};
}

/** Checks the values and makes the proof; the witness has the key's size. */
void prove(const prover_session& session, Scalars witness, const uint8_t* r, const uint8_t* s, prover_control* control,
           prover_proof& proof) {
  const Integer256 r_value = given_or_random(r);
  const Integer256 s_value = given_or_random(s);
  check_scalars(witness, "wire");
  if (!(witness[0] == Integer256{{1, 0, 0, 0}})) {
    throw Failure{PROVER_WITNESS_INVALID, "values", "out_of_range", "wire 0 is not the constant 1"};
  }
  Control own_control;
  Threads threads(session.thread_count, control != nullptr ? *control : own_control);
  session.key->prove(std::move(witness), r_value, s_value, threads, proof);
}

}  // namespace

extern "C" {

prover_control* prover_control_create(void) { return new (std::nothrow) prover_control; }
void prover_control_cancel(prover_control* control) { control->cancelled = true; }
void prover_control_destroy(prover_control* control) { delete control; }

double prover_control_progress(const prover_control* control, int* phase) {
  if (phase != nullptr) *phase = control->phase;
  return control->thousandths / 1000.0;
}

prover_status prover_open(const char* path, const prover_options* options, prover_control* control,
                          prover_session** session, prover_error* error) {
  return guarded(error, [&] {
    require(path != nullptr && session != nullptr, "a path and a place for the session are needed");
    *session = nullptr;
    const Backend& backend = catalyze::select_backend(options != nullptr ? options->cpu_path : nullptr);
    Control own_control;
    Threads threads(thread_count_of(options), control != nullptr ? *control : own_control);
    const catalyze::ZkeyFile file(path);
    std::unique_ptr<prover_session> result(new prover_session{backend.compile(file, threads), threads.count()});
    *session = result.release();
  });
}

void prover_counts(const prover_session* session, uint32_t* wire_count, uint32_t* public_signal_count) {
  *wire_count = session->key->wire_count();
  *public_signal_count = session->key->public_signal_count();
}

prover_status prover_prove(const prover_session* session, const uint8_t* witness, size_t wire_count, const uint8_t* r,
                           const uint8_t* s, prover_control* control, prover_proof* proof, prover_error* error) {
  return guarded(error, [&] {
    require(session != nullptr && witness != nullptr && proof != nullptr, "a session, a witness and a place for the proof are needed");
    check_witness_size(*session, wire_count);
    prove(*session, copy_scalars(witness, wire_count), r, s, control, *proof);
  });
}

prover_status prover_prove_file(const prover_session* session, const char* witness_path, const uint8_t* r, const uint8_t* s,
                                prover_control* control, prover_proof* proof, uint8_t* public_signals, prover_error* error) {
  return guarded(error, [&] {
    require(session != nullptr && witness_path != nullptr && proof != nullptr, "a session, a path and a place for the proof are needed");
    Scalars witness = catalyze::read_witness(witness_path);
    check_witness_size(*session, witness.size());
    if (public_signals != nullptr) memcpy(public_signals, &witness[1], session->key->public_signal_count() * sizeof(Integer256));
    prove(*session, std::move(witness), r, s, control, *proof);
  });
}

void prover_close(prover_session* session) { delete session; }

const char* prover_cpu_path(void) {
  try {
    return catalyze::select_backend(nullptr).name;
  } catch (...) {
    return nullptr;
  }
}

prover_status prover_multiply_generators(const uint8_t* scalars_g1, size_t count_g1, uint8_t* points_g1,
                                         const uint8_t* scalars_g2, size_t count_g2, uint8_t* points_g2,
                                         const prover_options* options, prover_control* control, prover_error* error) {
  return guarded(error, [&] {
    require((count_g1 == 0 || (scalars_g1 && points_g1)) && (count_g2 == 0 || (scalars_g2 && points_g2)), "a pointer is null");
    const Backend& backend = catalyze::select_backend(options != nullptr ? options->cpu_path : nullptr);
    Control own_control;
    Threads threads(thread_count_of(options), control != nullptr ? *control : own_control);
    const Scalars first = copy_scalars(scalars_g1, count_g1);
    check_scalars(first, "scalar");
    backend.multiply_g1(first.data(), count_g1, points_g1, threads);
    const Scalars second = copy_scalars(scalars_g2, count_g2);
    check_scalars(second, "scalar");
    backend.multiply_g2(second.data(), count_g2, points_g2, threads);
  });
}

prover_status prover_setup_coefficients(const prover_constraint_system* system, uint64_t* count, prover_error* error) {
  return guarded(error, [&] {
    require(system != nullptr && count != nullptr, "a system and a place for the count are needed");
    *count = catalyze::count_setup_coefficients(*system);
  });
}

prover_status prover_setup_scalars(const prover_constraint_system* system, const uint8_t trapdoor[4][32], uint8_t* g1,
                                   uint8_t* g2, uint8_t* coefficients, prover_control* control, prover_error* error) {
  return guarded(error, [&] {
    require(system && trapdoor && g1 && g2 && coefficients, "a pointer is null");
    Scalars secrets = copy_scalars(trapdoor[0], 4);
    check_scalars(secrets, "secret");
    Control own_control;
    catalyze::compute_setup_scalars(*system, trapdoor, g1, g2, coefficients, control != nullptr ? *control : own_control);
  });
}

}  // extern "C"
