// From a witness to the scalars of H: the rows of A and B, six transforms, and (a · b − c) on the coset.
// Keys hold H for the odd points of the Lagrange basis of twice the size, so these values are the scalars as they
// are: no division by the vanishing polynomial and no seventh transform. c = a ∘ b on the domain; C is not stored.
#pragma once
#include "key.hpp"

namespace catalyze::CATALYZE_PATH {

/** Entries ahead of time that witness values are asked for. */
constexpr uint32_t prefetch_distance = 16;

/** One row of a matrix times the witness, in the radix of the lanes. */
inline ScalarElement row_product(const Coefficients& coefficients, const SparseMatrix& matrix, size_t row,
                                 const Integer256* witness) {
  // Terms with ±1 are added up plain; one multiplication brings them into the radix.
  static constexpr Integer256 to_radix = power_of_two(256 + ScalarLanes::radix_bits, ScalarFieldPrime::modulus);
  ScalarElement sum = ScalarElement::zero();
  ScalarElement plain = ScalarElement::zero();
  for (uint32_t i = matrix.row_begin[row]; i < matrix.row_begin[row + 1]; i++) {
    const SparseMatrix::Entry entry = matrix.entries[i];
    if (i + prefetch_distance < matrix.entries.size()) {
      __builtin_prefetch(&witness[matrix.entries[i + prefetch_distance].wire]);
    }
    const ScalarElement value = ScalarElement::from_montgomery_integer(witness[entry.wire]);
    if (entry.value == SparseMatrix::plus_one) {
      plain = plain + value;
    } else if (entry.value == SparseMatrix::minus_one) {
      plain = plain - value;
    } else {
      sum = sum + coefficients.values[entry.value] * value;
    }
  }
  if (is_zero(plain)) return sum;
  return sum + multiply_words<ScalarFieldPrime>(plain.words, to_radix.words);
}

/** out[i] ← a[i] · b[i] in the radix of the lanes; count is a multiple of the lanes. */
inline void multiply_values(const Integer256* a, const Integer256* b, Integer256* out, size_t count, Threads& threads) {
  threads.for_ranges(count, 8192, [&](size_t first, size_t last) {
    for (size_t i = first; i < last; i += lane_count) {
      store_packed(out + i, multiply(load_packed<ScalarFieldPrime>(a + i), load_packed<ScalarFieldPrime>(b + i)));
    }
  });
}

/** The scalars of H for domains too small for the transform: by the definition, radix 2^256 throughout. */
inline void small_quotient(unsigned size_log2, const Integer256* a, const Integer256* b, Integer256* out) {
  static constexpr Integer256 from_radix = power_of_two(512 - ScalarLanes::radix_bits, ScalarFieldPrime::modulus);
  const size_t n = size_t{1} << size_log2;
  std::vector<ScalarElement> values[3];
  for (size_t i = 0; i < n; i++) {
    values[0].push_back(multiply_words<ScalarFieldPrime>(a[i].words, from_radix.words));
    values[1].push_back(multiply_words<ScalarFieldPrime>(b[i].words, from_radix.words));
    values[2].push_back(values[0][i] * values[1][i]);
  }
  const ScalarElement root = domain_root(size_log2);
  const ScalarElement root_inverse = inverse(root);
  const ScalarElement size_inverse = inverse(ScalarElement::from_plain({{n, 0, 0, 0}}));
  const ScalarElement shift = coset_shift(size_log2);
  const auto evaluate = [n](const std::vector<ScalarElement>& coefficients, const ScalarElement& x) {
    ScalarElement sum = ScalarElement::zero();
    for (size_t k = n; k-- > 0;) sum = sum * x + coefficients[k];
    return sum;
  };
  for (std::vector<ScalarElement>& v : values) {
    std::vector<ScalarElement> coefficients;
    ScalarElement x = ScalarElement::one();
    for (size_t k = 0; k < n; k++, x = x * root_inverse) coefficients.push_back(evaluate(v, x) * size_inverse);
    x = shift;
    for (size_t k = 0; k < n; k++, x = x * root) v[k] = evaluate(coefficients, x);
  }
  for (size_t k = 0; k < n; k++) out[k] = (values[0][k] * values[1][k] - values[2][k]).to_plain();
}

/** h[l · N + …] for vectors 8t … of the three transforms: plain, below r. */
inline void finish_quotient(const Transform& transform, const LargeArray<ScalarLanes> vectors[3], size_t t,
                            const ScalarLanes& inverse_squared, const ScalarLanes& minus_inverse, Integer256* h) {
  ScalarLanes values[3][lane_count];
  for (int i = 0; i < 3; i++) transform.finish_values(vectors[i].data(), t, values[i]);
  for (size_t l = 0; l < lane_count; l++) {
    // Each transform left a factor n: a · b / n² − c / n, and out of Montgomery form with the same products.
    Integer256* out = h + l * transform.vector_count() + t * lane_count;
    const ScalarLanes product = multiply(values[0][l], values[1][l]);
    store_packed(out, multiply_add(product, inverse_squared, values[2][l], minus_inverse));
    for (size_t i = 0; i < lane_count; i++) out[i] = reduce_once<ScalarFieldPrime>(out[i].words).integer();
  }
}

/** n times the values on the coset, all but the levels that mix lanes. */
inline void transform_values(const Transform& transform, const Integer256* values, LargeArray<ScalarLanes>& vectors, Threads& threads) {
  vectors = LargeArray<ScalarLanes>(transform.vector_count());
  transform.interpolate(values, vectors.data(), threads);
  transform.evaluate_inner(vectors.data(), threads);
  threads.control().thousandths += 30;
}

/** The scalars of H from three transforms. */
inline void finish_quotients(const Transform& transform, const LargeArray<ScalarLanes> vectors[3], Integer256* h, Threads& threads) {
  const Word n = transform.vector_count() * lane_count;
  const ScalarElement inverse_n = inverse(ScalarElement::from_plain({{n, 0, 0, 0}}));
  const ScalarLanes inverse_squared = broadcast(ScalarElement::from_montgomery_integer((inverse_n * inverse_n).to_plain()));
  const ScalarLanes minus_inverse = broadcast(ScalarElement::from_montgomery_integer(negate(inverse_n).to_plain()));
  threads.for_ranges(transform.vector_count() / lane_count, lane_count == 1 ? 4096 : 64, [&](size_t first, size_t last) {
    for (size_t t = first; t < last; t++) finish_quotient(transform, vectors, t, inverse_squared, minus_inverse, h);
  });
}

/** The scalars of H, plain. */
inline LargeArray<Integer256> quotient_scalars(const CompiledKey& key, const Integer256* witness, Threads& threads) {
  const size_t n = size_t{1} << key.domain_size_log2;
  Control& control = threads.control();
  LargeArray<Integer256> a(n), b(n);
  threads.for_ranges(n, 2048, [&](size_t first, size_t last) {
    for (size_t row = first; row < last; row++) {
      a[row] = row_product(key.coefficients, key.coefficients.matrices[0], row, witness).integer();
      b[row] = row_product(key.coefficients, key.coefficients.matrices[1], row, witness).integer();
    }
  });
  if (!key.transform) {
    LargeArray<Integer256> h(n);
    small_quotient(key.domain_size_log2, a.data(), b.data(), h.data());
    return h;
  }
  control.phase = 2;
  const Transform& transform = *key.transform;
  LargeArray<ScalarLanes> vectors[3];
  transform_values(transform, a.data(), vectors[0], threads);
  multiply_values(a.data(), b.data(), a.data(), n, threads);
  transform_values(transform, b.data(), vectors[1], threads);
  b = LargeArray<Integer256>();
  transform_values(transform, a.data(), vectors[2], threads);
  finish_quotients(transform, vectors, a.data(), threads);
  return a;
}

}  // namespace catalyze::CATALYZE_PATH
