// Many multiples of one point: tables of its windows, then each multiple is a short sum of table entries.
#pragma once
#include "msm.hpp"

namespace catalyze::CATALYZE_PATH {

/** Multiples k · 2^(w · window_bits) · base for all windows w and 1 ≤ k ≤ 2^(window_bits − 1). */
template <class G>
class FixedBase {
 public:
  using Packed = typename G::Packed;

  FixedBase(const Affine<typename G::Coordinate>& base, unsigned window_bits, Threads& threads)
      : window_bits_(window_bits),
        half_(size_t{1} << (window_bits - 1)),
        table_(Digits::windows_for(window_bits) * half_) {
    const unsigned windows = Digits::windows_for(window_bits);
    Jacobian<typename G::Coordinate> point = to_jacobian(base);
    for (unsigned w = 0; w < windows; w++) {
      const Affine<typename G::Coordinate> affine = to_affine(point);
      G::write(table_[w * half_], {G::in_radix(affine.x), G::in_radix(affine.y)});
      for (unsigned i = 0; i < window_bits; i++) point = double_point(point);
    }
    threads.for_tasks(windows, [&](size_t w, unsigned) { fill_window(table_.data() + w * half_); });
  }

  /** points[i] ← scalars[i] · base, Montgomery with radix 2^256. */
  void multiply(const Integer256* scalars, size_t count, uint8_t* points, Threads& threads) const {
    const Digits digits(scalars, count, window_bits_, threads);
    std::vector<SegmentSums<G>> sums(threads.count());
    constexpr size_t chunk = 2048;
    threads.for_tasks((count + chunk - 1) / chunk, [&](size_t index, unsigned thread) {
      const size_t first = index * chunk;
      const size_t length = count - first < chunk ? count - first : chunk;
      multiply_range(digits, first, length, points, sums[thread]);
    });
  }

 private:
  /** From entry 0 = base: entry k − 1 = k · base, doubling the filled part in each round. */
  void fill_window(Packed* entries) const {
    BatchAddition<G> addition;
    for (size_t filled = 1; filled < half_; filled *= 2) {
      const auto last = BatchAddition<G>::positive(&entries[filled - 1]);
      for (size_t i = 0; i < filled; i++) {
        addition.add(BatchAddition<G>::positive(&entries[i]), last, &entries[filled + i]);
      }
      addition.flush();
    }
  }

  void multiply_range(const Digits& digits, size_t first, size_t count, uint8_t* points, SegmentSums<G>& sums) const {
    std::vector<PointReference> references;
    std::vector<Segment> segments;
    LargeArray<Packed> out(count);
    for (size_t i = 0; i < count; i++) {
      const uint32_t begin = static_cast<uint32_t>(references.size());
      for (unsigned w = 0; w < digits.window_count(); w++) {
        const int32_t digit = digits.window(w)[first + i];
        if (digit == 0) continue;
        const size_t magnitude = static_cast<size_t>(digit < 0 ? -digit : digit);
        references.emplace_back(PointReference::Space::base, static_cast<uint32_t>(w * half_ + magnitude - 1), digit < 0);
      }
      const uint32_t length = static_cast<uint32_t>(references.size()) - begin;
      segments.push_back({begin, length, static_cast<uint32_t>(i)});
      if (length == 0) G::write(out[i], Affine<typename G::Coordinate>::infinity());
    }
    sums.run(table_.data(), out.data(), references, segments);
    for (size_t i = 0; i < count; i++) {
      const Affine<typename G::Coordinate> point = G::read(out[i]);
      Packed packed;
      G::write(packed, {G::out_of_radix(point.x), G::out_of_radix(point.y)});
      memcpy(points + (first + i) * sizeof(Packed), &packed, sizeof(Packed));
    }
  }

  unsigned window_bits_;
  size_t half_;
  LargeArray<Packed> table_;
};

/** The window that makes table and sums together cheapest. */
inline unsigned fixed_base_window(size_t count) {
  unsigned best = 4;
  for (unsigned bits = 5; bits <= Digits::maximum_window_bits; bits++) {
    const auto cost = [count](unsigned b) {
      return static_cast<double>(Digits::windows_for(b)) * (static_cast<double>(count) + static_cast<double>(1u << (b - 1)));
    };
    if (cost(bits) < cost(best)) best = bits;
  }
  return best;
}

}  // namespace catalyze::CATALYZE_PATH
