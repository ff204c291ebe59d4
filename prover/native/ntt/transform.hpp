// Number-theoretic transforms over the scalar field, without bit reversal: values on the domain → coefficients in
// bit-reversed order → values on a coset. The shift to the coset costs nothing: it is part of the twiddle factors.
//
// Layout. For L lanes, n = L · N: element l · N + j stands in lane l of vector j. The outermost log2(L) levels mix
// lanes; they are done while packed elements are read (decimation in frequency) or written (in time). All other
// levels are L independent transforms of size N side by side, with one twiddle factor for all lanes.
//
// Cache. Levels are done in passes over the array: columns of at most 2^8 rows are copied into a buffer, go through
// up to eight levels there and are copied back; blocks of 2^10 vectors (320 KB) go through all their remaining levels.
//
// Symbols: w_m = primitive m-th root of unity; g = shift of the coset. Level of size m ≤ n, k < m / 2:
//   to coefficients  (a, b) → (a + b, (a − b) · w_m^−k)            sizes n, n/2, …, 2
//   to the coset     (a, b) → (a + b t, a − b t), t = g^(n/m) w_m^k  sizes 2, 4, …, n
// Bounds (lanes_ifma.hpp): vectors are small between levels towards coefficients, wide towards the coset.
#pragma once
#if defined(CATALYZE_USE_IFMA)
#include "../field/lanes_ifma.hpp"
#else
#include "../field/lanes_scalar.hpp"
#endif
#include "../field/memory.hpp"
#include "../groth16/threads.hpp"

namespace catalyze::CATALYZE_PATH {

using ScalarLanes = Lanes<ScalarFieldPrime>;
using ScalarElement = Element<ScalarFieldPrime>;

/** From a plain integer to the radix of the lanes. */
inline ScalarElement scalar_in_lane_radix(const ScalarElement& a) {
  static constexpr Integer256 factor = power_of_two(ScalarLanes::radix_bits, ScalarFieldPrime::modulus);
  return ScalarLanes::radix_bits == 256 ? a : multiply_words<ScalarFieldPrime>(a.words, factor.words);
}

/** The shift of the coset on which snarkjs keys hold H: a primitive 2n-th root of unity; 25 where there is none. */
inline ScalarElement coset_shift(unsigned domain_size_log2) {
  if (domain_size_log2 >= two_adicity) return ScalarElement::from_plain({{25, 0, 0, 0}});
  ScalarElement root = ScalarElement::from_plain(root_of_unity);
  for (unsigned i = domain_size_log2 + 1; i < two_adicity; i++) root = square(root);
  return root;
}

/** A primitive root of unity of order 2^order_log2. */
inline ScalarElement domain_root(unsigned order_log2) {
  ScalarElement root = ScalarElement::from_plain(root_of_unity);
  for (unsigned i = order_log2; i < two_adicity; i++) root = square(root);
  return root;
}

/** Twiddle factors of one direction for one domain. */
struct Twiddles {
  /** spread[m / 2 + k] for the levels of size m ≤ N. */
  LargeArray<Spread<ScalarFieldPrime>> spread;
  /** The factor of element j of the outermost level, for all j < N, in vectors of consecutive j. */
  LargeArray<ScalarLanes> outer;
  /** w_4 and w_8 of this direction, for the levels that mix lanes. */
  ScalarLanes fourth_root, eighth_root;

  Twiddles(unsigned size_log2, const ScalarElement& root, const ScalarElement& shift, Threads& threads) {
    const unsigned lanes_log2 = ScalarLanes::width == 8 ? 3 : 0;
    const unsigned inner_log2 = size_log2 - lanes_log2;
    const size_t inner = size_t{1} << inner_log2;
    spread = LargeArray<Spread<ScalarFieldPrime>>(inner);
    for (unsigned level = 1; level <= inner_log2; level++) {
      const size_t half = size_t{1} << (level - 1);
      ScalarElement base = root, level_shift = shift;
      for (unsigned i = level; i < size_log2; i++) base = square(base), level_shift = square(level_shift);
      threads.for_ranges(half, 4096, [&](size_t first, size_t last) {
        ScalarElement current = scalar_in_lane_radix(level_shift * power(base, {{first, 0, 0, 0}}));
        for (size_t k = first; k < last; k++) {
          spread[half + k] = make_spread(current);
          current = current * base;
        }
      });
    }
    if (lanes_log2 == 0) return;
    outer = LargeArray<ScalarLanes>(inner / 8);
    threads.for_ranges(inner / 8, 512, [&](size_t first, size_t last) {
      ScalarElement current = scalar_in_lane_radix(shift * power(root, {{first * 8, 0, 0, 0}}));
      for (size_t i = first; i < last; i++) {
        for (unsigned lane = 0; lane < 8; lane++, current = current * root) insert(outer[i], lane, current);
      }
    });
    ScalarElement eighth = root;
    for (unsigned i = 3; i < size_log2; i++) eighth = square(eighth);
    eighth_root = broadcast(scalar_in_lane_radix(eighth));
    fourth_root = broadcast(scalar_in_lane_radix(square(eighth)));
  }
};

/** Both directions for one domain; made once per key. At least 64 elements when there are eight lanes. */
class Transform {
 public:
  static constexpr unsigned minimum_size_log2 = ScalarLanes::width == 8 ? 6 : 1;

  Transform(unsigned size_log2, Threads& threads)
      : inner_log2_(size_log2 - (ScalarLanes::width == 8 ? 3 : 0)),
        to_coefficients_(size_log2, inverse(domain_root(size_log2)), ScalarElement::one(), threads),
        to_coset_(size_log2, domain_root(size_log2), coset_shift(size_log2), threads) {}

  /** Vectors of one array. */
  size_t vector_count() const { return size_t{1} << inner_log2_; }

  /** values[j] (packed, lane radix, small) → vectors: n times the coefficients, in bit-reversed order. */
  void interpolate(const Integer256* values, ScalarLanes* vectors, Threads& threads) const {
    read_values(values, vectors, threads);
    for (unsigned done = 0; done < inner_log2_;) {
      const unsigned levels = pass_levels(inner_log2_ - done);
      run_pass<true>(vectors, inner_log2_ - done, levels, threads);
      done += levels;
    }
  }

  /** Vectors of coefficients in bit-reversed order → values on the coset, in vectors of the layout above, all but the levels that mix lanes. */
  void evaluate_inner(ScalarLanes* vectors, Threads& threads) const {
    // The same passes as for interpolation, backwards.
    std::vector<unsigned> sizes;
    for (unsigned done = 0; done < inner_log2_; done += pass_levels(inner_log2_ - done)) sizes.push_back(inner_log2_ - done);
    for (size_t i = sizes.size(); i-- > 0;) run_pass<false>(vectors, sizes[i], pass_levels(sizes[i]), threads);
  }

  /**
   * Finishes vectors [8t, 8t + 8) after evaluate_inner: out[l] holds the values at l · N + 8t …, in order. Small.
   * With one lane: out[0] is the value at t.
   */
  void finish_values(const ScalarLanes* vectors, size_t t, ScalarLanes* out) const {
#if defined(CATALYZE_USE_IFMA)
    for (int l = 0; l < 8; l++) out[l] = vectors[8 * t + static_cast<size_t>(l)];
    transpose(out);
    const ScalarLanes& w = to_coset_.outer[t];
    const ScalarLanes w2 = square(w), w4 = square(w2);
    for (int l = 0; l < 8; l += 2) combine(out[l], out[l + 1], w4);
    const ScalarLanes w2_turned = multiply(w2, to_coset_.fourth_root);
    for (int l = 0; l < 8; l += 4) {
      combine(out[l], out[l + 2], w2);
      combine(out[l + 1], out[l + 3], w2_turned);
    }
    ScalarLanes factor = w;
    for (int l = 0; l < 4; l++) {
      combine(out[l], out[l + 4], factor);
      factor = multiply(factor, to_coset_.eighth_root);
    }
    for (int l = 0; l < 8; l++) out[l] = reduce(out[l]);
#else
    out[0] = vectors[t];
#endif
  }

 private:
  static constexpr unsigned block_log2 = ScalarLanes::width == 8 ? 10 : 13;
  static constexpr unsigned column_levels = 8;
  static constexpr size_t columns_at_once = ScalarLanes::width == 8 ? 4 : 16;

  /** Levels of the next pass when transforms of size 2^remaining are left. */
  static unsigned pass_levels(unsigned remaining) {
    if (remaining <= block_log2) return remaining;
    const unsigned above = remaining - block_log2;
    return above < column_levels ? above : column_levels;
  }

  static CATALYZE_INLINE void split(ScalarLanes& a, ScalarLanes& b, const ScalarLanes& factor) {
    const ScalarLanes d = difference(a, b);
    a = reduced_sum(a, b);
    b = multiply(d, factor);
  }
  static CATALYZE_INLINE void combine(ScalarLanes& a, ScalarLanes& b, const ScalarLanes& factor) {
    const ScalarLanes product = multiply(b, factor);
    const ScalarLanes first = reduce(a);
    a = sum(first, product);
    b = difference(first, product);
  }

#if defined(CATALYZE_USE_IFMA)
  /** Lane i of vector k ↔ lane k of vector i. */
  static void transpose(ScalarLanes v[8]) {
    for (int limb = 0; limb < 5; limb++) {
      __m512i m[8];
      for (int k = 0; k < 8; k++) m[k] = v[k].limbs[limb];
      transpose_8x8(m);
      for (int k = 0; k < 8; k++) v[k].limbs[limb] = m[k];
    }
  }
#endif

  void read_values(const Integer256* values, ScalarLanes* vectors, Threads& threads) const {
    const size_t inner = vector_count();
#if defined(CATALYZE_USE_IFMA)
    threads.for_ranges(inner / 8, 256, [&](size_t first, size_t last) {
      for (size_t t = first; t < last; t++) {
        ScalarLanes v[8];
        for (size_t l = 0; l < 8; l++) v[l] = load_packed<ScalarFieldPrime>(values + l * inner + 8 * t);
        const ScalarLanes& w = to_coefficients_.outer[t];
        ScalarLanes factor = w;
        for (int l = 0; l < 4; l++) {
          split(v[l], v[l + 4], factor);
          factor = multiply(factor, to_coefficients_.eighth_root);
        }
        const ScalarLanes w2 = square(w), w4 = square(w2);
        const ScalarLanes w2_turned = multiply(w2, to_coefficients_.fourth_root);
        for (int l = 0; l < 8; l += 4) {
          split(v[l], v[l + 2], w2);
          split(v[l + 1], v[l + 3], w2_turned);
        }
        for (int l = 0; l < 8; l += 2) split(v[l], v[l + 1], w4);
        transpose(v);
        for (size_t l = 0; l < 8; l++) vectors[8 * t + l] = v[l];
      }
    });
#else
    threads.for_ranges(inner, 4096, [&](size_t first, size_t last) {
      for (size_t t = first; t < last; t++) vectors[t] = load_packed<ScalarFieldPrime>(values + t);
    });
#endif
  }

  /** One level on `count` columns of `rows` rows, `stride` vectors apart; row r, column c is index (r · row_step + c). */
  template <bool down>
  CATALYZE_INLINE void run_level(ScalarLanes* data, size_t rows, size_t columns, size_t half_rows,
                                 const Spread<ScalarFieldPrime>* factors, size_t factor_step) const {
    for (size_t block = 0; block < rows; block += 2 * half_rows) {
      for (size_t r = 0; r < half_rows; r++) {
        ScalarLanes* a = data + (block + r) * columns;
        ScalarLanes* b = a + half_rows * columns;
        const Spread<ScalarFieldPrime>* factor = factors + r * factor_step;
        for (size_t c = 0; c < columns; c++) {
          const ScalarLanes w = load_spread(factor[c]);
          if constexpr (down) {
            split(a[c], b[c], w);
          } else {
            combine(a[c], b[c], w);
          }
        }
      }
    }
  }

  /** The outermost `levels` levels of all transforms of size 2^size_log2. */
  template <bool down>
  void run_pass(ScalarLanes* vectors, unsigned size_log2, unsigned levels, Threads& threads) const {
    const Twiddles& twiddles = down ? to_coefficients_ : to_coset_;
    const size_t size = size_t{1} << size_log2;
    const size_t blocks = vector_count() / size;
    const size_t rows = size_t{1} << levels;
    const size_t row_length = size / rows;
    if (row_length == 1) {
      threads.for_tasks(blocks, [&](size_t block, unsigned) { run_rows<down>(twiddles, vectors + block * size, rows, 1, 0, 1); });
      return;
    }
    const size_t width = row_length < columns_at_once ? row_length : columns_at_once;
    const size_t chunks = row_length / width;
    std::vector<LargeArray<ScalarLanes>> buffers(threads.count());
    threads.for_tasks(blocks * ((chunks + 7) / 8), [&](size_t task, unsigned thread) {
      const size_t per_block = (chunks + 7) / 8;
      ScalarLanes* block = vectors + task / per_block * size;
      LargeArray<ScalarLanes>& buffer = buffers[thread];
      if (buffer.size() == 0) buffer = LargeArray<ScalarLanes>(rows * width);
      const size_t first = task % per_block * 8;
      for (size_t chunk = first; chunk < first + 8 && chunk < chunks; chunk++) {
        const size_t column = chunk * width;
        for (size_t r = 0; r < rows; r++) copy(buffer.data() + r * width, block + r * row_length + column, width);
        run_rows<down>(twiddles, buffer.data(), rows, width, column, row_length);
        for (size_t r = 0; r < rows; r++) copy(block + r * row_length + column, buffer.data() + r * width, width);
      }
    });
  }

  static void copy(ScalarLanes* to, const ScalarLanes* from, size_t count) {
    for (size_t i = 0; i < count; i++) to[i] = from[i];
  }

  /** All levels among `rows` rows of a block: index in the block = row · row_length + first_column + column. */
  template <bool down>
  void run_rows(const Twiddles& twiddles, ScalarLanes* data, size_t rows, size_t columns, size_t first_column,
                size_t row_length) const {
    for (size_t i = 0, half = down ? rows / 2 : 1; half >= 1 && half < rows; half = down ? half / 2 : half * 2, i++) {
      const Spread<ScalarFieldPrime>* factors = twiddles.spread.data() + half * row_length + first_column;
      run_level<down>(data, rows, columns, half, factors, row_length);
    }
  }

  unsigned inner_log2_;
  Twiddles to_coefficients_, to_coset_;
};

}  // namespace catalyze::CATALYZE_PATH
