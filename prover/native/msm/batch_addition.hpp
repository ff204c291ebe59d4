// Many independent affine additions with one inversion for all of them (Montgomery's trick), lane_count at a time.
//
// A batch is gathered (differences, running product), then finished (scatter) while the points of the next one are
// fetched. Additions between two flushes are independent, so it does not matter that they overlap.
//
// Cost per addition in G1: 5 multiplications and 1 squaring, plus a share of the inversion; in G2 the inverses are
// taken of norms, which saves two of the nine multiplications that a chain of extension elements would cost.
// Complete: equal, opposite and infinite operands are found by comparing low limbs (one in 2^49 false alarms) and
// then handled one by one; a doubling stays in its lane, the others get a harmless denominator and are overwritten.
#pragma once
#include <vector>

#include "../curve/groups.hpp"

namespace catalyze::CATALYZE_PATH {

/** The inverse of every lane, none of them zero. */
inline BaseLanes invert_lanes(const BaseLanes& a) {
  Base values[lane_count], prefix[lane_count];
  for (unsigned i = 0; i < lane_count; i++) {
    values[i] = extract(a, i);
    prefix[i] = i == 0 ? values[0] : prefix[i - 1] * values[i];
  }
  // The element inverse is for radix 2^256; the excess of the lanes' radix counts twice.
  constexpr Integer256 factor = power_of_two(256 + 2 * (BaseLanes::radix_bits - 256), BaseFieldPrime::modulus);
  Base running = shift_radix(inverse(prefix[lane_count - 1]), factor);
  BaseLanes out = broadcast(running);
  for (unsigned i = lane_count; i-- > 0;) {
    insert(out, i, i == 0 ? running : running * prefix[i - 1]);
    running = running * values[i];
  }
  return out;
}

/** Collects additions of points of G and carries them out in batches. */
template <class G>
class BatchAddition {
 public:
  using Packed = typename G::Packed;
  using Coordinate = typename G::Coordinate;
  using CoordinateLanes = typename G::CoordinateLanes;
  /** The address of a point; the lowest bit says that its negative is meant. */
  using SignedPointer = uintptr_t;

  static SignedPointer positive(const Packed* p) { return reinterpret_cast<SignedPointer>(p); }

  BatchAddition() : rows_(G::rows_per_batch) {
    for (std::vector<Addition>& additions : additions_) additions.resize(capacity);
    // Two points that are never equal nor infinite fill the last row; whether they lie on the curve does not matter.
    G::write(padding_[0], {Coordinate::one(), Coordinate::one()});
    G::write(padding_[1], {Coordinate::one() + Coordinate::one(), Coordinate::one()});
  }

  /** *out ← left + right, at the latest with the next flush; out may be left's or right's own place. */
  void add(SignedPointer left, SignedPointer right, Packed* out) {
    additions_[filling_][pending_++] = {left, right, out};
    if (pending_ == capacity) advance();
  }

  /** Carries out what has been collected. */
  void flush() {
    if (pending_ > 0) advance();
    scatter();
  }

  /** Additions carried out so far. */
  size_t total() const { return total_; }

 private:
  static constexpr size_t capacity = G::rows_per_batch * lane_count;

  struct Addition {
    SignedPointer left, right;
    Packed* out;
  };
  struct Row {
    CoordinateLanes dx, dy, sum_x, x, y;
    typename G::Denominator denominator;
    /** Product of the denominators of all rows before this one. */
    BaseLanes prefix;
  };
  struct Override {
    Packed* out;
    Packed value;
  };

  /** Ends the batch before, then gathers the one that has been collected: its inverses are ready after this. */
  void advance() {
    std::vector<Addition>& additions = additions_[filling_];
    const size_t row_count = (pending_ + lane_count - 1) / lane_count;
    for (size_t i = pending_; i < row_count * lane_count; i++) {
      additions[i] = {positive(&padding_[0]), positive(&padding_[1]), &padding_[2]};
    }
    next_row_count_ = row_count;
    scatter();
    total_ += pending_;
    pending_ = 0;
    next_row_count_ = 0;
    filling_ ^= 1;
    gather(row_count);
  }

  static const Packed* address(SignedPointer p) { return reinterpret_cast<const Packed*>(p & ~SignedPointer{1}); }

  static Affine<Coordinate> read(SignedPointer p) {
    Affine<Coordinate> point = G::read(*address(p));
    if (p & 1) point.y = negate(point.y);
    return point;
  }

  /** Asks for the points of one row, into the first-level or the second-level cache. */
  template <int level>
  static void prefetch(const Addition* addition) {
    for (unsigned lane = 0; lane < lane_count; lane++) {
      for (size_t offset = 0; offset < sizeof(Packed); offset += 64) {
        __builtin_prefetch(reinterpret_cast<const char*>(addition[lane].left & ~SignedPointer{1}) + offset, 0, level == 1 ? 3 : 2);
        __builtin_prefetch(reinterpret_cast<const char*>(addition[lane].right & ~SignedPointer{1}) + offset, 0, level == 1 ? 3 : 2);
      }
    }
  }

  void gather(size_t row_count) {
    constexpr size_t distance = lane_count == 1 ? 24 : 4;
    const Addition* additions = additions_[filling_ ^ 1].data();
    for (size_t row = 0; row < (row_count < distance ? row_count : distance); row++) prefetch<1>(additions + row * lane_count);
    static constexpr Integer256 one = power_of_two(BaseLanes::radix_bits, BaseFieldPrime::modulus);
    BaseLanes product = broadcast(Base::from_montgomery_integer(one));
    for (size_t row = 0; row < row_count; row++) {
      if (row + distance < row_count) prefetch<1>(additions + (row + distance) * lane_count);
      gather_row(rows_[row], additions + row * lane_count);
      rows_[row].prefix = product;
      product = multiply(product, rows_[row].denominator.of(rows_[row].dx));
    }
    inverse_ = invert_lanes(product);
    gathered_row_count_ = row_count;
  }

  void gather_row(Row& row, const Addition* addition) {
    const Packed* left[lane_count];
    const Packed* right[lane_count];
    unsigned left_signs = 0, right_signs = 0;
    for (unsigned lane = 0; lane < lane_count; lane++) {
      left[lane] = address(addition[lane].left);
      right[lane] = address(addition[lane].right);
      left_signs |= static_cast<unsigned>(addition[lane].left & 1) << lane;
      right_signs |= static_cast<unsigned>(addition[lane].right & 1) << lane;
    }
    CoordinateLanes x2, y2;
    load_points(left, left_signs, row.x, row.y);
    load_points(right, right_signs, x2, y2);
    row.dx = difference(x2, row.x);
    row.dy = difference(y2, row.y);
    row.sum_x = sum(row.x, x2);
    unsigned suspects = maybe_zero(row.dx) | maybe_zero(row.x) | maybe_zero(x2);
    for (; suspects != 0; suspects &= suspects - 1) {
      resolve(row, static_cast<unsigned>(__builtin_ctz(suspects)), addition);
    }
    row.denominator.compute(row.dx);
  }

  /** Decides about one suspicious lane, exactly. */
  void resolve(Row& row, unsigned lane, const Addition* additions) {
    const Addition& addition = additions[lane];
    const Affine<Coordinate> left = read(addition.left);
    const Affine<Coordinate> right = read(addition.right);
    const bool left_infinite = is_infinity(left);
    const bool right_infinite = is_infinity(right);
    if (!left_infinite && !right_infinite && !(left.x == right.x)) return;
    if (!left_infinite && !right_infinite && left.y == right.y) {
      // The tangent: (3x²) / (2y). Products are taken with radix 2^256.
      const Coordinate x_squared = G::in_radix(square(G::out_of_radix(left.x)));
      insert(row.dx, lane, left.y + left.y);
      insert(row.dy, lane, x_squared + x_squared + x_squared);
      insert(row.sum_x, lane, left.x + left.x);
      return;
    }
    insert(row.dx, lane, G::in_radix(Coordinate::one()));
    Override entry{addition.out, {}};
    if (left_infinite) {
      G::write(entry.value, right);
    } else if (right_infinite) {
      G::write(entry.value, left);
    } else {
      G::write(entry.value, Affine<Coordinate>::infinity());
    }
    overrides_.push_back(entry);
  }

  /** Finishes the gathered batch, if there is one; meanwhile the points of the next one come into the cache. */
  void scatter() {
    const Addition* additions = additions_[filling_ ^ 1].data();
    const Addition* next = additions_[filling_].data();
    BaseLanes inverse = inverse_;
    size_t next_row = 0;
    for (size_t index = gathered_row_count_; index-- > 0; next_row++) {
      if (next_row < next_row_count_) prefetch<2>(next + next_row * lane_count);
      const Row& row = rows_[index];
      const BaseLanes inverse_denominator = multiply(inverse, row.prefix);
      inverse = multiply(inverse, row.denominator.of(row.dx));
      const CoordinateLanes slope = G::quotient(row.dy, row.dx, inverse_denominator);
      const CoordinateLanes x = reduced_difference(square(slope), row.sum_x);
      const CoordinateLanes y = reduced_difference(multiply(slope, difference(row.x, x)), row.y);
      Packed* out[lane_count];
      for (unsigned lane = 0; lane < lane_count; lane++) out[lane] = additions[index * lane_count + lane].out;
      store_points(out, x, y);
    }
    gathered_row_count_ = 0;
    for (const Override& entry : overrides_) *entry.out = entry.value;
    overrides_.clear();
  }

  /** The batch that is being collected, additions_[filling_], and the one before. */
  std::vector<Addition> additions_[2];
  unsigned filling_ = 0;
  size_t pending_ = 0;
  /** Rows of the batch before that are gathered but not finished, and of the next one during scatter. */
  size_t gathered_row_count_ = 0, next_row_count_ = 0;
  std::vector<Row> rows_;
  std::vector<Override> overrides_;
  BaseLanes inverse_;
  Packed padding_[3];
  size_t total_ = 0;
};

}  // namespace catalyze::CATALYZE_PATH
