// The quadratic extension of the coordinate field, u² = −1: single elements and lanes.
#pragma once
#include "../field/inverse.hpp"

namespace catalyze::CATALYZE_PATH {

using Base = Element<BaseFieldPrime>;
using Scalar = Element<ScalarFieldPrime>;

/** real + imaginary · u. */
struct Extension {
  Base real, imaginary;
  static Extension zero() { return {Base::zero(), Base::zero()}; }
  static Extension one() { return {Base::one(), Base::zero()}; }
};

inline bool operator==(const Extension& a, const Extension& b) { return a.real == b.real && a.imaginary == b.imaginary; }
inline bool is_zero(const Extension& a) { return is_zero(a.real) && is_zero(a.imaginary); }
inline Extension operator+(const Extension& a, const Extension& b) { return {a.real + b.real, a.imaginary + b.imaginary}; }
inline Extension operator-(const Extension& a, const Extension& b) { return {a.real - b.real, a.imaginary - b.imaginary}; }
inline Extension negate(const Extension& a) { return {negate(a.real), negate(a.imaginary)}; }

inline Extension operator*(const Extension& a, const Extension& b) {
  const Base real = a.real * b.real;
  const Base imaginary = a.imaginary * b.imaginary;
  return {real - imaginary, (a.real + a.imaginary) * (b.real + b.imaginary) - real - imaginary};
}

inline Extension square(const Extension& a) {
  const Base product = a.real * a.imaginary;
  return {(a.real + a.imaginary) * (a.real - a.imaginary), product + product};
}

inline Extension inverse(const Extension& a) {
  const Base norm = inverse(a.real * a.real + a.imaginary * a.imaginary);
  return {a.real * norm, negate(a.imaginary * norm)};
}

}  // namespace catalyze::CATALYZE_PATH
