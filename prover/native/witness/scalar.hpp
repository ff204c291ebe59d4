// BN254's scalar field for witness programs: canonical integers and Montgomery form (factor 2^256), four 64-bit limbs.
// Every function takes and returns values below r. Multiplication exists twice, for CPUs with BMI2 and ADX and for all
// others; the caller chooses the class once per run, so that nothing branches on the CPU per operation.
#pragma once

#include <cstdint>
#include <cstring>

#define CATALYZE_PATH witness_arithmetic
#include "../field/inverse.hpp"
#undef CATALYZE_PATH

namespace catalyze::witness {

/** A field element, little-endian limbs, below r; its form (canonical or Montgomery) is the holder's business. */
struct Scalar {
  uint64_t limb[4];

  bool operator==(const Scalar& other) const {
    return ((limb[0] ^ other.limb[0]) | (limb[1] ^ other.limb[1]) | (limb[2] ^ other.limb[2]) |
            (limb[3] ^ other.limb[3])) == 0;
  }
  bool is_zero() const { return (limb[0] | limb[1] | limb[2] | limb[3]) == 0; }
};

inline constexpr Scalar ZERO = {{0, 0, 0, 0}};
inline constexpr Scalar ONE = {{1, 0, 0, 0}};
/** r = 21888242871839275222246405745257275088548364400416034343698204186575808495617. */
inline constexpr Scalar MODULUS = {
    {0x43e1f593f0000001, 0x2833e84879b97091, 0xb85045b68181585d, 0x30644e72e131a029}};
/** (r - 1) / 2, the largest value that circom reads as positive. */
inline constexpr Scalar LARGEST_POSITIVE = {
    {0xa1f0fac9f8000000, 0x9419f4243cdcb848, 0xdc2822db40c0ac2e, 0x183227397098d014}};
/** 2^256 mod r. */
inline constexpr Scalar MONTGOMERY_ONE = {
    {0xac96341c4ffffffb, 0x36fc76959f60cd29, 0x666ea36f7879462e, 0x0e0a77c19a07df2f}};
/** 2^512 mod r. */
inline constexpr Scalar MONTGOMERY_SQUARE = {
    {0x1bb8e645ae216da7, 0x53fe3ab1e35c59e3, 0x8c49833d53bb8085, 0x0216d0b17f4e44a5}};
/** -1 / r mod 2^64. */
inline constexpr uint64_t MONTGOMERY_FACTOR = 0xc2e1f593efffffff;

inline bool less_than(const Scalar& a, const Scalar& b) {
  for (int i = 3; i > 0; i--) {
    if (a.limb[i] != b.limb[i]) return a.limb[i] < b.limb[i];
  }
  return a.limb[0] < b.limb[0];
}

/** out = a + b mod 2^256; returns the carry. */
inline uint64_t add_limbs(Scalar& out, const Scalar& a, const Scalar& b) {
  unsigned __int128 carry = 0;
  for (int i = 0; i < 4; i++) {
    carry += static_cast<unsigned __int128>(a.limb[i]) + b.limb[i];
    out.limb[i] = static_cast<uint64_t>(carry);
    carry >>= 64;
  }
  return static_cast<uint64_t>(carry);
}

/** out = a - b mod 2^256; returns the borrow. */
inline uint64_t subtract_limbs(Scalar& out, const Scalar& a, const Scalar& b) {
  uint64_t borrow = 0;
  for (int i = 0; i < 4; i++) {
    unsigned __int128 difference = static_cast<unsigned __int128>(a.limb[i]) - b.limb[i] - borrow;
    out.limb[i] = static_cast<uint64_t>(difference);
    borrow = static_cast<uint64_t>(difference >> 64) & 1;
  }
  return borrow;
}

#if defined(__x86_64__) && defined(__GNUC__)
#define CATALYZE_WITNESS_X86_64 1
#endif

#ifdef CATALYZE_WITNESS_X86_64
// Carry chains that compilers do not find in the portable code below.

/** Subtracts r when a is not below it; a is below 2r. */
inline Scalar reduce_once(const Scalar& a) {
  uint64_t r0 = a.limb[0], r1 = a.limb[1], r2 = a.limb[2], r3 = a.limb[3];
  __asm__(
      "subq 0(%[q]), %[r0]\n\t"
      "sbbq 8(%[q]), %[r1]\n\t"
      "sbbq 16(%[q]), %[r2]\n\t"
      "sbbq 24(%[q]), %[r3]\n\t"
      "cmovcq %[a0], %[r0]\n\t"
      "cmovcq %[a1], %[r1]\n\t"
      "cmovcq %[a2], %[r2]\n\t"
      "cmovcq %[a3], %[r3]\n\t"
      : [r0] "+&r"(r0), [r1] "+&r"(r1), [r2] "+&r"(r2), [r3] "+&r"(r3)
      : [a0] "r"(a.limb[0]), [a1] "r"(a.limb[1]), [a2] "r"(a.limb[2]), [a3] "r"(a.limb[3]), [q] "r"(MODULUS.limb),
        "m"(MODULUS)
      : "cc");
  return {{r0, r1, r2, r3}};
}

inline Scalar add(const Scalar& a, const Scalar& b) {
  uint64_t s0 = a.limb[0], s1 = a.limb[1], s2 = a.limb[2], s3 = a.limb[3];
  __asm__(
      "addq 0(%[b]), %[s0]\n\t"
      "adcq 8(%[b]), %[s1]\n\t"
      "adcq 16(%[b]), %[s2]\n\t"
      "adcq 24(%[b]), %[s3]\n\t"
      : [s0] "+&r"(s0), [s1] "+&r"(s1), [s2] "+&r"(s2), [s3] "+&r"(s3)
      : [b] "r"(b.limb), "m"(b)
      : "cc");
  return reduce_once({{s0, s1, s2, s3}});
}

inline Scalar subtract(const Scalar& a, const Scalar& b) {
  uint64_t d0 = a.limb[0], d1 = a.limb[1], d2 = a.limb[2], d3 = a.limb[3], mask;
  __asm__(
      "subq 0(%[b]), %[d0]\n\t"
      "sbbq 8(%[b]), %[d1]\n\t"
      "sbbq 16(%[b]), %[d2]\n\t"
      "sbbq 24(%[b]), %[d3]\n\t"
      "sbbq %[mask], %[mask]\n\t"
      : [d0] "+&r"(d0), [d1] "+&r"(d1), [d2] "+&r"(d2), [d3] "+&r"(d3), [mask] "=&r"(mask)
      : [b] "r"(b.limb), "m"(b)
      : "cc");
  const uint64_t q0 = MODULUS.limb[0] & mask, q1 = MODULUS.limb[1] & mask, q2 = MODULUS.limb[2] & mask,
                 q3 = MODULUS.limb[3] & mask;
  __asm__(
      "addq %[q0], %[d0]\n\t"
      "adcq %[q1], %[d1]\n\t"
      "adcq %[q2], %[d2]\n\t"
      "adcq %[q3], %[d3]\n\t"
      : [d0] "+&r"(d0), [d1] "+&r"(d1), [d2] "+&r"(d2), [d3] "+&r"(d3)
      : [q0] "r"(q0), [q1] "r"(q1), [q2] "r"(q2), [q3] "r"(q3)
      : "cc");
  return {{d0, d1, d2, d3}};
}
#else
/** Subtracts r when a is not below it; a is below 2r. */
inline Scalar reduce_once(const Scalar& a) {
  Scalar reduced;
  const uint64_t keep = 0 - subtract_limbs(reduced, a, MODULUS);
  for (int i = 0; i < 4; i++) reduced.limb[i] = (reduced.limb[i] & ~keep) | (a.limb[i] & keep);
  return reduced;
}

inline Scalar add(const Scalar& a, const Scalar& b) {
  Scalar sum;
  add_limbs(sum, a, b);  // below 2r < 2^255, no carry
  return reduce_once(sum);
}

inline Scalar subtract(const Scalar& a, const Scalar& b) {
  Scalar difference;
  const uint64_t mask = 0 - subtract_limbs(difference, a, b);
  const Scalar correction = {{MODULUS.limb[0] & mask, MODULUS.limb[1] & mask, MODULUS.limb[2] & mask,
                              MODULUS.limb[3] & mask}};
  add_limbs(difference, difference, correction);
  return difference;
}
#endif

inline Scalar negate(const Scalar& a) { return subtract(ZERO, a); }

/** Whether circom reads the canonical value as negative. */
inline bool is_negative(const Scalar& a) { return less_than(LARGEST_POSITIVE, a); }

/** Portable Montgomery multiplication: a * b / 2^256 mod r, operand scanning. */
struct PortableMultiplier {
  static Scalar multiply(const Scalar& a, const Scalar& b) {
    using Wide = unsigned __int128;
    uint64_t t0 = 0, t1 = 0, t2 = 0, t3 = 0;
    for (int i = 0; i < 4; i++) {
      const uint64_t factor = b.limb[i];
      Wide product = static_cast<Wide>(a.limb[0]) * factor + t0;
      const uint64_t m = static_cast<uint64_t>(product) * MONTGOMERY_FACTOR;
      Wide reduced = static_cast<Wide>(m) * MODULUS.limb[0] + static_cast<uint64_t>(product);
      product = static_cast<Wide>(a.limb[1]) * factor + t1 + static_cast<uint64_t>(product >> 64);
      reduced = static_cast<Wide>(m) * MODULUS.limb[1] + static_cast<uint64_t>(product) +
                static_cast<uint64_t>(reduced >> 64);
      t0 = static_cast<uint64_t>(reduced);
      product = static_cast<Wide>(a.limb[2]) * factor + t2 + static_cast<uint64_t>(product >> 64);
      reduced = static_cast<Wide>(m) * MODULUS.limb[2] + static_cast<uint64_t>(product) +
                static_cast<uint64_t>(reduced >> 64);
      t1 = static_cast<uint64_t>(reduced);
      product = static_cast<Wide>(a.limb[3]) * factor + t3 + static_cast<uint64_t>(product >> 64);
      reduced = static_cast<Wide>(m) * MODULUS.limb[3] + static_cast<uint64_t>(product) +
                static_cast<uint64_t>(reduced >> 64);
      t2 = static_cast<uint64_t>(reduced);
      // r has a spare top bit, so neither sum carries out of the fourth limb.
      t3 = static_cast<uint64_t>(product >> 64) + static_cast<uint64_t>(reduced >> 64);
    }
    return reduce_once({{t0, t1, t2, t3}});
  }
};

#ifdef CATALYZE_WITNESS_X86_64

/** The same with mulx and two carry chains; needs BMI2 and ADX. */
struct AdxMultiplier {
  static Scalar multiply(const Scalar& a, const Scalar& b) {
    uint64_t t0, t1, t2, t3, high, low;
#define CATALYZE_REDUCE                       \
  "movq %[factor], %%rdx\n\t"                 \
  "imulq %[t0], %%rdx\n\t"                    \
  "xorq %[low], %[low]\n\t"                   \
  "mulxq 0(%[q]), %[low], %%rax\n\t"          \
  "adcxq %[t0], %[low]\n\t"                   \
  "movq %%rax, %[t0]\n\t"                     \
  "adcxq %[t1], %[t0]\n\t"                    \
  "mulxq 8(%[q]), %[low], %[t1]\n\t"          \
  "adoxq %[low], %[t0]\n\t"                   \
  "adcxq %[t2], %[t1]\n\t"                    \
  "mulxq 16(%[q]), %[low], %[t2]\n\t"         \
  "adoxq %[low], %[t1]\n\t"                   \
  "adcxq %[t3], %[t2]\n\t"                    \
  "mulxq 24(%[q]), %[low], %[t3]\n\t"         \
  "adoxq %[low], %[t2]\n\t"                   \
  "movl $0, %%eax\n\t"                        \
  "adcxq %%rax, %[t3]\n\t"                    \
  "adoxq %[high], %[t3]\n\t"
#define CATALYZE_ROUND(offset)                \
  "movq " offset "(%[b]), %%rdx\n\t"          \
  "xorq %%rax, %%rax\n\t"                     \
  "mulxq 0(%[a]), %[low], %[high]\n\t"        \
  "adoxq %[low], %[t0]\n\t"                   \
  "adcxq %[high], %[t1]\n\t"                  \
  "mulxq 8(%[a]), %[low], %[high]\n\t"        \
  "adoxq %[low], %[t1]\n\t"                   \
  "adcxq %[high], %[t2]\n\t"                  \
  "mulxq 16(%[a]), %[low], %[high]\n\t"       \
  "adoxq %[low], %[t2]\n\t"                   \
  "adcxq %[high], %[t3]\n\t"                  \
  "mulxq 24(%[a]), %[low], %[high]\n\t"       \
  "adoxq %[low], %[t3]\n\t"                   \
  "movl $0, %%eax\n\t"                        \
  "adcxq %%rax, %[high]\n\t"                  \
  "adoxq %%rax, %[high]\n\t" CATALYZE_REDUCE
    __asm__(
        "movq 0(%[b]), %%rdx\n\t"
        "xorq %%rax, %%rax\n\t"
        "mulxq 0(%[a]), %[t0], %[t1]\n\t"
        "mulxq 8(%[a]), %[low], %[t2]\n\t"
        "adoxq %[low], %[t1]\n\t"
        "mulxq 16(%[a]), %[low], %[t3]\n\t"
        "adoxq %[low], %[t2]\n\t"
        "mulxq 24(%[a]), %[low], %[high]\n\t"
        "adoxq %[low], %[t3]\n\t"
        "movl $0, %%eax\n\t"
        "adoxq %%rax, %[high]\n\t" CATALYZE_REDUCE CATALYZE_ROUND("8") CATALYZE_ROUND("16")
            CATALYZE_ROUND("24")
        : [t0] "=&r"(t0), [t1] "=&r"(t1), [t2] "=&r"(t2), [t3] "=&r"(t3), [high] "=&r"(high),
          [low] "=&r"(low)
        : [a] "r"(a.limb), [b] "r"(b.limb), [q] "r"(MODULUS.limb), [factor] "m"(MONTGOMERY_FACTOR),
          "m"(a), "m"(b), "m"(MODULUS)
        : "rax", "rdx", "cc");
#undef CATALYZE_ROUND
#undef CATALYZE_REDUCE
    return reduce_once({{t0, t1, t2, t3}});
  }
};
#endif

/** Inverse in Montgomery form, zero for zero. */
template <class Multiplier>
Scalar invert_montgomery(const Scalar& a) {
  if (a.is_zero()) return a;
  const Integer256 inverse = witness_arithmetic::invert_integer<ScalarFieldPrime>(
      {{a.limb[0], a.limb[1], a.limb[2], a.limb[3]}});
  // The inverse of a * 2^256 lacks 2^512; the multiplication divides by 2^256 once more.
  constexpr Integer256 factor = power_of_two(768, ScalarFieldPrime::modulus);
  return Multiplier::multiply({{inverse.words[0], inverse.words[1], inverse.words[2], inverse.words[3]}},
                              {{factor.words[0], factor.words[1], factor.words[2], factor.words[3]}});
}

// Operations of circom's language on canonical values. Shifts and bit operations work on 254-bit words.

/** a / 2^bits, 0 <= bits < 256. */
inline Scalar shift_right(const Scalar& a, unsigned bits) {
  Scalar out = ZERO;
  const unsigned words = bits / 64, rest = bits % 64;
  for (unsigned i = 0; i + words < 4; i++) {
    out.limb[i] = a.limb[i + words] >> rest;
    if (rest != 0 && i + words + 1 < 4) out.limb[i] |= a.limb[i + words + 1] << (64 - rest);
  }
  return out;
}

/** A 256-bit word cut to 254 bits and reduced. */
inline Scalar adjust_word(Scalar a) {
  a.limb[3] &= 0x3fffffffffffffff;
  return reduce_once(a);
}

/** a * 2^bits cut to 254 bits, 0 <= bits < 256. */
inline Scalar shift_left(const Scalar& a, unsigned bits) {
  Scalar out = ZERO;
  const unsigned words = bits / 64, rest = bits % 64;
  for (unsigned i = words; i < 4; i++) {
    out.limb[i] = a.limb[i - words] << rest;
    if (rest != 0 && i > words) out.limb[i] |= a.limb[i - words - 1] >> (64 - rest);
  }
  return adjust_word(out);
}

/** Shift by a field element: to the left when `left`; a negative amount shifts the other way. */
inline Scalar shift(const Scalar& a, Scalar amount, bool left) {
  if (is_negative(amount)) {
    amount = negate(amount);
    left = !left;
  }
  if ((amount.limb[1] | amount.limb[2] | amount.limb[3]) != 0 || amount.limb[0] >= 254) return ZERO;
  const unsigned bits = static_cast<unsigned>(amount.limb[0]);
  return left ? shift_left(a, bits) : shift_right(a, bits);
}

/** Quotient and remainder of canonical values as integers; divisor not zero. */
inline void divide(const Scalar& dividend, const Scalar& divisor, Scalar& quotient, Scalar& remainder) {
  quotient = ZERO;
  if ((divisor.limb[1] | divisor.limb[2] | divisor.limb[3]) == 0) {
    unsigned __int128 rest = 0;
    for (int i = 3; i >= 0; i--) {
      rest = rest << 64 | dividend.limb[i];
      quotient.limb[i] = static_cast<uint64_t>(rest / divisor.limb[0]);
      rest %= divisor.limb[0];
    }
    remainder = {{static_cast<uint64_t>(rest), 0, 0, 0}};
    return;
  }
  remainder = ZERO;
  for (int bit = 253; bit >= 0; bit--) {
    add_limbs(remainder, remainder, remainder);
    remainder.limb[0] |= dividend.limb[bit / 64] >> (bit % 64) & 1;
    Scalar difference;
    if (subtract_limbs(difference, remainder, divisor) == 0) {
      remainder = difference;
      quotient.limb[bit / 64] |= uint64_t{1} << (bit % 64);
    }
  }
}

/** a < b as circom compares: values above (r - 1) / 2 are negative. */
inline bool less_than_signed(const Scalar& a, const Scalar& b) {
  const bool negative_a = is_negative(a), negative_b = is_negative(b);
  return negative_a != negative_b ? negative_a : less_than(a, b);
}

/** base^exponent, base in Montgomery form, exponent canonical. */
template <class Multiplier>
Scalar power_montgomery(const Scalar& base, const Scalar& exponent) {
  Scalar result = MONTGOMERY_ONE;
  int bit = 253;
  while (bit >= 0 && (exponent.limb[bit / 64] >> (bit % 64) & 1) == 0) bit--;
  for (; bit >= 0; bit--) {
    result = Multiplier::multiply(result, result);
    if (exponent.limb[bit / 64] >> (bit % 64) & 1) result = Multiplier::multiply(result, base);
  }
  return result;
}

}  // namespace catalyze::witness
