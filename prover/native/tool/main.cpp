// Command-line face of the native prover, for tests and benchmarks:
//   tool path                                   the arithmetic path in use
//   tool self-test [seed]                       every path that this processor runs; exit code 1 on a failure
//   tool field                                  lines "q|r * + - / a b" of hexadecimal numbers → results
//   tool bench field|msm|ntt [log2] [threads]   one line of JSON per result
//   tool measure program arguments…             runs it; the last line of stderr: wall, cpu (s), peak memory (KB)
//   tool prove key.zkey witness.wtns proof.json public.json [threads] [repetitions]
#include <chrono>
#include <cinttypes>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <vector>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "../groth16/backend.hpp"

namespace {

using namespace catalyze;

Integer256 parse_hexadecimal(const char* text) {
  Integer256 value{{0, 0, 0, 0}};
  for (; *text != 0; text++) {
    const char digit = *text;
    const Word number = static_cast<Word>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
    for (int i = 3; i > 0; i--) value.words[i] = value.words[i] << 4 | value.words[i - 1] >> 60;
    value.words[0] = value.words[0] << 4 | number;
  }
  return value;
}

std::vector<const Backend*> supported_backends() {
  std::vector<const Backend*> out;
  for (const char* name : {"portable", "mulx", "ifma"}) {
    try {
      out.push_back(&select_backend(name));
    } catch (const Failure&) {
      fprintf(stderr, "%s: SKIPPED, not on this processor\n", name);
    }
  }
  return out;
}

int self_test(uint64_t seed) {
  int failures = 0;
  for (const Backend* backend : supported_backends()) {
    const int count = backend->self_test(seed, stderr);
    printf("%s: %d failures\n", backend->name, count);
    failures += count;
  }
  return failures == 0 ? 0 : 1;
}

int field_operations() {
  const std::vector<const Backend*> backends = supported_backends();
  char field, operation, a[80], b[80];
  while (scanf(" %c %c %79s %79s", &field, &operation, a, b) == 4) {
    const Integer256 first = backends[0]->field_operation(field, operation, parse_hexadecimal(a), parse_hexadecimal(b));
    for (const Backend* backend : backends) {
      if (!(backend->field_operation(field, operation, parse_hexadecimal(a), parse_hexadecimal(b)) == first)) {
        printf("paths differ: %s\n", backend->name);
        return 1;
      }
    }
    printf("%016" PRIx64 "%016" PRIx64 "%016" PRIx64 "%016" PRIx64 "\n", first.words[3], first.words[2], first.words[1], first.words[0]);
  }
  return 0;
}

std::string decimal(const uint8_t bytes[32]) {
  Integer256 value;
  memcpy(value.words, bytes, 32);
  std::string digits;
  while (!is_zero(value)) {
    Word remainder = 0;
    for (int i = 3; i >= 0; i--) {
      const DoubleWord part = static_cast<DoubleWord>(remainder) << 64 | value.words[i];
      value.words[i] = static_cast<Word>(part / 10);
      remainder = static_cast<Word>(part % 10);
    }
    digits.insert(digits.begin(), static_cast<char>('0' + remainder));
  }
  return digits.empty() ? "0" : digits;
}

void write_proof(const prover_proof& p, const char* path) {
  FILE* file = fopen(path, "w");
  if (file == nullptr) throw Failure{PROVER_SYSTEM_FAILED, "", "", "the proof can't be written"};
  std::string c[8];
  for (int i = 0; i < 8; i++) c[i] = decimal(p.coordinates[i]);
  fprintf(file, "{\"pi_a\":[\"%s\",\"%s\",\"1\"],\"pi_b\":[[\"%s\",\"%s\"],[\"%s\",\"%s\"],[\"1\",\"0\"]],", c[0].c_str(), c[1].c_str(),
          c[2].c_str(), c[3].c_str(), c[4].c_str(), c[5].c_str());
  fprintf(file, "\"pi_c\":[\"%s\",\"%s\",\"1\"],\"protocol\":\"groth16\",\"curve\":\"bn128\"}\n", c[6].c_str(), c[7].c_str());
  fclose(file);
}

void write_public_signals(const std::vector<uint8_t>& signals, const char* path) {
  FILE* file = fopen(path, "w");
  if (file == nullptr) throw Failure{PROVER_SYSTEM_FAILED, "", "", "the public signals can't be written"};
  for (size_t i = 0; i < signals.size(); i += 32) fprintf(file, "%s\"%s\"", i == 0 ? "[" : ",", decimal(&signals[i]).c_str());
  fprintf(file, signals.empty() ? "[]\n" : "]\n");
  fclose(file);
}

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double cpu_seconds() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

void require_ok(prover_status status, const prover_error& error) {
  if (status != PROVER_OK) throw Failure{status, error.section, error.reason, error.message};
}

int prove(int count, char** arguments) {
  prover_options options{count > 4 ? static_cast<unsigned>(atoi(arguments[4])) : 0, nullptr};
  const int repetitions = count > 5 ? atoi(arguments[5]) : 1;
  prover_error error;
  prover_session* session = nullptr;
  const double start = wall_seconds(), cpu_start = cpu_seconds();
  require_ok(prover_open(arguments[0], &options, nullptr, &session, &error), error);
  const double opened = wall_seconds(), cpu_opened = cpu_seconds();
  fprintf(stderr, "{\"step\": \"open\", \"wall\": %.4f, \"cpu\": %.4f}\n", opened - start, cpu_opened - cpu_start);
  uint32_t wires = 0, public_signals = 0;
  prover_counts(session, &wires, &public_signals);
  std::vector<uint8_t> signals(size_t{32} * public_signals);
  prover_proof proof;
  for (int i = 0; i < repetitions; i++) {
    const double wall = wall_seconds(), cpu = cpu_seconds();
    require_ok(prover_prove_file(session, arguments[1], nullptr, nullptr, nullptr, &proof, signals.data(), &error), error);
    fprintf(stderr, "{\"step\": \"prove\", \"wall\": %.4f, \"cpu\": %.4f}\n", wall_seconds() - wall, cpu_seconds() - cpu);
  }
  write_proof(proof, arguments[2]);
  write_public_signals(signals, arguments[3]);
  prover_close(session);
  return 0;
}

int measure(char** arguments) {
  const double start = wall_seconds();
  const pid_t child = fork();
  if (child < 0) throw Failure{PROVER_SYSTEM_FAILED, "", "", "no process can be started"};
  if (child == 0) {
    execvp(arguments[0], arguments);
    _exit(127);
  }
  int status = 0;
  struct rusage usage {};
  while (wait4(child, &status, 0, &usage) < 0) {
    if (errno != EINTR) throw Failure{PROVER_SYSTEM_FAILED, "", "", "the process can't be waited for"};
  }
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec); };
  fprintf(stderr, "{\"wall\": %.4f, \"cpu\": %.4f, \"peak_kilobytes\": %ld}\n", wall_seconds() - start,
          seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int run(int count, char** arguments) {
  const std::string command = count > 1 ? arguments[1] : "";
  if (command == "path") {
    puts(select_backend(nullptr).name);
    return 0;
  }
  if (command == "self-test") return self_test(count > 2 ? strtoull(arguments[2], nullptr, 10) : 1);
  if (command == "field") return field_operations();
  if (command == "bench" && count > 2) {
    Control control;
    Threads threads(count > 4 ? static_cast<unsigned>(atoi(arguments[4])) : 1, control);
    select_backend(nullptr).benchmark(arguments[2], count > 3 ? static_cast<unsigned>(atoi(arguments[3])) : 16, threads, stdout);
    return 0;
  }
  if (command == "measure" && count > 2) return measure(arguments + 2);
  if (command == "prove" && count >= 6) return prove(count - 2, arguments + 2);
  fprintf(stderr, "usage: see the head of tool/main.cpp\n");
  return 2;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    return run(count, arguments);
  } catch (const Failure& failure) {
    fprintf(stderr, "status %d; section: %s; reason: %s; %s\n", failure.status, failure.section.c_str(), failure.reason.c_str(),
            failure.message.c_str());
    return 1;
  }
}
