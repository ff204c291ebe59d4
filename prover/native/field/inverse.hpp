// Modular inversion by the binary GCD with 64-bit approximations: seventeen times 31 steps on one word each.
// Method: T. Pornin, "Optimized Binary GCD for Modular Inversion", eprint 2020/972, algorithm 2.
#pragma once
#include "element.hpp"

namespace catalyze::CATALYZE_PATH {

/** A signed combination (a · f + b · g) / 2^31 of 256-bit values; |f| + |g| ≤ 2^31. True in `negative` when it was. */
inline Integer256 combine_and_shift(const Integer256& a, const Integer256& b, int64_t f, int64_t g, bool& negative) {
  Word t[5];
  __int128 carry = 0;
  for (int i = 0; i < 4; i++) {
    // Words are unsigned, factors signed: split each product into its halves to stay within 128 bits.
    const __int128 low = static_cast<__int128>(a.words[i] & 0xffffffff) * f + static_cast<__int128>(b.words[i] & 0xffffffff) * g;
    const __int128 high = static_cast<__int128>(a.words[i] >> 32) * f + static_cast<__int128>(b.words[i] >> 32) * g;
    const __int128 sum = low + (high * (__int128{1} << 32)) + carry;
    t[i] = static_cast<Word>(sum);
    carry = sum >> 64;
  }
  t[4] = static_cast<Word>(carry);
  Integer256 out;
  for (int i = 0; i < 4; i++) out.words[i] = (t[i] >> 31) | (t[i + 1] << 33);
  negative = carry < 0;
  if (negative) {
    Word borrow = 0;
    out = subtract_integer(Integer256{{0, 0, 0, 0}}, out, borrow);
  }
  return out;
}

/** (u · f + v · g) / 2^31 mod p, for u, v < p; the result is below p. */
template <class P>
Integer256 combine_modular(const Integer256& u, const Integer256& v, int64_t f, int64_t g) {
  Word t[5];
  __int128 carry = 0;
  for (int i = 0; i < 4; i++) {
    const __int128 low = static_cast<__int128>(u.words[i] & 0xffffffff) * f + static_cast<__int128>(v.words[i] & 0xffffffff) * g;
    const __int128 high = static_cast<__int128>(u.words[i] >> 32) * f + static_cast<__int128>(v.words[i] >> 32) * g;
    const __int128 sum = low + (high * (__int128{1} << 32)) + carry;
    t[i] = static_cast<Word>(sum);
    carry = sum >> 64;
  }
  t[4] = static_cast<Word>(carry);
  // Add the multiple of p that makes it divisible by 2^31.
  const Word m = (t[0] * negative_inverse_64(P::modulus.words[0])) & 0x7fffffff;
  DoubleWord sum = 0;
  for (int i = 0; i < 4; i++) {
    sum += static_cast<DoubleWord>(m) * P::modulus.words[i] + t[i];
    t[i] = static_cast<Word>(sum);
    sum >>= 64;
  }
  t[4] += static_cast<Word>(sum);
  Integer256 out;
  for (int i = 0; i < 4; i++) out.words[i] = (t[i] >> 31) | (t[i + 1] << 33);
  // Now in (−p, 2p).
  if (static_cast<int64_t>(t[4]) < 0) {
    Word add_carry = 0;
    for (int i = 0; i < 4; i++) {
      const DoubleWord s = static_cast<DoubleWord>(out.words[i]) + P::modulus.words[i] + add_carry;
      out.words[i] = static_cast<Word>(s);
      add_carry = static_cast<Word>(s >> 64);
    }
    return out;
  }
  Word borrow = 0;
  const Integer256 reduced = subtract_integer(out, P::modulus, borrow);
  return borrow ? out : reduced;
}

/** value^−1 mod p as plain integers; 0 for 0. value < p. */
template <class P>
Integer256 invert_integer(const Integer256& value) {
  Integer256 a = value, b = P::modulus, u{{1, 0, 0, 0}}, v{{0, 0, 0, 0}};
  for (int round = 0; round < 17; round++) {
    const unsigned length_a = bit_length(a), length_b = bit_length(b);
    unsigned length = length_a > length_b ? length_a : length_b;
    if (length < 64) length = 64;
    const unsigned shift = length - 33;
    const auto approximate = [shift](const Integer256& x) {
      const unsigned word = shift / 64, bit = shift % 64;
      Word top = x.words[word] >> bit;
      if (bit != 0 && word < 3) top |= x.words[word + 1] << (64 - bit);
      return (x.words[0] & 0x7fffffff) | (top << 31);
    };
    Word x = approximate(a), y = approximate(b);
    int64_t f0 = 1, g0 = 0, f1 = 0, g1 = 1;
    for (int step = 0; step < 31; step++) {
      const Word odd = 0 - (x & 1);
      const Word swap = odd & (0 - static_cast<Word>(x < y));
      const Word exchange_xy = (x ^ y) & swap;
      x ^= exchange_xy;
      y ^= exchange_xy;
      const Word exchange_f = static_cast<Word>(f0 ^ f1) & swap;
      f0 ^= static_cast<int64_t>(exchange_f);
      f1 ^= static_cast<int64_t>(exchange_f);
      const Word exchange_g = static_cast<Word>(g0 ^ g1) & swap;
      g0 ^= static_cast<int64_t>(exchange_g);
      g1 ^= static_cast<int64_t>(exchange_g);
      x = (x - (y & odd)) >> 1;
      f0 -= static_cast<int64_t>(static_cast<Word>(f1) & odd);
      g0 -= static_cast<int64_t>(static_cast<Word>(g1) & odd);
      f1 *= 2;
      g1 *= 2;
    }
    bool negative_a = false, negative_b = false;
    const Integer256 next_a = combine_and_shift(a, b, f0, g0, negative_a);
    const Integer256 next_b = combine_and_shift(a, b, f1, g1, negative_b);
    if (negative_a) f0 = -f0, g0 = -g0;
    if (negative_b) f1 = -f1, g1 = -g1;
    const Integer256 next_u = combine_modular<P>(u, v, f0, g0);
    v = combine_modular<P>(u, v, f1, g1);
    u = next_u;
    a = next_a;
    b = next_b;
  }
  return v;
}

/** The inverse of an element; zero for zero. */
template <class P>
Element<P> inverse(const Element<P>& a) {
  if (is_zero(a)) return a;
  // The integer inverse of v · 2^256 is v^−1 / 2^256: multiply by 2^768 / 2^256.
  constexpr Integer256 factor = power_of_two(768, P::modulus);
  return multiply_words<P>(invert_integer<P>(a.integer()).words, factor.words);
}

}  // namespace catalyze::CATALYZE_PATH
