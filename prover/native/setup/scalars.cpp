// Scalars of development keys; see scalars.hpp. One thread: a few multiplications per term are little beside the points.
#define CATALYZE_PATH setup
#include "scalars.hpp"

#include "../field/inverse.hpp"
#include "../field/memory.hpp"
#include "../groth16/failure.hpp"

namespace catalyze::setup {
namespace {

using Scalar = Element<ScalarFieldPrime>;

constexpr size_t term_bytes = 36;
constexpr size_t coefficient_bytes = 44;
/** Work between two looks at the caller's wish to stop. */
constexpr size_t slice = 8192;

void check(const Control& control) {
  if (control.cancelled.load(std::memory_order_relaxed)) throw Cancelled{};
}

uint32_t word_at(const uint8_t* bytes) {
  uint32_t value;
  memcpy(&value, bytes, sizeof value);
  return value;
}

Integer256 integer_at(const uint8_t* bytes) {
  Integer256 value;
  memcpy(value.words, bytes, sizeof value.words);
  return value;
}

/** Calls visit(matrix, row, wire, coefficient) for every term, in order; checks all of them. */
template <class Visit>
void for_terms(const prover_constraint_system& system, const Visit& visit) {
  const auto name = [](size_t row) { return "constraint " + std::to_string(row); };
  size_t position = 0;
  for (uint32_t row = 0; row < system.constraint_count; row++) {
    for (uint32_t matrix = 0; matrix < 3; matrix++) {
      const size_t left = system.constraint_bytes - position;
      const uint32_t count = left < 4 ? 0 : word_at(system.constraints + position);
      if (left < 4 || count > (left - 4) / term_bytes) fail_file("constraints", "truncated", name(row) + " overruns the section");
      position += 4;
      for (uint32_t term = 0; term < count; term++, position += term_bytes) {
        const uint32_t wire = word_at(system.constraints + position);
        const Integer256 value = integer_at(system.constraints + position + 4);
        if (wire >= system.wire_count) fail_file("constraints", "out_of_range", name(row) + " names wire " + std::to_string(wire));
        if (!is_below(value, ScalarFieldPrime::modulus)) {
          fail_file("constraints", "out_of_range", "a coefficient of " + name(row) + " is not below the prime");
        }
        visit(matrix, row, wire, value);
      }
    }
  }
  if (position != system.constraint_bytes) {
    fail_file("constraints", "wrong_size", std::to_string(system.constraint_bytes - position) + " bytes follow the last one");
  }
}

/** A root of unity of order 2^order_log2, at most 28. */
Scalar root_of_order(unsigned order_log2) {
  Scalar root = Scalar::from_plain(root_of_unity);
  for (unsigned i = order_log2; i < two_adicity; i++) root = square(root);
  return root;
}

/** (tau^size − 1) / size: the factor common to the Lagrange basis of a domain of this size. */
Scalar lagrange_scale(const Scalar& tau, uint64_t size) {
  const Integer256 n{{size, 0, 0, 0}};
  return (power(tau, n) - Scalar::one()) * inverse(Scalar::from_plain(n));
}

/** basis[i] ← scale / (start · step^i − 1): the Lagrange basis for start = tau, step = 1 / root. */
void evaluate_basis(LargeArray<Scalar>& basis, const Scalar& start, const Scalar& step, const Scalar& scale, const Control& control) {
  Scalar current = start;
  std::vector<Scalar> prefix(slice);
  for (size_t first = 0; first < basis.size(); first += slice) {
    check(control);
    const size_t count = basis.size() - first < slice ? basis.size() - first : slice;
    Scalar product = Scalar::one();
    for (size_t i = 0; i < count; i++) {
      const Scalar denominator = current - Scalar::one();
      current = current * step;
      prefix[i] = product;
      // Zero only for a tau within the domain, which no trapdoor in use is; its inverse counts as zero.
      basis[first + i] = denominator;
      if (!is_zero(denominator)) product = product * denominator;
    }
    Scalar running = inverse(product) * scale;
    for (size_t i = count; i-- > 0;) {
      const Scalar denominator = basis[first + i];
      if (is_zero(denominator)) continue;
      basis[first + i] = running * prefix[i];
      running = running * denominator;
    }
  }
}

void write_plain(const Scalar& value, uint8_t* to) {
  const Integer256 plain = value.to_plain();
  memcpy(to, plain.words, sizeof plain.words);
}

/** The coefficients section: its count, then entries with value · 2^512. */
class CoefficientWriter {
 public:
  CoefficientWriter(uint8_t* to, uint64_t count) : to_(to + 4) {
    const uint32_t number = static_cast<uint32_t>(count);
    memcpy(to, &number, 4);
  }
  /** `value` in Montgomery form. */
  void append(uint32_t matrix, uint32_t row, uint32_t wire, const Scalar& value) {
    const uint32_t numbers[3] = {matrix, row, wire};
    const Scalar twice = Scalar::from_plain(value.integer());
    memcpy(to_, numbers, 12);
    memcpy(to_ + 12, twice.words, 32);
    to_ += coefficient_bytes;
  }

 private:
  uint8_t* to_;
};

/** Sums the terms of each wire into sums[0] to sums[2]; writes the coefficients section. */
void accumulate(const prover_constraint_system& system, const LargeArray<Scalar>& basis, LargeArray<Scalar> (&sums)[3],
                uint8_t* coefficients, const Control& control) {
  for (LargeArray<Scalar>& sum : sums) {
    sum = LargeArray<Scalar>(system.wire_count);
    for (size_t wire = 0; wire < system.wire_count; wire++) sum[wire] = Scalar::zero();
  }
  CoefficientWriter writer(coefficients, count_setup_coefficients(system));
  size_t seen = 0;
  for_terms(system, [&](uint32_t matrix, uint32_t row, uint32_t wire, const Integer256& plain) {
    if (++seen % slice == 0) check(control);
    const Scalar value = Scalar::from_plain(plain);
    Scalar& target = sums[matrix][wire];
    target = target + value * basis[row];
    if (matrix < 2) writer.append(matrix, row, wire, value);
  });
  for (uint32_t wire = 0; wire <= system.public_signal_count; wire++) {
    const uint32_t row = system.constraint_count + wire;
    sums[0][wire] = sums[0][wire] + basis[row];
    writer.append(0, row, wire, Scalar::one());
  }
}

}  // namespace
}  // namespace catalyze::setup

namespace catalyze {

uint64_t count_setup_coefficients(const prover_constraint_system& system) {
  const uint64_t rows = static_cast<uint64_t>(system.constraint_count) + system.public_signal_count;
  if (system.public_signal_count >= system.wire_count || system.domain_size_log2 >= two_adicity ||
      rows >= uint64_t{1} << system.domain_size_log2) {
    throw Failure{PROVER_INVALID_ARGUMENT, "", "", "the counts of the constraint system do not fit each other"};
  }
  uint64_t count = static_cast<uint64_t>(system.public_signal_count) + 1;
  setup::for_terms(system, [&](uint32_t matrix, uint32_t, uint32_t, const Integer256&) { count += matrix < 2; });
  if (count > UINT32_MAX) fail_file("constraints", "too_large", std::to_string(count) + " coefficients");
  return count;
}

void compute_setup_scalars(const prover_constraint_system& system, const uint8_t trapdoor[4][32], uint8_t* g1, uint8_t* g2,
                           uint8_t* coefficients, const Control& control) {
  using setup::Scalar;
  Scalar values[4];
  for (int i = 0; i < 4; i++) values[i] = Scalar::from_plain(setup::integer_at(trapdoor[i]));
  const Scalar tau = values[0], alpha = values[1], beta = values[2], delta_inverse = inverse(values[3]);
  const size_t wires = system.wire_count;
  const uint64_t domain_size = uint64_t{1} << system.domain_size_log2;
  const Scalar half_step = inverse(setup::root_of_order(system.domain_size_log2 + 1));
  const Scalar step = square(half_step);

  LargeArray<Scalar> basis(domain_size), sums[3];
  setup::evaluate_basis(basis, tau, step, setup::lagrange_scale(tau, domain_size), control);
  setup::accumulate(system, basis, sums, coefficients, control);
  for (size_t wire = 0; wire < wires; wire++) {
    if (wire % setup::slice == 0) setup::check(control);
    const Scalar a = sums[0][wire], b = sums[1][wire];
    Scalar c = beta * a + alpha * b + sums[2][wire];
    if (wire > system.public_signal_count) c = c * delta_inverse;
    setup::write_plain(a, g1 + wire * 32);
    setup::write_plain(b, g1 + (wires + wire) * 32);
    setup::write_plain(b, g2 + wire * 32);
    setup::write_plain(c, g1 + (2 * wires + wire) * 32);
  }
  setup::evaluate_basis(basis, tau * half_step, step, setup::lagrange_scale(tau, 2 * domain_size) * delta_inverse, control);
  uint8_t* rest = g1 + 3 * wires * 32;
  for (size_t i = 0; i < domain_size; i++) setup::write_plain(basis[i], rest + i * 32);
  rest += domain_size * 32;
  const uint8_t one[32] = {1};
  for (int i = 0; i < 3; i++) {
    memcpy(rest + i * 32, trapdoor[i + 1], 32);
    memcpy(g2 + (wires + i) * 32, i == 1 ? one : trapdoor[i == 0 ? 2 : 3], 32);
  }
}

}  // namespace catalyze
