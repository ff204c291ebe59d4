// Eight field elements at a time with AVX-512 IFMA: five limbs of 52 bits, Montgomery radix 2^260.
//
// The radix leaves 6.4 bits above the prime, so values need not be reduced. Two bounds are used, for limbs that are
// normalised (each below 2^52 but for the top one):
//   small  < 2p      results of multiply, reduce, reduced_sum, reduced_difference; what is stored in memory
//   wide   < 4p      results of sum and difference of small values
// A product of a and b is small whenever a · b < 84 p²: (a · b + 2^260 · p) / 2^260 = p + 0.0118 · a · b / p.
// Results of the reductions are in fact below 1.07 p, so the differences below never come near zero from below.
#pragma once
#include <immintrin.h>

#include "inverse.hpp"

namespace catalyze::CATALYZE_PATH {

/** Eight elements; Montgomery radix 2^260. */
template <class P>
struct Lanes {
  static constexpr unsigned width = 8;
  static constexpr unsigned radix_bits = 260;
  __m512i limbs[5];
};

/** Limb i of a value below 2^260. */
constexpr Word limb_52(const Integer256& a, int i) {
  const int bit = 52 * i;
  const int word = bit / 64, shift = bit % 64;
  Word out = a.words[word] >> shift;
  if (shift > 12 && word < 3) out |= a.words[word + 1] << (64 - shift);
  return out & 0xfffffffffffffULL;
}

template <class P>
struct LaneConstants {
  static constexpr Word mask = 0xfffffffffffffULL;
  static constexpr Word negative_inverse = negative_inverse_64(P::modulus.words[0]) & mask;
  /** floor(2^52 / (top limb of p + 1)). */
  static constexpr Word quotient_factor = (mask + 1) / (limb_52(P::modulus, 4) + 1);

  struct Multiples {
    /** limbs[i][k] = limb i of k · p, normalised. */
    alignas(64) Word limbs[5][8];
  };
  static constexpr Multiples make_multiples() {
    Multiples out{};
    for (int k = 0; k < 8; k++) {
      Word carry = 0;
      for (int i = 0; i < 5; i++) {
        const Word value = limb_52(P::modulus, i) * static_cast<Word>(k) + carry;
        out.limbs[i][k] = i < 4 ? value & mask : value;
        carry = value >> 52;
      }
    }
    return out;
  }
  static constexpr Multiples multiples = make_multiples();
};

CATALYZE_INLINE __m512i broadcast_word(Word value) { return _mm512_set1_epi64(static_cast<long long>(value)); }

/** Limb i of k · p in every lane. */
template <class P, int k>
CATALYZE_INLINE __m512i multiple_limb(int i) {
  return broadcast_word(LaneConstants<P>::multiples.limbs[i][k]);
}

/** Carries signed limbs upwards; the top limb takes what is left. */
template <class P>
CATALYZE_INLINE Lanes<P> normalise(Lanes<P> a) {
  const __m512i mask = broadcast_word(LaneConstants<P>::mask);
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    a.limbs[i + 1] = _mm512_add_epi64(a.limbs[i + 1], _mm512_srai_epi64(a.limbs[i], 52));
    a.limbs[i] = _mm512_and_si512(a.limbs[i], mask);
  }
  return a;
}

/** Signed limbs of a value in [0.5p, 8p), or of non-negative limbs in [0, 8p), to a small one. */
template <class P>
CATALYZE_INLINE Lanes<P> reduce(Lanes<P> a) {
  using C = LaneConstants<P>;
  const __m512i quotient =
      _mm512_madd52hi_epu64(_mm512_setzero_si512(), a.limbs[4], broadcast_word(C::quotient_factor));
#pragma GCC unroll 5
  for (int i = 0; i < 5; i++) {
    const __m512i table = _mm512_load_si512(C::multiples.limbs[i]);
    a.limbs[i] = _mm512_sub_epi64(a.limbs[i], _mm512_permutexvar_epi64(quotient, table));
  }
  return normalise(a);
}

/** The Montgomery reduction of ten columns, in place while they are produced, one limb of `a` at a time. */
template <class P>
CATALYZE_INLINE void reduction_step(__m512i t[6]) {
  using C = LaneConstants<P>;
  const __m512i zero = _mm512_setzero_si512();
  const __m512i m = _mm512_madd52lo_epu64(zero, t[0], broadcast_word(C::negative_inverse));
  t[0] = _mm512_madd52lo_epu64(t[0], m, multiple_limb<P, 1>(0));
  t[1] = _mm512_madd52hi_epu64(t[1], m, multiple_limb<P, 1>(0));
#pragma GCC unroll 4
  for (int j = 1; j < 5; j++) {
    t[j] = _mm512_madd52lo_epu64(t[j], m, multiple_limb<P, 1>(j));
    t[j + 1] = _mm512_madd52hi_epu64(t[j + 1], m, multiple_limb<P, 1>(j));
  }
  t[1] = _mm512_add_epi64(t[1], _mm512_srli_epi64(t[0], 52));
#pragma GCC unroll 5
  for (int j = 0; j < 5; j++) t[j] = t[j + 1];
  t[5] = zero;
}

CATALYZE_INLINE void product_step(__m512i t[6], __m512i a, const __m512i b[5]) {
#pragma GCC unroll 5
  for (int j = 0; j < 5; j++) {
    t[j] = _mm512_madd52lo_epu64(t[j], a, b[j]);
    t[j + 1] = _mm512_madd52hi_epu64(t[j + 1], a, b[j]);
  }
}

template <class P>
CATALYZE_INLINE Lanes<P> finish_product(const __m512i t[6]) {
  Lanes<P> out;
#pragma GCC unroll 5
  for (int j = 0; j < 5; j++) out.limbs[j] = t[j];
  return normalise(out);
}

/** a · b / 2^260; a · b < 84 p². Small. */
template <class P>
CATALYZE_INLINE Lanes<P> multiply(const Lanes<P>& a, const Lanes<P>& b) {
  const __m512i zero = _mm512_setzero_si512();
  __m512i t[6] = {zero, zero, zero, zero, zero, zero};
#pragma GCC unroll 5
  for (int i = 0; i < 5; i++) {
    product_step(t, a.limbs[i], b.limbs);
    reduction_step<P>(t);
  }
  return finish_product<P>(t);
}

/** a · b + c · d, one reduction for both; the sum of the products < 84 p². Small. */
template <class P>
CATALYZE_INLINE Lanes<P> multiply_add(const Lanes<P>& a, const Lanes<P>& b, const Lanes<P>& c, const Lanes<P>& d) {
  const __m512i zero = _mm512_setzero_si512();
  __m512i t[6] = {zero, zero, zero, zero, zero, zero};
#pragma GCC unroll 5
  for (int i = 0; i < 5; i++) {
    product_step(t, a.limbs[i], b.limbs);
    product_step(t, c.limbs[i], d.limbs);
    reduction_step<P>(t);
  }
  return finish_product<P>(t);
}

/** a²; a² < 84 p². Small. Fifteen products instead of twenty-five. */
template <class P>
CATALYZE_INLINE Lanes<P> square(const Lanes<P>& a) {
  const __m512i zero = _mm512_setzero_si512();
  __m512i c[10] = {zero, zero, zero, zero, zero, zero, zero, zero, zero, zero};
#pragma GCC unroll 5
  for (int i = 0; i < 5; i++) {
#pragma GCC unroll 5
    for (int j = i + 1; j < 5; j++) {
      c[i + j] = _mm512_madd52lo_epu64(c[i + j], a.limbs[i], a.limbs[j]);
      c[i + j + 1] = _mm512_madd52hi_epu64(c[i + j + 1], a.limbs[i], a.limbs[j]);
    }
  }
#pragma GCC unroll 10
  for (int i = 0; i < 10; i++) c[i] = _mm512_add_epi64(c[i], c[i]);
#pragma GCC unroll 5
  for (int i = 0; i < 5; i++) {
    c[2 * i] = _mm512_madd52lo_epu64(c[2 * i], a.limbs[i], a.limbs[i]);
    c[2 * i + 1] = _mm512_madd52hi_epu64(c[2 * i + 1], a.limbs[i], a.limbs[i]);
  }
#pragma GCC unroll 5
  for (int i = 0; i < 5; i++) {
    __m512i t[6] = {c[i], c[i + 1], c[i + 2], c[i + 3], c[i + 4], c[i + 5]};
    reduction_step<P>(t);
#pragma GCC unroll 5
    for (int j = 0; j < 5; j++) c[i + 1 + j] = t[j];
  }
  return finish_product<P>(c + 5);
}

/** a − b + 2p for small b: wide when a is small. */
template <class P>
CATALYZE_INLINE Lanes<P> difference(const Lanes<P>& a, const Lanes<P>& b) {
  Lanes<P> out;
#pragma GCC unroll 5
  for (int i = 0; i < 5; i++) {
    out.limbs[i] = _mm512_add_epi64(_mm512_sub_epi64(a.limbs[i], b.limbs[i]), multiple_limb<P, 2>(i));
  }
  return normalise(out);
}

/** 4p − a for wide a. Wide. */
template <class P>
CATALYZE_INLINE Lanes<P> negative(const Lanes<P>& a) {
  Lanes<P> out;
#pragma GCC unroll 5
  for (int i = 0; i < 5; i++) out.limbs[i] = _mm512_sub_epi64(multiple_limb<P, 4>(i), a.limbs[i]);
  return normalise(out);
}

/** a + b, normalised. Wide when both are small. */
template <class P>
CATALYZE_INLINE Lanes<P> sum(const Lanes<P>& a, const Lanes<P>& b) {
  Lanes<P> out;
#pragma GCC unroll 5
  for (int i = 0; i < 5; i++) out.limbs[i] = _mm512_add_epi64(a.limbs[i], b.limbs[i]);
  return normalise(out);
}

/** a + b for a + b < 8p. Small. */
template <class P>
CATALYZE_INLINE Lanes<P> reduced_sum(const Lanes<P>& a, const Lanes<P>& b) {
  Lanes<P> out;
#pragma GCC unroll 5
  for (int i = 0; i < 5; i++) out.limbs[i] = _mm512_add_epi64(a.limbs[i], b.limbs[i]);
  return reduce(out);
}

/** a − b for small a and wide b. Small. */
template <class P>
CATALYZE_INLINE Lanes<P> reduced_difference(const Lanes<P>& a, const Lanes<P>& b) {
  Lanes<P> out;
#pragma GCC unroll 5
  for (int i = 0; i < 5; i++) {
    out.limbs[i] = _mm512_add_epi64(_mm512_sub_epi64(a.limbs[i], b.limbs[i]), multiple_limb<P, 4>(i));
  }
  return reduce(out);
}

/** Lanes of a normalised value below 8p that may be zero mod p (the low limb is that of a multiple of p). */
template <class P>
CATALYZE_INLINE unsigned maybe_zero(const Lanes<P>& a) {
  // p is odd, so the low limbs of its multiples below 8p differ: one lookup by the quotient's low bits, and one
  // comparison. k · p ≡ limb (mod 8) gives k, because p ≡ 7 or 1 (mod 8) is its own inverse up to sign.
  using C = LaneConstants<P>;
  constexpr Word inverse_mod_8 = (0 - negative_inverse_64(P::modulus.words[0])) & 7;
  static_assert(inverse_mod_8 == 7 || inverse_mod_8 == 1, "the shortcut below needs p = ±1 mod 8");
  __m512i index = a.limbs[0];
  if constexpr (inverse_mod_8 == 7) index = _mm512_sub_epi64(_mm512_setzero_si512(), index);
  const __m512i candidate = _mm512_permutexvar_epi64(index, _mm512_load_si512(C::multiples.limbs[0]));
  return _mm512_cmpeq_epi64_mask(candidate, a.limbs[0]);
}

/** Lanes of a normalised value below 8p that are zero mod p. */
template <class P>
CATALYZE_INLINE unsigned exactly_zero(const Lanes<P>& a) {
  unsigned zero = 0;
  for (int k = 0; k < 8; k++) {
    unsigned equal = 0xff;
    for (int i = 0; i < 5; i++) {
      equal &= _mm512_cmpeq_epi64_mask(a.limbs[i], broadcast_word(LaneConstants<P>::multiples.limbs[i][k]));
    }
    zero |= equal;
  }
  return zero;
}

/** One value that is to stand in every lane: its limbs in 40 bytes. */
template <class P>
struct Spread {
  Word limbs[5];
};
template <class P>
CATALYZE_INLINE Spread<P> make_spread(const Element<P>& a) {
  Spread<P> out;
  for (int i = 0; i < 5; i++) out.limbs[i] = limb_52(a.integer(), i);
  return out;
}
template <class P>
CATALYZE_INLINE Lanes<P> load_spread(const Spread<P>& a) {
  Lanes<P> out;
#pragma GCC unroll 5
  for (int i = 0; i < 5; i++) out.limbs[i] = broadcast_word(a.limbs[i]);
  return out;
}

/** Eight packed values of 256 bits, each in four of the words of w (w[k] holds word k of every lane), to limbs. */
template <class P>
CATALYZE_INLINE Lanes<P> unpack(const __m512i w[4]) {
  const __m512i mask = broadcast_word(LaneConstants<P>::mask);
  Lanes<P> out;
  out.limbs[0] = _mm512_and_si512(w[0], mask);
  out.limbs[1] = _mm512_and_si512(_mm512_shrdi_epi64(w[0], w[1], 52), mask);
  out.limbs[2] = _mm512_and_si512(_mm512_shrdi_epi64(w[1], w[2], 40), mask);
  out.limbs[3] = _mm512_and_si512(_mm512_shrdi_epi64(w[2], w[3], 28), mask);
  out.limbs[4] = _mm512_srli_epi64(w[3], 16);
  return out;
}

/** The reverse of unpack, for values below 2^256. */
template <class P>
CATALYZE_INLINE void pack(const Lanes<P>& a, __m512i w[4]) {
  const __m512i* l = a.limbs;
  w[0] = _mm512_or_si512(l[0], _mm512_slli_epi64(l[1], 52));
  w[1] = _mm512_or_si512(_mm512_srli_epi64(l[1], 12), _mm512_slli_epi64(l[2], 40));
  w[2] = _mm512_or_si512(_mm512_srli_epi64(l[2], 24), _mm512_slli_epi64(l[3], 28));
  w[3] = _mm512_or_si512(_mm512_srli_epi64(l[3], 36), _mm512_slli_epi64(l[4], 16));
}

/** Transposes an 8 × 8 matrix of words. */
CATALYZE_INLINE void transpose_8x8(__m512i m[8]) {
  __m512i t[8], u[8];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    t[2 * i] = _mm512_unpacklo_epi64(m[2 * i], m[2 * i + 1]);
    t[2 * i + 1] = _mm512_unpackhi_epi64(m[2 * i], m[2 * i + 1]);
  }
  // Each t holds two columns of a pair of rows, per 128-bit block: gather blocks of four rows, then of eight.
#pragma GCC unroll 2
  for (int half = 0; half < 2; half++) {
#pragma GCC unroll 2
    for (int k = 0; k < 2; k++) {
      u[4 * half + k] = _mm512_shuffle_i64x2(t[4 * half + k], t[4 * half + 2 + k], 0x88);
      u[4 * half + 2 + k] = _mm512_shuffle_i64x2(t[4 * half + k], t[4 * half + 2 + k], 0xdd);
    }
  }
  // u[k]: columns k and k + 4 of rows 0–3 (blocks r01 c0, r01 c4, r23 c0, r23 c4); u[2 + k]: columns 2 + k and 6 + k.
#pragma GCC unroll 4
  for (int k = 0; k < 4; k++) {
    m[k] = _mm512_shuffle_i64x2(u[k], u[4 + k], 0x88);
    m[k + 4] = _mm512_shuffle_i64x2(u[k], u[4 + k], 0xdd);
  }
}

/** Eight consecutive packed values. */
template <class P>
CATALYZE_INLINE Lanes<P> load_packed(const Integer256* from) {
  __m512i rows[8];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) rows[i] = _mm512_loadu_si512(from + 2 * i);
  // Row i holds elements 2i and 2i + 1: words 0–3 and 4–7.
  const __m512i even = _mm512_setr_epi64(0, 4, 8, 12, 1, 5, 9, 13);
  const __m512i odd = _mm512_setr_epi64(2, 6, 10, 14, 3, 7, 11, 15);
  const __m512i a = _mm512_permutex2var_epi64(rows[0], even, rows[1]);
  const __m512i b = _mm512_permutex2var_epi64(rows[2], even, rows[3]);
  const __m512i c = _mm512_permutex2var_epi64(rows[0], odd, rows[1]);
  const __m512i d = _mm512_permutex2var_epi64(rows[2], odd, rows[3]);
  const __m512i w[4] = {_mm512_shuffle_i64x2(a, b, 0x44), _mm512_shuffle_i64x2(a, b, 0xee),
                        _mm512_shuffle_i64x2(c, d, 0x44), _mm512_shuffle_i64x2(c, d, 0xee)};
  return unpack<P>(w);
}

/** The reverse of load_packed. */
template <class P>
CATALYZE_INLINE void store_packed(Integer256* to, const Lanes<P>& value) {
  __m512i w[4];
  pack(value, w);
  const __m512i low = _mm512_setr_epi64(0, 8, 2, 10, 4, 12, 6, 14);
  const __m512i high = _mm512_setr_epi64(1, 9, 3, 11, 5, 13, 7, 15);
  // Pairs of words, per pair of lanes: (w0, w1) and (w2, w3) of lanes 0, 2, 4, 6 and 1, 3, 5, 7.
  const __m512i w01_even = _mm512_permutex2var_epi64(w[0], low, w[1]);
  const __m512i w01_odd = _mm512_permutex2var_epi64(w[0], high, w[1]);
  const __m512i w23_even = _mm512_permutex2var_epi64(w[2], low, w[3]);
  const __m512i w23_odd = _mm512_permutex2var_epi64(w[2], high, w[3]);
  const __m512i first = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11);
  const __m512i second = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);
  const __m512i even_low = _mm512_permutex2var_epi64(w01_even, first, w23_even);
  const __m512i even_high = _mm512_permutex2var_epi64(w01_even, second, w23_even);
  const __m512i odd_low = _mm512_permutex2var_epi64(w01_odd, first, w23_odd);
  const __m512i odd_high = _mm512_permutex2var_epi64(w01_odd, second, w23_odd);
  _mm512_storeu_si512(to, _mm512_shuffle_i64x2(even_low, odd_low, 0x44));
  _mm512_storeu_si512(to + 2, _mm512_shuffle_i64x2(even_low, odd_low, 0xee));
  _mm512_storeu_si512(to + 4, _mm512_shuffle_i64x2(even_high, odd_high, 0x44));
  _mm512_storeu_si512(to + 6, _mm512_shuffle_i64x2(even_high, odd_high, 0xee));
}

/** One value in all lanes; radix 2^260 is up to the caller. */
template <class P>
CATALYZE_INLINE Lanes<P> broadcast(const Element<P>& a) {
  Lanes<P> out;
#pragma GCC unroll 5
  for (int i = 0; i < 5; i++) out.limbs[i] = broadcast_word(limb_52(a.integer(), i));
  return out;
}

/** The words of one lane of a small value, fully reduced. */
template <class P>
inline Element<P> extract(const Lanes<P>& a, unsigned lane) {
  alignas(64) Word limbs[5][8];
  for (int i = 0; i < 5; i++) _mm512_store_si512(limbs[i], a.limbs[i]);
  const Word l0 = limbs[0][lane], l1 = limbs[1][lane], l2 = limbs[2][lane], l3 = limbs[3][lane], l4 = limbs[4][lane];
  Element<P> out{{l0 | l1 << 52, l1 >> 12 | l2 << 40, l2 >> 24 | l3 << 28, l3 >> 36 | l4 << 16}};
  for (int i = 0; i < 4; i++) out = reduce_once<P>(out.words);
  return out;
}

/** Sets one lane. */
template <class P>
CATALYZE_INLINE void insert(Lanes<P>& a, unsigned lane, const Element<P>& value) {
  const __mmask8 mask = static_cast<__mmask8>(1u << lane);
  for (int i = 0; i < 5; i++) {
    a.limbs[i] = _mm512_mask_set1_epi64(a.limbs[i], mask, static_cast<long long>(limb_52(value.integer(), i)));
  }
}

}  // namespace catalyze::CATALYZE_PATH
