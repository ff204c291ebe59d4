// Multi-scalar multiplication: Σ scalar_i · point_i in G1 or G2.
//
//   digits    signed digits, window by window (digits.hpp), shared by all point sets with the same scalars
//   buckets   per task (window × part of the points): sort the points by |digit|, sum each bucket (segment_sums.hpp)
//   weights   Σ b · B_b with b = high · 2^s + low: sum the buckets by row (high) and by column (low); then, for all
//             windows together, sum the rows and columns whose weight has bit k, for every k
//   Horner    one doubling and one addition per bit of the scalars
//
// Cost: window_count · (n + 2^window_bits) additions of batch_addition.hpp, and 254 doublings.
// Oracle: multiply_point and add_points of curve/points.hpp.
#pragma once
#include "digits.hpp"
#include "segment_sums.hpp"

namespace catalyze::CATALYZE_PATH {

/** Points of a proving key without those at infinity; scalar_index[i] names the scalar of point i (null: i itself). */
template <class G>
struct PointSet {
  const typename G::Packed* points;
  const uint32_t* scalar_index;
  size_t count;
};

/** Memory that one thread reuses from task to task. */
template <class G>
struct BucketWorkspace {
  SegmentSums<G> sums;
  std::vector<PointReference> references;
  std::vector<Segment> segments;
  std::vector<uint32_t> offsets;
  std::vector<uint8_t> filled;
  LargeArray<typename G::Packed> buckets;

  void reserve_buckets(size_t count) {
    if (count > buckets.size()) buckets = LargeArray<typename G::Packed>(count);
    filled.assign(count, 0);
  }
};

/** One multi-scalar multiplication, in tasks that any thread may run in any order. */
template <class G>
class MultiScalar {
 public:
  using Packed = typename G::Packed;
  using Coordinate = typename G::Coordinate;
  using Space = PointReference::Space;

  /** `parts`: into how many ranges the points are split. */
  MultiScalar(const PointSet<G>& set, const Digits& digits, unsigned parts)
      : set_(set), digits_(digits), parts_(parts), low_bits_(digits.window_bits() / 2) {
    const size_t tasks = task_count();
    sums_ = LargeArray<Packed>(tasks * sums_per_task());
    present_.assign(tasks * sums_per_task(), 0);
  }

  size_t task_count() const { return static_cast<size_t>(digits_.window_count()) * parts_; }

  /** Sums one window of one part: rows and columns of its buckets. */
  void run_task(size_t task, BucketWorkspace<G>& workspace) {
    const unsigned window = static_cast<unsigned>(task / parts_);
    const size_t part = task % parts_;
    const size_t first = set_.count * part / parts_;
    const size_t last = set_.count * (part + 1) / parts_;
    workspace.reserve_buckets(bucket_limit());
    for (size_t from = first; from < last; from += range_size) {
      const size_t to = from + range_size < last ? from + range_size : last;
      fill_buckets(digits_.window(window), from, to, workspace);
    }
    sum_rows_and_columns(task, workspace);
  }

  /** The result, once all tasks have run; radix 2^256. */
  Jacobian<Coordinate> finish(BucketWorkspace<G>& workspace) {
    const unsigned bits = digits_.window_bits();
    const unsigned windows = digits_.window_count();
    std::vector<Packed> sums(static_cast<size_t>(windows) * bits);
    std::vector<uint8_t> has_sum(sums.size(), 0);
    for (unsigned window = 0; window < windows; window++) {
      for (unsigned bit = 0; bit < bits; bit++) {
        const uint32_t begin = static_cast<uint32_t>(workspace.references.size());
        append_sums_with_bit(window, bit, workspace.references);
        const uint32_t length = static_cast<uint32_t>(workspace.references.size()) - begin;
        const uint32_t index = window * bits + bit;
        has_sum[index] = length > 0;
        workspace.segments.push_back({begin, length, index});
      }
    }
    workspace.sums.run(sums_.data(), sums.data(), workspace.references, workspace.segments);
    Jacobian<Coordinate> total = Jacobian<Coordinate>::infinity();
    for (size_t index = sums.size(); index-- > 0;) {
      total = double_point(total);
      if (!has_sum[index]) continue;
      const Affine<Coordinate> point = G::read(sums[index]);
      total = add_points(total, to_jacobian(Affine<Coordinate>{G::out_of_radix(point.x), G::out_of_radix(point.y)}));
    }
    return total;
  }

 private:
  /** Points per sort: their buckets' partial sums stay in the cache. */
  static constexpr size_t range_size = size_t{1} << 17;

  /** Buckets 0 to 2^(bits − 1); bucket 0 stays empty. */
  size_t bucket_limit() const { return (size_t{1} << (digits_.window_bits() - 1)) + 1; }
  size_t column_count() const { return size_t{1} << low_bits_; }
  size_t row_count() const { return (size_t{1} << (digits_.window_bits() - 1 - low_bits_)) + 1; }
  /** Columns first, then rows; column 0 and row 0 have weight 0 and stay empty. */
  size_t sums_per_task() const { return column_count() + row_count(); }

  void fill_buckets(const int16_t* digits, size_t from, size_t to, BucketWorkspace<G>& workspace) {
    const auto digit_of = [&](size_t i) -> int32_t { return digits[set_.scalar_index ? set_.scalar_index[i] : i]; };
    std::vector<uint32_t>& offsets = workspace.offsets;
    const size_t limit = bucket_limit();
    offsets.assign(limit + 1, 0);
    for (size_t i = from; i < to; i++) {
      const int32_t digit = digit_of(i);
      offsets[static_cast<size_t>(digit < 0 ? -digit : digit)]++;
    }
    // From counts to places; a bucket that already has a sum takes it along as its first entry.
    uint32_t place = 0;
    offsets[0] = 0;
    workspace.segments.clear();
    for (size_t bucket = 1; bucket < limit; bucket++) {
      const uint32_t count = offsets[bucket];
      offsets[bucket] = place;
      if (count == 0) continue;
      const uint32_t length = count + workspace.filled[bucket];
      workspace.segments.push_back({place, length, static_cast<uint32_t>(bucket)});
      place += length;
    }
    workspace.references.resize(place);
    for (const Segment& segment : workspace.segments) {
      const uint32_t bucket = segment.out_index;
      if (workspace.filled[bucket]) workspace.references[offsets[bucket]++] = PointReference(Space::out, bucket);
      workspace.filled[bucket] = 1;
    }
    for (size_t i = from; i < to; i++) {
      const int32_t digit = digit_of(i);
      if (digit == 0) continue;
      const size_t bucket = static_cast<size_t>(digit < 0 ? -digit : digit);
      workspace.references[offsets[bucket]++] = PointReference(Space::base, static_cast<uint32_t>(i), digit < 0);
    }
    workspace.sums.run(set_.points, workspace.buckets.data(), workspace.references, workspace.segments);
  }

  void sum_rows_and_columns(size_t task, BucketWorkspace<G>& workspace) {
    const size_t limit = bucket_limit();
    uint8_t* present = &present_[task * sums_per_task()];
    const auto append = [&](size_t out_index, size_t first, size_t step, size_t count) {
      const uint32_t begin = static_cast<uint32_t>(workspace.references.size());
      for (size_t bucket = first; count > 0 && bucket < limit; bucket += step, count--) {
        if (workspace.filled[bucket]) workspace.references.emplace_back(Space::base, static_cast<uint32_t>(bucket));
      }
      const uint32_t length = static_cast<uint32_t>(workspace.references.size()) - begin;
      present[out_index] = length > 0;
      if (length > 0) workspace.segments.push_back({begin, length, static_cast<uint32_t>(out_index)});
    };
    for (size_t low = 1; low < column_count(); low++) append(low, low, column_count(), limit);
    for (size_t high = 1; high < row_count(); high++) {
      append(column_count() + high, high << low_bits_, 1, column_count());
    }
    workspace.sums.run(workspace.buckets.data(), sums_.data() + task * sums_per_task(), workspace.references,
                       workspace.segments);
  }

  /** References to the row and column sums of a window whose weight has this bit. */
  void append_sums_with_bit(unsigned window, unsigned bit, std::vector<PointReference>& references) const {
    const bool is_low = bit < low_bits_;
    const size_t first = is_low ? 0 : column_count();
    const size_t count = is_low ? column_count() : row_count();
    const unsigned weight_bit = is_low ? bit : bit - low_bits_;
    for (unsigned part = 0; part < parts_; part++) {
      const size_t start = (static_cast<size_t>(window) * parts_ + part) * sums_per_task() + first;
      for (size_t i = 1; i < count; i++) {
        if ((i >> weight_bit & 1) && present_[start + i]) references.emplace_back(Space::base, static_cast<uint32_t>(start + i));
      }
    }
  }

  PointSet<G> set_;
  const Digits& digits_;
  unsigned parts_;
  unsigned low_bits_;
  LargeArray<Packed> sums_;
  std::vector<uint8_t> present_;
};

}  // namespace catalyze::CATALYZE_PATH
