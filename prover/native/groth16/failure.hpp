// Failures inside the library: thrown here, turned into a prover_error at the C interface.
#pragma once
#include <cstdio>
#include <cstring>
#include <string>

#include "../prover.h"

namespace catalyze {

/** Why a call can't go on. */
struct Failure {
  prover_status status;
  std::string section, reason, message;
};

[[noreturn]] inline void fail_file(const char* section, const char* reason, const std::string& message) {
  throw Failure{PROVER_FILE_INVALID, section, reason, message};
}

inline void copy_text(char* to, size_t size, const std::string& text) { snprintf(to, size, "%s", text.c_str()); }

inline void report(prover_error* error, const Failure& failure) {
  if (error == nullptr) return;
  memset(error, 0, sizeof *error);
  error->status = failure.status;
  copy_text(error->section, sizeof error->section, failure.section);
  copy_text(error->reason, sizeof error->reason, failure.reason);
  copy_text(error->message, sizeof error->message, failure.message);
}

}  // namespace catalyze
