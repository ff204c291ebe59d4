// A proving key compiled for one arithmetic path: points in the radix of the lanes, those at infinity dropped, and
// the coefficients by rows, with ±1 recognised and other values stored once while they recur.
// Everything is checked on the way: coordinates below q, points on their curves, indices within the counts.
#pragma once
#include "../msm/msm.hpp"
#include "../ntt/transform.hpp"
#include "backend.hpp"

namespace catalyze::CATALYZE_PATH {

/** The points of one section, without those at infinity. */
template <class G>
struct PointTable {
  LargeArray<typename G::Packed> points;
  /** Which scalar belongs to each point; empty when it is the point's own position. */
  LargeArray<uint32_t> scalar_index;

  PointSet<G> set() const {
    return {points.data(), scalar_index.size() == 0 ? nullptr : scalar_index.data(), points.size()};
  }
};

/** Reads one section of points. */
template <class G>
class PointReader {
 public:
  using Packed = typename G::Packed;

  PointReader(const ZkeyFile& file, const Section& section, const char* name)
      : container_(file.container), section_(section), name_(name), count_(section.length / sizeof(Packed)) {}

  /** `first_scalar` is the scalar of the section's first point. Throws Failure. */
  PointTable<G> read(uint32_t first_scalar, Threads& threads) {
    const size_t chunks = (count_ + chunk_size - 1) / chunk_size;
    std::vector<size_t> places(chunks + 1, 0);
    std::vector<LargeArray<Packed>> buffers(threads.count());
    threads.for_tasks(chunks, [&](size_t chunk, unsigned thread) {
      load(chunk, buffers[thread]);
      places[chunk + 1] = count_finite(buffers[thread], length(chunk));
    });
    for (size_t i = 0; i < chunks; i++) places[i + 1] += places[i];
    PointTable<G> table;
    table.points = LargeArray<Packed>(places[chunks]);
    const bool is_dense = places[chunks] == count_ && first_scalar == 0;
    if (!is_dense) table.scalar_index = LargeArray<uint32_t>(places[chunks]);
    threads.for_tasks(chunks, [&](size_t chunk, unsigned thread) {
      LargeArray<Packed>& points = buffers[thread];
      load(chunk, points);
      const size_t place = places[chunk];
      const size_t finite = drop_infinite(points, chunk, first_scalar, is_dense ? nullptr : table.scalar_index.data() + place);
      convert(points, finite, table.points.data() + place, chunk);
    });
    return table;
  }

 private:
  static constexpr size_t chunk_size = 16384;
  static constexpr size_t coordinate_words = sizeof(Packed) / sizeof(Integer256);

  size_t length(size_t chunk) const {
    const size_t rest = count_ - chunk * chunk_size;
    return rest < chunk_size ? rest : chunk_size;
  }

  void load(size_t chunk, LargeArray<Packed>& points) const {
    if (points.size() == 0) points = LargeArray<Packed>(count_ < chunk_size ? count_ : chunk_size);
    container_.read(section_.offset + chunk * chunk_size * sizeof(Packed), points.data(), length(chunk) * sizeof(Packed));
  }

  static bool is_all_zero(const Packed& p) {
    const Integer256* coordinates = reinterpret_cast<const Integer256*>(&p);
    for (size_t i = 0; i < coordinate_words; i++) {
      if (!catalyze::is_zero(coordinates[i])) return false;
    }
    return true;
  }

  static size_t count_finite(const LargeArray<Packed>& points, size_t count) {
    size_t finite = 0;
    for (size_t i = 0; i < count; i++) finite += !is_all_zero(points[i]);
    return finite;
  }

  /** Moves the finite points to the front and notes their scalars; checks the ranges of their coordinates. */
  size_t drop_infinite(LargeArray<Packed>& points, size_t chunk, uint32_t first_scalar, uint32_t* scalar_index) const {
    size_t finite = 0;
    for (size_t i = 0; i < length(chunk); i++) {
      if (is_all_zero(points[i])) continue;
      const Integer256* coordinates = reinterpret_cast<const Integer256*>(&points[i]);
      for (size_t k = 0; k < coordinate_words; k++) {
        if (!is_below(coordinates[k], BaseFieldPrime::modulus)) {
          fail_file(name_, "out_of_range", "a coordinate of point " + std::to_string(chunk * chunk_size + i) + " is not below the prime");
        }
      }
      if (scalar_index != nullptr) scalar_index[finite] = first_scalar + static_cast<uint32_t>(chunk * chunk_size + i);
      points[finite++] = points[i];
    }
    return finite;
  }

  void convert(const LargeArray<Packed>& points, size_t finite, Packed* out, size_t chunk) const {
    const auto b = broadcast_coordinate(G::in_radix(curve_b(static_cast<const typename G::Coordinate*>(nullptr))));
    Packed unused;
    for (size_t row = 0; row < finite; row += lane_count) {
      const Packed* from[lane_count];
      Packed* to[lane_count];
      for (size_t lane = 0; lane < lane_count; lane++) {
        const bool is_used = row + lane < finite;
        from[lane] = &points[is_used ? row + lane : row];
        to[lane] = is_used ? &out[row + lane] : &unused;
      }
      typename G::CoordinateLanes x, y;
      load_points(from, 0, x, y);
      x = lanes_in_radix(x);
      y = lanes_in_radix(y);
      const auto residue = reduced_difference(square(y), sum(multiply(square(x), x), b));
      if (exactly_zero(residue) != (1u << lane_count) - 1) {
        fail_file(name_, "off_curve", "a point near " + std::to_string(chunk * chunk_size + row) + " is not on the curve");
      }
      store_points(to, x, y);
    }
  }

  const Container& container_;
  Section section_;
  const char* name_;
  size_t count_;
};

/** One of the matrices A and B, by rows. */
struct SparseMatrix {
  struct Entry {
    uint32_t wire;
    /** plus_one, minus_one, or a place in the key's values. */
    uint32_t value;
  };
  static constexpr uint32_t plus_one = 0;
  static constexpr uint32_t minus_one = 1;

  LargeArray<uint32_t> row_begin;
  LargeArray<Entry> entries;
};

/** The coefficients section: A, B and the values that are not ±1. */
struct Coefficients {
  SparseMatrix matrices[2];
  /** From place 2 on: value · 2^(256 + radix of the lanes), so that the product with a plain witness is in that radix. */
  std::vector<ScalarElement> values;

  Coefficients(const ZkeyFile& file, Threads& threads) {
    const size_t domain_size = size_t{1} << file.domain_size_log2;
    std::vector<uint32_t> counts[2];
    for (std::vector<uint32_t>& count : counts) count.assign(domain_size + 1, 0);
    values.resize(2);
    recent_.assign(recent_size, 0);
    LargeArray<Decoded> decoded(file.coefficient_count);
    size_t next = 0;
    scan(file, threads, [&](uint32_t matrix, uint32_t row, uint32_t wire, const Integer256& value) {
      counts[matrix][row + 1]++;
      decoded[next++] = {matrix << 31 | row, {wire, place_of(value)}};
    });
    for (int matrix = 0; matrix < 2; matrix++) {
      SparseMatrix& target = matrices[matrix];
      for (size_t row = 0; row < domain_size; row++) counts[matrix][row + 1] += counts[matrix][row];
      target.row_begin = LargeArray<uint32_t>(domain_size + 1);
      for (size_t row = 0; row <= domain_size; row++) target.row_begin[row] = counts[matrix][row];
      target.entries = LargeArray<SparseMatrix::Entry>(counts[matrix][domain_size]);
    }
    for (size_t i = 0; i < next; i++) {
      const uint32_t matrix = decoded[i].matrix_and_row >> 31, row = decoded[i].matrix_and_row & 0x7fffffff;
      matrices[matrix].entries[counts[matrix][row]++] = decoded[i].entry;
    }
    recent_.clear();
    recent_.shrink_to_fit();
  }

 private:
  static constexpr size_t recent_size = 1 << 16;

  struct Decoded {
    uint32_t matrix_and_row;
    SparseMatrix::Entry entry;
  };

  template <class Visit>
  static void scan(const ZkeyFile& file, Threads& threads, const Visit& visit) {
    constexpr uint32_t chunk_size = 1 << 16;
    std::vector<uint8_t> bytes(chunk_size * zkey_coefficient_bytes);
    for (uint32_t first = 0; first < file.coefficient_count;) {
      threads.check();
      const uint32_t rest = file.coefficient_count - first;
      const uint32_t count = rest < chunk_size ? rest : chunk_size;
      file.container.read(file.coefficients.offset + static_cast<uint64_t>(first) * zkey_coefficient_bytes, bytes.data(),
                          count * zkey_coefficient_bytes);
      for (uint32_t i = 0; i < count; i++) {
        uint32_t numbers[3];
        Integer256 value;
        memcpy(numbers, &bytes[i * zkey_coefficient_bytes], 12);
        memcpy(value.words, &bytes[i * zkey_coefficient_bytes + 12], 32);
        check(file, numbers, value, first + i);
        visit(numbers[0], numbers[1], numbers[2], value);
      }
      first += count;
    }
  }

  static void check(const ZkeyFile& file, const uint32_t numbers[3], const Integer256& value, uint32_t index) {
    const char* what = nullptr;
    if (numbers[0] > 1) what = "its matrix is neither A nor B";
    if (numbers[1] >> file.domain_size_log2 != 0) what = "its row is outside the domain";
    if (numbers[2] >= file.wire_count) what = "its wire does not exist";
    if (!is_scalar(value)) what = "its value is not below the prime";
    if (what != nullptr) fail_file("coefficients", "out_of_range", "coefficient " + std::to_string(index) + ": " + what);
  }

  /** The place of a value in `values`; a value that has recently been seen gets the same place. */
  uint32_t place_of(const Integer256& value) {
    // The file holds value · 2^512.
    static constexpr Integer256 one = power_of_two(512, ScalarFieldPrime::modulus);
    Word borrow = 0;
    static const Integer256 minus = subtract_integer(ScalarFieldPrime::modulus, one, borrow);
    if (value == one) return SparseMatrix::plus_one;
    if (value == minus) return SparseMatrix::minus_one;
    const ScalarElement element = scalar_in_lane_radix(ScalarElement::from_montgomery_integer(value));
    uint32_t& recent = recent_[(value.words[0] ^ value.words[1] >> 7) * 0x9e3779b97f4a7c15ULL >> 48];
    if (recent != 0 && values[recent] == element) return recent;
    recent = static_cast<uint32_t>(values.size());
    values.push_back(element);
    return recent;
  }

  std::vector<uint32_t> recent_;
};

/** All that a proof needs of a key. */
struct CompiledKey {
  uint32_t wire_count, public_signal_count;
  unsigned domain_size_log2;
  PointG1 alpha1, beta1, delta1;
  PointG2 beta2, delta2;
  Coefficients coefficients;
  PointTable<GroupG1> a, b1, c, h;
  PointTable<GroupG2> b2;
  /** Null for domains below Transform::minimum_size_log2. */
  std::unique_ptr<Transform> transform;

  CompiledKey(const ZkeyFile& file, Threads& threads)
      : wire_count(file.wire_count),
        public_signal_count(file.public_signal_count),
        domain_size_log2(file.domain_size_log2),
        alpha1(header_g1(file.alpha1)),
        beta1(header_g1(file.beta1)),
        delta1(header_g1(file.delta1)),
        beta2(header_g2(file.beta2)),
        delta2(header_g2(file.delta2)),
        coefficients(file, threads) {
    a = PointReader<GroupG1>(file, file.points_a, "points A").read(0, threads);
    b1 = PointReader<GroupG1>(file, file.points_b1, "points B1").read(0, threads);
    b2 = PointReader<GroupG2>(file, file.points_b2, "points B2").read(0, threads);
    c = PointReader<GroupG1>(file, file.points_c, "points C").read(public_signal_count + 1, threads);
    h = PointReader<GroupG1>(file, file.points_h, "points H").read(0, threads);
    if (domain_size_log2 >= Transform::minimum_size_log2) transform.reset(new Transform(domain_size_log2, threads));
  }

 private:
  static Base header_coordinate(const Integer256& value) {
    if (!is_below(value, BaseFieldPrime::modulus)) fail_file("header", "out_of_range", "a coordinate is not below the prime");
    return Base::from_montgomery_integer(value);
  }
  template <class F>
  static Affine<F> checked(const Affine<F>& p) {
    if (!is_on_curve(p)) fail_file("header", "off_curve", "a point is not on the curve");
    return p;
  }
  static PointG1 header_g1(const Integer256 c[2]) { return checked(PointG1{header_coordinate(c[0]), header_coordinate(c[1])}); }
  static PointG2 header_g2(const Integer256 c[4]) {
    return checked(PointG2{{header_coordinate(c[0]), header_coordinate(c[1])}, {header_coordinate(c[2]), header_coordinate(c[3])}});
  }
};

}  // namespace catalyze::CATALYZE_PATH
