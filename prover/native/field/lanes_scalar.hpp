// The lane interface for processors without AVX-512 IFMA: one lane, which is a reduced Element. Here every bound of
// lanes_ifma.hpp holds trivially, because every result is below the prime.
#pragma once
#include "inverse.hpp"

namespace catalyze::CATALYZE_PATH {

/** One element; Montgomery radix 2^256. */
template <class P>
struct Lanes {
  static constexpr unsigned width = 1;
  static constexpr unsigned radix_bits = 256;
  Element<P> value;
};

template <class P>
CATALYZE_INLINE Lanes<P> broadcast(const Element<P>& a) {
  return {a};
}
template <class P>
inline Element<P> extract(const Lanes<P>& a, unsigned) {
  return a.value;
}
template <class P>
CATALYZE_INLINE void insert(Lanes<P>& a, unsigned, const Element<P>& value) {
  a.value = value;
}
template <class P>
CATALYZE_INLINE Lanes<P> multiply(const Lanes<P>& a, const Lanes<P>& b) {
  return {a.value * b.value};
}
template <class P>
CATALYZE_INLINE Lanes<P> square(const Lanes<P>& a) {
  return {a.value * a.value};
}
template <class P>
CATALYZE_INLINE Lanes<P> multiply_add(const Lanes<P>& a, const Lanes<P>& b, const Lanes<P>& c, const Lanes<P>& d) {
  return {a.value * b.value + c.value * d.value};
}
template <class P>
CATALYZE_INLINE Lanes<P> difference(const Lanes<P>& a, const Lanes<P>& b) {
  return {a.value - b.value};
}
template <class P>
CATALYZE_INLINE Lanes<P> negative(const Lanes<P>& a) {
  return {negate(a.value)};
}
template <class P>
CATALYZE_INLINE Lanes<P> sum(const Lanes<P>& a, const Lanes<P>& b) {
  return {a.value + b.value};
}
template <class P>
CATALYZE_INLINE Lanes<P> reduced_sum(const Lanes<P>& a, const Lanes<P>& b) {
  return {a.value + b.value};
}
template <class P>
CATALYZE_INLINE Lanes<P> reduced_difference(const Lanes<P>& a, const Lanes<P>& b) {
  return {a.value - b.value};
}
template <class P>
CATALYZE_INLINE Lanes<P> reduce(const Lanes<P>& a) {
  return a;
}
/** Lanes in which a value may be zero, as a bit mask; may report lanes that are not. */
template <class P>
CATALYZE_INLINE unsigned maybe_zero(const Lanes<P>& a) {
  return is_zero(a.value) ? 1 : 0;
}

/** Lanes that are zero mod p, as a bit mask. */
template <class P>
CATALYZE_INLINE unsigned exactly_zero(const Lanes<P>& a) {
  return maybe_zero(a);
}

/** One value that is to stand in every lane. */
template <class P>
struct Spread {
  Element<P> value;
};
template <class P>
CATALYZE_INLINE Spread<P> make_spread(const Element<P>& a) {
  return {a};
}
template <class P>
CATALYZE_INLINE Lanes<P> load_spread(const Spread<P>& a) {
  return {a.value};
}

/** Unpacked lanes in memory are the lanes themselves. */
template <class P>
CATALYZE_INLINE Lanes<P> load_packed(const Integer256* from) {
  return {Element<P>::from_montgomery_integer(*from)};
}
template <class P>
CATALYZE_INLINE void store_packed(Integer256* to, const Lanes<P>& a) {
  *to = a.value.integer();
}

}  // namespace catalyze::CATALYZE_PATH
