// G1 and G2 as the batch addition sees them: packed points in memory, lanes of coordinates in registers.
// Packed coordinates are Montgomery with the radix of the lanes (2^256 or 2^260) and below 1.07 p; infinity is zeros.
#pragma once
#if defined(CATALYZE_USE_IFMA)
#include "../field/lanes_ifma.hpp"
#else
#include "../field/lanes_scalar.hpp"
#endif
#include "points.hpp"

namespace catalyze::CATALYZE_PATH {

using BaseLanes = Lanes<BaseFieldPrime>;
constexpr unsigned lane_count = BaseLanes::width;

/** A factor that changes nothing but the radix: mont(x, 2^exponent). */
inline Base shift_radix(const Base& a, const Integer256& factor) { return multiply_words<BaseFieldPrime>(a.words, factor.words); }

/** From radix 2^256 to the radix of the lanes. */
inline Base to_lane_radix(const Base& a) {
  static constexpr Integer256 factor = power_of_two(BaseLanes::radix_bits, BaseFieldPrime::modulus);
  return BaseLanes::radix_bits == 256 ? a : shift_radix(a, factor);
}
/** From the radix of the lanes to 2^256. */
inline Base from_lane_radix(const Base& a) {
  static constexpr Integer256 factor = power_of_two(512 - BaseLanes::radix_bits, BaseFieldPrime::modulus);
  return BaseLanes::radix_bits == 256 ? a : shift_radix(a, factor);
}

/** Lanes of extension elements. */
struct ExtensionLanes {
  BaseLanes real, imaginary;
};

CATALYZE_INLINE ExtensionLanes difference(const ExtensionLanes& a, const ExtensionLanes& b) {
  return {difference(a.real, b.real), difference(a.imaginary, b.imaginary)};
}
CATALYZE_INLINE ExtensionLanes sum(const ExtensionLanes& a, const ExtensionLanes& b) {
  return {sum(a.real, b.real), sum(a.imaginary, b.imaginary)};
}
CATALYZE_INLINE ExtensionLanes reduced_difference(const ExtensionLanes& a, const ExtensionLanes& b) {
  return {reduced_difference(a.real, b.real), reduced_difference(a.imaginary, b.imaginary)};
}
CATALYZE_INLINE ExtensionLanes reduced_sum(const ExtensionLanes& a, const ExtensionLanes& b) {
  return {reduced_sum(a.real, b.real), reduced_sum(a.imaginary, b.imaginary)};
}
/** Both wide. With one lane three multiplications are best, with eight two reductions are. */
CATALYZE_INLINE ExtensionLanes multiply(const ExtensionLanes& a, const ExtensionLanes& b) {
  if constexpr (lane_count == 1) {
    const BaseLanes real = multiply(a.real, b.real);
    const BaseLanes imaginary = multiply(a.imaginary, b.imaginary);
    const BaseLanes cross = multiply(sum(a.real, a.imaginary), sum(b.real, b.imaginary));
    return {difference(real, imaginary), difference(difference(cross, real), imaginary)};
  }
  return {multiply_add(a.real, b.real, a.imaginary, negative(b.imaginary)),
          multiply_add(a.real, b.imaginary, a.imaginary, b.real)};
}
/** a times the conjugate of b; both wide. */
CATALYZE_INLINE ExtensionLanes multiply_conjugate(const ExtensionLanes& a, const ExtensionLanes& b) {
  if constexpr (lane_count == 1) return multiply(a, ExtensionLanes{b.real, negative(b.imaginary)});
  return {multiply_add(a.real, b.real, a.imaginary, b.imaginary),
          multiply_add(a.imaginary, b.real, a.real, negative(b.imaginary))};
}
/** Small. */
CATALYZE_INLINE ExtensionLanes square(const ExtensionLanes& a) {
  return {multiply(sum(a.real, a.imaginary), difference(a.real, a.imaginary)), multiply(sum(a.real, a.real), a.imaginary)};
}
CATALYZE_INLINE unsigned maybe_zero(const ExtensionLanes& a) { return maybe_zero(a.real) & maybe_zero(a.imaginary); }
CATALYZE_INLINE void insert(ExtensionLanes& a, unsigned lane, const Extension& value) {
  insert(a.real, lane, value.real);
  insert(a.imaginary, lane, value.imaginary);
}

/** An affine point of G1 in 64 bytes. */
struct alignas(64) PackedG1 {
  Integer256 x, y;
};
/** An affine point of G2 in 128 bytes: real before imaginary parts. */
struct alignas(64) PackedG2 {
  Integer256 x[2], y[2];
};

CATALYZE_INLINE unsigned exactly_zero(const ExtensionLanes& a) { return exactly_zero(a.real) & exactly_zero(a.imaginary); }

/** From radix 2^256 to that of the lanes; small. */
inline BaseLanes lanes_in_radix(const BaseLanes& a) {
  static constexpr Integer256 factor = power_of_two(2 * BaseLanes::radix_bits - 256, BaseFieldPrime::modulus);
  return multiply(a, broadcast(Base::from_montgomery_integer(factor)));
}
inline ExtensionLanes lanes_in_radix(const ExtensionLanes& a) { return {lanes_in_radix(a.real), lanes_in_radix(a.imaginary)}; }

inline BaseLanes broadcast_coordinate(const Base& a) { return broadcast(a); }
inline ExtensionLanes broadcast_coordinate(const Extension& a) { return {broadcast(a.real), broadcast(a.imaginary)}; }

inline Base read_coordinate(const Integer256& a) { return reduce_once<BaseFieldPrime>(a.words); }

/** What the batch addition needs to know about G1. */
struct GroupG1 {
  using Packed = PackedG1;
  using Coordinate = Base;
  using CoordinateLanes = BaseLanes;
  static constexpr unsigned rows_per_batch = lane_count == 1 ? 1024 : 192;

  /** Reduced coordinates, still with the radix of the lanes. */
  static Affine<Base> read(const Packed& p) { return {read_coordinate(p.x), read_coordinate(p.y)}; }
  static void write(Packed& to, const Affine<Base>& p) { to = {p.x.integer(), p.y.integer()}; }
  /** The values whose inverses are wanted: the differences themselves. */
  struct Denominator {
    void compute(const BaseLanes&) {}
    const BaseLanes& of(const BaseLanes& dx) const { return dx; }
  };
  static BaseLanes quotient(const BaseLanes& dy, const BaseLanes&, const BaseLanes& inverse) { return multiply(dy, inverse); }
  static Base in_radix(const Base& a) { return to_lane_radix(a); }
  static Base out_of_radix(const Base& a) { return from_lane_radix(a); }
};

/** What the batch addition needs to know about G2. */
struct GroupG2 {
  using Packed = PackedG2;
  using Coordinate = Extension;
  using CoordinateLanes = ExtensionLanes;
  static constexpr unsigned rows_per_batch = lane_count == 1 ? 512 : 96;

  static Affine<Extension> read(const Packed& p) {
    return {{read_coordinate(p.x[0]), read_coordinate(p.x[1])}, {read_coordinate(p.y[0]), read_coordinate(p.y[1])}};
  }
  static void write(Packed& to, const Affine<Extension>& p) {
    to = {{p.x.real.integer(), p.x.imaginary.integer()}, {p.y.real.integer(), p.y.imaginary.integer()}};
  }
  /** The norms: the inverse of a is its conjugate over its norm. */
  struct Denominator {
    BaseLanes norm;
    void compute(const ExtensionLanes& dx) { norm = multiply_add(dx.real, dx.real, dx.imaginary, dx.imaginary); }
    const BaseLanes& of(const ExtensionLanes&) const { return norm; }
  };
  static ExtensionLanes quotient(const ExtensionLanes& dy, const ExtensionLanes& dx, const BaseLanes& inverse_norm) {
    const ExtensionLanes product = multiply_conjugate(dy, dx);
    return {multiply(product.real, inverse_norm), multiply(product.imaginary, inverse_norm)};
  }
  static Extension in_radix(const Extension& a) { return {to_lane_radix(a.real), to_lane_radix(a.imaginary)}; }
  static Extension out_of_radix(const Extension& a) { return {from_lane_radix(a.real), from_lane_radix(a.imaginary)}; }
};

#if defined(CATALYZE_USE_IFMA)
/** Eight 64-byte rows at the given offset of eight points, to two values per row, the second negated in some lanes. */
CATALYZE_INLINE void load_pair(const void* const points[8], size_t offset, BaseLanes& first, BaseLanes& second) {
  __m512i m[8];
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) m[i] = _mm512_load_si512(static_cast<const char*>(points[i]) + offset);
  transpose_8x8(m);
  first = unpack<BaseFieldPrime>(m);
  second = unpack<BaseFieldPrime>(m + 4);
}

/** 2p − a in the lanes of the mask; a stays small. */
CATALYZE_INLINE void negate_lanes(BaseLanes& a, unsigned mask) {
#pragma GCC unroll 5
  for (int i = 0; i < 5; i++) {
    a.limbs[i] = _mm512_mask_sub_epi64(a.limbs[i], static_cast<__mmask8>(mask), multiple_limb<BaseFieldPrime, 2>(i), a.limbs[i]);
  }
  a = normalise(a);
}

CATALYZE_INLINE void load_points(const PackedG1* const points[8], unsigned negative_mask, BaseLanes& x, BaseLanes& y) {
  load_pair(reinterpret_cast<const void* const*>(points), 0, x, y);
  negate_lanes(y, negative_mask);
}

CATALYZE_INLINE void load_points(const PackedG2* const points[8], unsigned negative_mask, ExtensionLanes& x, ExtensionLanes& y) {
  load_pair(reinterpret_cast<const void* const*>(points), 0, x.real, x.imaginary);
  load_pair(reinterpret_cast<const void* const*>(points), 64, y.real, y.imaginary);
  negate_lanes(y.real, negative_mask);
  negate_lanes(y.imaginary, negative_mask);
}

CATALYZE_INLINE void store_pair(void* const points[8], size_t offset, const BaseLanes& first, const BaseLanes& second) {
  __m512i m[8];
  pack(first, m);
  pack(second, m + 4);
  transpose_8x8(m);
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) _mm512_store_si512(static_cast<char*>(points[i]) + offset, m[i]);
}

CATALYZE_INLINE void store_points(PackedG1* const points[8], const BaseLanes& x, const BaseLanes& y) {
  store_pair(reinterpret_cast<void* const*>(points), 0, x, y);
}
CATALYZE_INLINE void store_points(PackedG2* const points[8], const ExtensionLanes& x, const ExtensionLanes& y) {
  store_pair(reinterpret_cast<void* const*>(points), 0, x.real, x.imaginary);
  store_pair(reinterpret_cast<void* const*>(points), 64, y.real, y.imaginary);
}
#else
CATALYZE_INLINE void load_points(const PackedG1* const points[1], unsigned negative_mask, BaseLanes& x, BaseLanes& y) {
  x = load_packed<BaseFieldPrime>(&points[0]->x);
  y = load_packed<BaseFieldPrime>(&points[0]->y);
  if (negative_mask != 0) y = negative(y);
}
CATALYZE_INLINE void load_points(const PackedG2* const points[1], unsigned negative_mask, ExtensionLanes& x, ExtensionLanes& y) {
  x = {load_packed<BaseFieldPrime>(points[0]->x), load_packed<BaseFieldPrime>(points[0]->x + 1)};
  y = {load_packed<BaseFieldPrime>(points[0]->y), load_packed<BaseFieldPrime>(points[0]->y + 1)};
  if (negative_mask != 0) y = {negative(y.real), negative(y.imaginary)};
}
CATALYZE_INLINE void store_points(PackedG1* const points[1], const BaseLanes& x, const BaseLanes& y) {
  *points[0] = {x.value.integer(), y.value.integer()};
}
CATALYZE_INLINE void store_points(PackedG2* const points[1], const ExtensionLanes& x, const ExtensionLanes& y) {
  *points[0] = {{x.real.value.integer(), x.imaginary.value.integer()}, {y.real.value.integer(), y.imaginary.value.integer()}};
}
#endif

}  // namespace catalyze::CATALYZE_PATH
