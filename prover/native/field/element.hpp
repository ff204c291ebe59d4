// Field elements, one at a time: Montgomery form value · 2^256 mod p, always fully reduced.
// Compiled once per arithmetic path (CATALYZE_PATH names the namespace); with CATALYZE_USE_MULX the multiplication
// uses mulx, adcx and adox. Everything but the inversion runs in constant time; nothing relies on it.
#pragma once
#include "integer.hpp"

namespace catalyze::CATALYZE_PATH {

/** An element of the field with prime P::modulus, in Montgomery form, below the prime. */
template <class P>
struct Element {
  Word words[4];

  static constexpr Integer256 modulus = P::modulus;
  static constexpr Word negative_inverse = negative_inverse_64(P::modulus.words[0]);

  static Element zero() { return {{0, 0, 0, 0}}; }
  static Element one() { return from_montgomery_integer(power_of_two(256, P::modulus)); }
  /** Takes the words as they are: an element whose Montgomery form is this integer. */
  static constexpr Element from_montgomery_integer(const Integer256& a) {
    return {{a.words[0], a.words[1], a.words[2], a.words[3]}};
  }
  static Element from_plain(const Integer256& a);
  Integer256 to_plain() const;
  constexpr Integer256 integer() const { return {{words[0], words[1], words[2], words[3]}}; }
};

template <class P>
bool operator==(const Element<P>& a, const Element<P>& b) {
  return ((a.words[0] ^ b.words[0]) | (a.words[1] ^ b.words[1]) | (a.words[2] ^ b.words[2]) |
          (a.words[3] ^ b.words[3])) == 0;
}

template <class P>
bool is_zero(const Element<P>& a) {
  return (a.words[0] | a.words[1] | a.words[2] | a.words[3]) == 0;
}

/** The words minus the prime when that is not negative; words < 2p. */
template <class P>
CATALYZE_INLINE Element<P> reduce_once(const Word t[4]) {
  Element<P> out;
#if defined(CATALYZE_USE_MULX)
  Word s0 = t[0], s1 = t[1], s2 = t[2], s3 = t[3];
  asm("subq %[p0], %[s0]\n\tsbbq %[p1], %[s1]\n\tsbbq %[p2], %[s2]\n\tsbbq %[p3], %[s3]\n\t"
      "cmovcq %[t0], %[s0]\n\tcmovcq %[t1], %[s1]\n\tcmovcq %[t2], %[s2]\n\tcmovcq %[t3], %[s3]"
      : [s0] "+&r"(s0), [s1] "+&r"(s1), [s2] "+&r"(s2), [s3] "+&r"(s3)
      : [t0] "rm"(t[0]), [t1] "rm"(t[1]), [t2] "rm"(t[2]), [t3] "rm"(t[3]), [p0] "m"(P::modulus.words[0]),
        [p1] "m"(P::modulus.words[1]), [p2] "m"(P::modulus.words[2]), [p3] "m"(P::modulus.words[3])
      : "cc");
  out.words[0] = s0, out.words[1] = s1, out.words[2] = s2, out.words[3] = s3;
#else
  Word borrow = 0;
  Word difference[4];
  for (int i = 0; i < 4; i++) {
    DoubleWord d = static_cast<DoubleWord>(t[i]) - P::modulus.words[i] - borrow;
    difference[i] = static_cast<Word>(d);
    borrow = static_cast<Word>(d >> 64) & 1;
  }
  const Word keep = 0 - borrow;
  for (int i = 0; i < 4; i++) out.words[i] = (t[i] & keep) | (difference[i] & ~keep);
#endif
  return out;
}

#if defined(CATALYZE_USE_MULX)
#define CATALYZE_ROUND_REDUCE                                      \
  "movq %[inverse], %%rdx\n\t"                                     \
  "imulq %[t0], %%rdx\n\t"                                         \
  "xorl %%eax, %%eax\n\t"                                          \
  "mulxq 0(%[p]), %%rax, %[c]\n\tadcxq %[t0], %%rax\n\tmovq %[c], %[t0]\n\t" \
  "adcxq %[t1], %[t0]\n\tmulxq 8(%[p]), %%rax, %[t1]\n\tadoxq %%rax, %[t0]\n\t"  \
  "adcxq %[t2], %[t1]\n\tmulxq 16(%[p]), %%rax, %[t2]\n\tadoxq %%rax, %[t1]\n\t" \
  "adcxq %[t3], %[t2]\n\tmulxq 24(%[p]), %%rax, %[t3]\n\tadoxq %%rax, %[t2]\n\t" \
  "movl $0, %%eax\n\tadcxq %%rax, %[t3]\n\tadoxq %[high], %[t3]\n\t"
#define CATALYZE_ROUND(OFFSET)                                     \
  "xorl %%eax, %%eax\n\tmovq " OFFSET "(%[a]), %%rdx\n\t"          \
  "mulxq 0(%[b]), %%rax, %[high]\n\tadoxq %%rax, %[t0]\n\t"        \
  "adcxq %[high], %[t1]\n\tmulxq 8(%[b]), %%rax, %[high]\n\tadoxq %%rax, %[t1]\n\t"  \
  "adcxq %[high], %[t2]\n\tmulxq 16(%[b]), %%rax, %[high]\n\tadoxq %%rax, %[t2]\n\t" \
  "adcxq %[high], %[t3]\n\tmulxq 24(%[b]), %%rax, %[high]\n\tadoxq %%rax, %[t3]\n\t" \
  "movl $0, %%eax\n\tadcxq %%rax, %[high]\n\tadoxq %%rax, %[high]\n\t" CATALYZE_ROUND_REDUCE
#endif

/**
 * a · b / 2^256 mod p. One factor may be any integer below 2^256, the other is below p.
 * Interleaved Montgomery multiplication; the prime leaves the top bits free, so no carry word is needed.
 */
template <class P>
CATALYZE_INLINE Element<P> multiply_words(const Word* a, const Word* b) {
#if defined(CATALYZE_USE_MULX)
  Word t0, t1, t2, t3, high, c;
  asm("xorl %%eax, %%eax\n\tmovq 0(%[a]), %%rdx\n\t"
      "mulxq 0(%[b]), %[t0], %[t1]\n\t"
      "mulxq 8(%[b]), %%rax, %[t2]\n\tadoxq %%rax, %[t1]\n\t"
      "mulxq 16(%[b]), %%rax, %[t3]\n\tadoxq %%rax, %[t2]\n\t"
      "mulxq 24(%[b]), %%rax, %[high]\n\tadoxq %%rax, %[t3]\n\t"
      "movl $0, %%eax\n\tadoxq %%rax, %[high]\n\t" CATALYZE_ROUND_REDUCE  //
      CATALYZE_ROUND("8") CATALYZE_ROUND("16") CATALYZE_ROUND("24")
      : [t0] "=&r"(t0), [t1] "=&r"(t1), [t2] "=&r"(t2), [t3] "=&r"(t3), [high] "=&r"(high), [c] "=&r"(c)
      : [a] "r"(a), [b] "r"(b), [p] "r"(P::modulus.words), [inverse] "rm"(Element<P>::negative_inverse),
        "m"(*reinterpret_cast<const Word(*)[4]>(a)), "m"(*reinterpret_cast<const Word(*)[4]>(b))
      : "rax", "rdx", "cc");
  const Word t[4] = {t0, t1, t2, t3};
  return reduce_once<P>(t);
#else
  Word t[4] = {0, 0, 0, 0};
  for (int i = 0; i < 4; i++) {
    DoubleWord product = static_cast<DoubleWord>(a[i]) * b[0] + t[0];
    Word carry = static_cast<Word>(product >> 64);
    const Word low = static_cast<Word>(product);
    const Word m = low * Element<P>::negative_inverse;
    DoubleWord reduction = static_cast<DoubleWord>(m) * P::modulus.words[0] + low;
    Word reduction_carry = static_cast<Word>(reduction >> 64);
    for (int j = 1; j < 4; j++) {
      product = static_cast<DoubleWord>(a[i]) * b[j] + t[j] + carry;
      carry = static_cast<Word>(product >> 64);
      reduction = static_cast<DoubleWord>(m) * P::modulus.words[j] + static_cast<Word>(product) + reduction_carry;
      reduction_carry = static_cast<Word>(reduction >> 64);
      t[j - 1] = static_cast<Word>(reduction);
    }
    t[3] = carry + reduction_carry;
  }
  return reduce_once<P>(t);
#endif
}

template <class P>
CATALYZE_INLINE Element<P> operator*(const Element<P>& a, const Element<P>& b) {
  return multiply_words<P>(a.words, b.words);
}

template <class P>
CATALYZE_INLINE Element<P> operator+(const Element<P>& a, const Element<P>& b) {
#if defined(CATALYZE_USE_MULX)
  Word t[4] = {a.words[0], a.words[1], a.words[2], a.words[3]};
  asm("addq %[b0], %[t0]\n\tadcq %[b1], %[t1]\n\tadcq %[b2], %[t2]\n\tadcq %[b3], %[t3]"
      : [t0] "+&r"(t[0]), [t1] "+&r"(t[1]), [t2] "+&r"(t[2]), [t3] "+&r"(t[3])
      : [b0] "rm"(b.words[0]), [b1] "rm"(b.words[1]), [b2] "rm"(b.words[2]), [b3] "rm"(b.words[3])
      : "cc");
#else
  Word t[4];
  Word carry = 0;
  for (int i = 0; i < 4; i++) {
    DoubleWord sum = static_cast<DoubleWord>(a.words[i]) + b.words[i] + carry;
    t[i] = static_cast<Word>(sum);
    carry = static_cast<Word>(sum >> 64);
  }
#endif
  return reduce_once<P>(t);
}

template <class P>
CATALYZE_INLINE Element<P> operator-(const Element<P>& a, const Element<P>& b) {
#if defined(CATALYZE_USE_MULX)
  Word t0 = a.words[0], t1 = a.words[1], t2 = a.words[2], t3 = a.words[3], mask;
  asm("subq %[b0], %[t0]\n\tsbbq %[b1], %[t1]\n\tsbbq %[b2], %[t2]\n\tsbbq %[b3], %[t3]\n\tsbbq %[mask], %[mask]"
      : [t0] "+&r"(t0), [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] "+&r"(t3), [mask] "=&r"(mask)
      : [b0] "rm"(b.words[0]), [b1] "rm"(b.words[1]), [b2] "rm"(b.words[2]), [b3] "rm"(b.words[3])
      : "cc");
  const Word p0 = P::modulus.words[0] & mask, p1 = P::modulus.words[1] & mask;
  const Word p2 = P::modulus.words[2] & mask, p3 = P::modulus.words[3] & mask;
  asm("addq %[p0], %[t0]\n\tadcq %[p1], %[t1]\n\tadcq %[p2], %[t2]\n\tadcq %[p3], %[t3]"
      : [t0] "+&r"(t0), [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] "+&r"(t3)
      : [p0] "r"(p0), [p1] "r"(p1), [p2] "r"(p2), [p3] "r"(p3)
      : "cc");
  return {{t0, t1, t2, t3}};
#else
  Element<P> out;
  Word borrow = 0;
  for (int i = 0; i < 4; i++) {
    DoubleWord d = static_cast<DoubleWord>(a.words[i]) - b.words[i] - borrow;
    out.words[i] = static_cast<Word>(d);
    borrow = static_cast<Word>(d >> 64) & 1;
  }
  const Word mask = 0 - borrow;
  Word carry = 0;
  for (int i = 0; i < 4; i++) {
    DoubleWord sum = static_cast<DoubleWord>(out.words[i]) + (P::modulus.words[i] & mask) + carry;
    out.words[i] = static_cast<Word>(sum);
    carry = static_cast<Word>(sum >> 64);
  }
  return out;
#endif
}

template <class P>
inline Element<P> negate(const Element<P>& a) {
  return Element<P>::zero() - a;
}

template <class P>
inline Element<P> square(const Element<P>& a) {
  return a * a;
}

template <class P>
Element<P> Element<P>::from_plain(const Integer256& a) {
  constexpr Integer256 factor = power_of_two(512, P::modulus);
  return multiply_words<P>(a.words, factor.words);
}

template <class P>
Integer256 Element<P>::to_plain() const {
  constexpr Word one[4] = {1, 0, 0, 0};
  return multiply_words<P>(words, one).integer();
}

/** base^exponent. */
template <class P>
Element<P> power(const Element<P>& base, const Integer256& exponent) {
  Element<P> out = Element<P>::one();
  for (int i = 255; i >= 0; i--) {
    out = square(out);
    if ((exponent.words[i / 64] >> (i % 64)) & 1) out = out * base;
  }
  return out;
}

}  // namespace catalyze::CATALYZE_PATH
