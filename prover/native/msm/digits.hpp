// Signed digits of scalars, made once and shared by every point set with the same scalars.
//
// A scalar above r / 2 counts as minus its complement, so 0, ±1 and small values of either sign have few non-zero
// digits: they cost nothing in the windows above their size, without being sorted into classes first.
#pragma once
#include "../field/integer.hpp"
#include "../field/memory.hpp"
#include "../groth16/threads.hpp"

namespace catalyze::CATALYZE_PATH {

/** The digits of `count` scalars: value = Σ digit[w] · 2^(w · window_bits), −2^(b−1) ≤ digit < 2^(b−1), b = window_bits. */
class Digits {
 public:
  static constexpr unsigned maximum_window_bits = 16;

  /** Decomposes plain scalars below r. */
  Digits(const Integer256* scalars, size_t count, Threads& threads) : count_(count) {
    initialise(scalars, choose_window_bits(average_length(scalars, count, threads), count), threads);
  }

  /** The same with a given window, 4 to maximum_window_bits. */
  Digits(const Integer256* scalars, size_t count, unsigned window_bits, Threads& threads) : count_(count) {
    initialise(scalars, window_bits, threads);
  }

  unsigned window_bits() const { return window_bits_; }
  unsigned window_count() const { return window_count_; }
  /** The digits of one window, one for each scalar. */
  const int16_t* window(unsigned w) const { return digits_.data() + static_cast<size_t>(w) * count_; }

  /** Magnitudes are below 2^252.6; a sign bit and the last carry need 254 bits in all. */
  static unsigned windows_for(unsigned window_bits) { return (254 + window_bits - 1) / window_bits; }

 private:
  void initialise(const Integer256* scalars, unsigned window_bits, Threads& threads) {
    window_bits_ = window_bits;
    window_count_ = windows_for(window_bits_);
    digits_ = LargeArray<int16_t>(window_count_ * count_);
    threads.for_ranges(count_, 4096, [&](size_t first, size_t last) {
      for (size_t i = first; i < last; i++) decompose(scalars[i], i);
    });
  }

  /** r / 2, rounded down. */
  static constexpr Integer256 half() {
    const Integer256 r = ScalarFieldPrime::modulus;
    return {{r.words[0] >> 1 | r.words[1] << 63, r.words[1] >> 1 | r.words[2] << 63, r.words[2] >> 1 | r.words[3] << 63,
             r.words[3] >> 1}};
  }

  /** The magnitude of a scalar; `is_negative` becomes true when it stands for minus that. */
  static Integer256 magnitude(const Integer256& scalar, bool& is_negative) {
    is_negative = is_below(half(), scalar);
    Word borrow = 0;
    return is_negative ? subtract_integer(ScalarFieldPrime::modulus, scalar, borrow) : scalar;
  }

  static double average_length(const Integer256* scalars, size_t count, Threads& threads) {
    std::atomic<uint64_t> bits{0};
    threads.for_ranges(count, 16384, [&](size_t first, size_t last) {
      uint64_t sum = 0;
      for (size_t i = first; i < last; i++) {
        bool is_negative = false;
        sum += bit_length(magnitude(scalars[i], is_negative));
      }
      bits += sum;
    });
    return static_cast<double>(bits) / 253;
  }

  /** Least additions: each window adds its digits into buckets, then sums 2^(b−1) buckets twice. */
  static unsigned choose_window_bits(double full_scalars, size_t count) {
    unsigned best = 4;
    double best_cost = 0;
    for (unsigned bits = 4; bits <= maximum_window_bits; bits++) {
      const double buckets = static_cast<double>(1u << (bits - 1));
      const double filled = full_scalars < buckets ? full_scalars : buckets;
      const double fixed = 150 + 0.1 * buckets;
      const double cost = windows_for(bits) * (full_scalars + 2.0 * filled + fixed) + static_cast<double>(count);
      if (bits == 4 || cost < best_cost) {
        best = bits;
        best_cost = cost;
      }
    }
    return best;
  }

  void decompose(const Integer256& scalar, size_t index) {
    bool is_negative = false;
    const Integer256 value = magnitude(scalar, is_negative);
    const uint32_t base = 1u << window_bits_;
    // A digit of exactly half the base stays on the side whose sign fits the range.
    const uint32_t limit = base / 2 + (is_negative ? 1 : 0);
    uint32_t carry = 0;
    for (unsigned w = 0; w < window_count_; w++) {
      uint32_t raw = bits_at(value, w * window_bits_) & (base - 1);
      raw += carry;
      carry = raw >= limit ? 1 : 0;
      const int32_t digit = static_cast<int32_t>(raw) - static_cast<int32_t>(carry ? base : 0);
      digits_[static_cast<size_t>(w) * count_ + index] = static_cast<int16_t>(is_negative ? -digit : digit);
    }
  }

  static uint32_t bits_at(const Integer256& value, unsigned bit) {
    const unsigned word = bit / 64, shift = bit % 64;
    if (word > 3) return 0;
    Word out = value.words[word] >> shift;
    if (shift > 32 && word < 3) out |= value.words[word + 1] << (64 - shift);
    return static_cast<uint32_t>(out);
  }

  size_t count_;
  unsigned window_bits_;
  unsigned window_count_;
  LargeArray<int16_t> digits_;
};

}  // namespace catalyze::CATALYZE_PATH
