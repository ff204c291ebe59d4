// Sums of many lists of points at once, by rounds: in each round every list adds its neighbours in pairs. All
// additions of a round are independent, so no two of them ever meet in one place: buckets need no conflict queue,
// and a list of a million equal points costs no more per addition than many short lists.
#pragma once
#include "../field/memory.hpp"
#include "batch_addition.hpp"

namespace catalyze::CATALYZE_PATH {

/** Names a point: its place within one of three arrays, and a sign. */
class PointReference {
 public:
  enum class Space : uint32_t { base = 0, temporary = 1, out = 2 };
  static constexpr uint32_t index_bits = 29;

  PointReference() = default;
  PointReference(Space space, uint32_t index, bool is_negative = false)
      : value_(static_cast<uint32_t>(is_negative) << 31 | static_cast<uint32_t>(space) << index_bits | index) {}
  Space space() const { return static_cast<Space>(value_ >> index_bits & 3); }
  uint32_t index() const { return value_ & ((1u << index_bits) - 1); }
  bool is_negative() const { return value_ >> 31; }

 private:
  uint32_t value_;
};

/** A list: its references' place, and where its sum goes. */
struct Segment {
  uint32_t begin, length;
  uint32_t out_index;
};

/** Adds up segments; keeps its memory between calls. One per thread. */
template <class G>
class SegmentSums {
 public:
  using Packed = typename G::Packed;
  using Space = PointReference::Space;

  /**
   * out[segment.out_index] ← the sum of the segment's references, for each segment that is not empty. A reference
   * into `out` may only be the first of its own segment. References and segments are used up.
   */
  void run(const Packed* base, Packed* out, std::vector<PointReference>& references, std::vector<Segment>& segments) {
    reserve_temporaries(references.size() / 2 + 1);
    places_[0] = const_cast<Packed*>(base);
    places_[1] = temporaries_.data();
    places_[2] = out;
    size_t active = 0;
    for (const Segment& segment : segments) {
      if (segment.length > 1) {
        segments[active++] = segment;
      } else if (segment.length == 1) {
        copy(references[segment.begin], segment.out_index);
      }
    }
    uint32_t used_temporaries = 0;
    while (active > 0) {
      size_t still_active = 0;
      for (size_t i = 0; i < active; i++) {
        Segment segment = segments[i];
        used_temporaries = pair_up(segment, &references[segment.begin], used_temporaries);
        segment.length = (segment.length + 1) / 2;
        if (segment.length > 1) segments[still_active++] = segment;
      }
      addition_.flush();
      active = still_active;
    }
    segments.clear();
    references.clear();
  }

  /** Additions carried out so far. */
  size_t total_additions() const { return addition_.total(); }

 private:
  uint32_t pair_up(const Segment& segment, PointReference* list, uint32_t used_temporaries) {
    for (uint32_t k = 0; k < segment.length / 2; k++) {
      const PointReference left = list[2 * k];
      const PointReference right = list[2 * k + 1];
      PointReference sum;
      if (k == 0) {
        sum = PointReference(Space::out, segment.out_index);
      } else if (left.space() == Space::temporary) {
        sum = PointReference(Space::temporary, left.index());
      } else {
        sum = PointReference(Space::temporary, used_temporaries++);
      }
      addition_.add(address(left), address(right), place(sum));
      list[k] = sum;
    }
    if (segment.length % 2 == 1) list[segment.length / 2] = list[segment.length - 1];
    return used_temporaries;
  }

  Packed* place(PointReference reference) {
    return places_[static_cast<unsigned>(reference.space())] + reference.index();
  }

  typename BatchAddition<G>::SignedPointer address(PointReference reference) {
    return BatchAddition<G>::positive(place(reference)) | static_cast<uintptr_t>(reference.is_negative());
  }

  void copy(PointReference reference, uint32_t out_index) {
    if (reference.space() == Space::out) return;
    Affine<typename G::Coordinate> point = G::read(*place(reference));
    if (reference.is_negative()) point.y = negate(point.y);
    G::write(*place(PointReference(Space::out, out_index)), point);
  }

  void reserve_temporaries(size_t count) {
    if (count > temporaries_.size()) temporaries_ = LargeArray<Packed>(count);
  }

  /** Where the three spaces begin; `base` is never written. */
  Packed* places_[3] = {nullptr, nullptr, nullptr};
  LargeArray<Packed> temporaries_;
  BatchAddition<G> addition_;
};

}  // namespace catalyze::CATALYZE_PATH
