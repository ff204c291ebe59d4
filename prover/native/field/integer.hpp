// 256-bit integers and the arithmetic that derives every constant of the fields at compile time. Owns the two
// primes of BN254 and nothing else that is a literal. Assumes little-endian words.
#pragma once
#include <cstddef>
#include <cstdint>

/** For the smallest pieces: a call would cost as much as their work, and keep their values out of registers. */
#define CATALYZE_INLINE __attribute__((always_inline)) inline

namespace catalyze {

using Word = uint64_t;
using DoubleWord = unsigned __int128;

/** An integer below 2^256, four little-endian words. */
struct Integer256 {
  Word words[4];
};

constexpr bool operator==(const Integer256& a, const Integer256& b) {
  return a.words[0] == b.words[0] && a.words[1] == b.words[1] && a.words[2] == b.words[2] && a.words[3] == b.words[3];
}

constexpr bool is_zero(const Integer256& a) { return (a.words[0] | a.words[1] | a.words[2] | a.words[3]) == 0; }

/** a < b. */
constexpr bool is_below(const Integer256& a, const Integer256& b) {
  for (int i = 3; i >= 0; i--) {
    if (a.words[i] != b.words[i]) return a.words[i] < b.words[i];
  }
  return false;
}

/** a − b mod 2^256; `borrow` becomes 1 when b > a. */
constexpr Integer256 subtract_integer(const Integer256& a, const Integer256& b, Word& borrow) {
  Integer256 out{};
  borrow = 0;
  for (int i = 0; i < 4; i++) {
    DoubleWord difference = static_cast<DoubleWord>(a.words[i]) - b.words[i] - borrow;
    out.words[i] = static_cast<Word>(difference);
    borrow = static_cast<Word>(difference >> 64) & 1;
  }
  return out;
}

/** 2a mod p for a < p < 2^255. */
constexpr Integer256 double_modular(const Integer256& a, const Integer256& p) {
  Integer256 out{};
  Word carry = 0;
  for (int i = 0; i < 4; i++) {
    out.words[i] = (a.words[i] << 1) | carry;
    carry = a.words[i] >> 63;
  }
  if (is_below(out, p)) return out;
  Word borrow = 0;
  return subtract_integer(out, p, borrow);
}

/** 2^exponent mod p. */
constexpr Integer256 power_of_two(unsigned exponent, const Integer256& p) {
  Integer256 out{{1, 0, 0, 0}};
  for (unsigned i = 0; i < exponent; i++) out = double_modular(out, p);
  return out;
}

/** −p^−1 mod 2^64, p odd (Newton). */
constexpr Word negative_inverse_64(Word p) {
  Word inverse = 1;
  for (int i = 0; i < 6; i++) inverse *= 2 - p * inverse;
  return ~inverse + 1;
}

/** Number of bits of a value; 0 for 0. */
inline unsigned bit_length(const Integer256& a) {
  for (int i = 3; i >= 0; i--) {
    if (a.words[i] != 0) return static_cast<unsigned>(64 * i + 64 - __builtin_clzll(a.words[i]));
  }
  return 0;
}

/** The coordinate field of BN254. */
struct BaseFieldPrime {
  static constexpr Integer256 modulus{
      {0x3c208c16d87cfd47ULL, 0x97816a916871ca8dULL, 0xb85045b68181585dULL, 0x30644e72e131a029ULL}};
};

/** The scalar field of BN254: r. */
struct ScalarFieldPrime {
  static constexpr Integer256 modulus{
      {0x43e1f593f0000001ULL, 0x2833e84879b97091ULL, 0xb85045b68181585dULL, 0x30644e72e131a029ULL}};
};

/** The scalar field has roots of unity of order 2^28 and no further. */
constexpr unsigned two_adicity = 28;
/** A generator of the 2^28-th roots of unity, plain: 5^((r − 1) / 2^28). */
constexpr Integer256 root_of_unity{
    {0x9bd61b6e725b19f0ULL, 0x402d111e41112ed4ULL, 0x00e0a7eb8ef62abcULL, 0x2a3c09f0a58a7e85ULL}};

}  // namespace catalyze
