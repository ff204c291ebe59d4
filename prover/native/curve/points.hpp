// Points of G1 and G2, one at a time: affine as they stand in memory, and Jacobian with complete formulas.
// Coordinates here are Montgomery with radix 2^256. For the few hundred operations that end a multi-scalar
// multiplication, for tests (the oracle), and for the proof's last steps; buckets use msm/batch_addition.hpp.
#pragma once
#include "extension.hpp"

namespace catalyze::CATALYZE_PATH {

/** An affine point over F; (0, 0) is infinity. */
template <class F>
struct Affine {
  F x, y;
  static Affine infinity() { return {F::zero(), F::zero()}; }
};

template <class F>
bool is_infinity(const Affine<F>& p) {
  return is_zero(p.x) && is_zero(p.y);
}

template <class F>
bool operator==(const Affine<F>& a, const Affine<F>& b) {
  return a.x == b.x && a.y == b.y;
}

/** (x / z², y / z³); infinity has z = 0. */
template <class F>
struct Jacobian {
  F x, y, z;
  static Jacobian infinity() { return {F::one(), F::one(), F::zero()}; }
};

template <class F>
Jacobian<F> to_jacobian(const Affine<F>& p) {
  if (is_infinity(p)) return Jacobian<F>::infinity();
  return {p.x, p.y, F::one()};
}

template <class F>
Affine<F> to_affine(const Jacobian<F>& p) {
  if (is_zero(p.z)) return Affine<F>::infinity();
  const F z_inverse = inverse(p.z);
  const F z_inverse_squared = square(z_inverse);
  return {p.x * z_inverse_squared, p.y * z_inverse_squared * z_inverse};
}

template <class F>
Jacobian<F> negate(const Jacobian<F>& p) {
  return {p.x, negate(p.y), p.z};
}

/** 2p, for any p: no point of these groups has order two. */
template <class F>
Jacobian<F> double_point(const Jacobian<F>& p) {
  if (is_zero(p.z)) return p;
  const F a = square(p.x);
  const F b = square(p.y);
  const F c = square(b);
  const F sum = square(p.x + b) - a - c;
  const F d = sum + sum;
  const F e = a + a + a;
  const F x = square(e) - d - d;
  const F c2 = c + c;
  const F c4 = c2 + c2;
  const F yz = p.y * p.z;
  return {x, e * (d - x) - (c4 + c4), yz + yz};
}

/** a + b, for any a and b. */
template <class F>
Jacobian<F> add_points(const Jacobian<F>& a, const Jacobian<F>& b) {
  if (is_zero(a.z)) return b;
  if (is_zero(b.z)) return a;
  const F az2 = square(a.z);
  const F bz2 = square(b.z);
  const F u1 = a.x * bz2;
  const F u2 = b.x * az2;
  const F s1 = a.y * b.z * bz2;
  const F s2 = b.y * a.z * az2;
  if (u1 == u2) return s1 == s2 ? double_point(a) : Jacobian<F>::infinity();
  const F h = u2 - u1;
  const F h2 = square(h);
  const F h3 = h * h2;
  const F r = s2 - s1;
  const F v = u1 * h2;
  const F x = square(r) - h3 - v - v;
  return {x, r * (v - x) - s1 * h3, a.z * b.z * h};
}

/** scalar · p by doubling and adding; the scalar is plain. */
template <class F>
Jacobian<F> multiply_point(const Affine<F>& p, const Integer256& scalar) {
  const Jacobian<F> base = to_jacobian(p);
  Jacobian<F> out = Jacobian<F>::infinity();
  for (int i = 255; i >= 0; i--) {
    out = double_point(out);
    if ((scalar.words[i / 64] >> (i % 64)) & 1) out = add_points(out, base);
  }
  return out;
}

inline Base curve_b(const Base*) { return Base::from_plain({{3, 0, 0, 0}}); }

/** b of the twist: 3 / (9 + u). */
inline Extension curve_b(const Extension*) {
  const Extension nine_plus_u{Base::from_plain({{9, 0, 0, 0}}), Base::one()};
  const Extension three{Base::from_plain({{3, 0, 0, 0}}), Base::zero()};
  return three * inverse(nine_plus_u);
}

/** y² = x³ + b; infinity counts as on the curve. */
template <class F>
bool is_on_curve(const Affine<F>& p) {
  if (is_infinity(p)) return true;
  return square(p.y) == square(p.x) * p.x + curve_b(static_cast<const F*>(nullptr));
}

using PointG1 = Affine<Base>;
using PointG2 = Affine<Extension>;

}  // namespace catalyze::CATALYZE_PATH
