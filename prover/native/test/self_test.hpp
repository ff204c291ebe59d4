// Fast code against naive code, on pseudo-random input: lanes against elements, multi-scalar multiplication against
// doubling and adding, the transforms against the definition. Runs in every arithmetic path.
#pragma once
#include <cstdio>

#include "../groth16/quotient.hpp"
#include "../msm/fixed_base.hpp"

namespace catalyze::CATALYZE_PATH {

/** A small deterministic generator (xorshift64*). */
class TestRandom {
 public:
  explicit TestRandom(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL + 1) {}
  uint64_t word() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545f4914f6cdd1dULL;
  }
  /** Below p, with the edges 0, 1, p − 1 and powers of two more often than chance. */
  Integer256 below(const Integer256& p) {
    Word borrow = 0;
    switch (word() % 12) {
      case 0:
        return {{0, 0, 0, 0}};
      case 1:
        return {{1, 0, 0, 0}};
      case 2:
        return subtract_integer(p, Integer256{{1, 0, 0, 0}}, borrow);
      case 3:
        return power_of_two(static_cast<unsigned>(word() % 253), p);
      default:
        break;
    }
    Integer256 value;
    do {
      for (Word& w : value.words) w = word();
      value.words[3] >>= 2;
    } while (!is_below(value, p));
    return value;
  }

 private:
  uint64_t state_;
};

/** Counts and prints what is wrong. */
struct TestLog {
  FILE* file;
  int failures = 0;
  void expect(bool condition, const char* what) {
    if (condition) return;
    failures++;
    fprintf(file, "%s: failed\n", what);
  }
};

/** Lanes against single elements; packed forms; inversion. Values stay in the radix of the lanes throughout. */
template <class P>
void test_field(TestRandom& random, TestLog& log) {
  using L = Lanes<P>;
  constexpr Integer256 unit_integer = power_of_two(512 - L::radix_bits, P::modulus);
  const Element<P> unit = Element<P>::from_montgomery_integer(unit_integer);
  const auto times = [&](const Element<P>& a, const Element<P>& b) { return L::radix_bits == 256 ? a * b : a * b * unit; };
  for (int round = 0; round < 400; round++) {
    alignas(64) Integer256 in[4][L::width], out[L::width];
    Element<P> e[4][L::width];
    for (int k = 0; k < 4; k++) {
      for (unsigned i = 0; i < L::width; i++) {
        in[k][i] = random.below(P::modulus);
        e[k][i] = Element<P>::from_montgomery_integer(in[k][i]);
      }
    }
    const L a = load_packed<P>(in[0]), b = load_packed<P>(in[1]), c = load_packed<P>(in[2]), d = load_packed<P>(in[3]);
    const L product = multiply(sum(a, b), difference(c, d));
    const L squared = square(difference(a, b));
    const L two_products = multiply_add(a, negative(sum(b, c)), d, b);
    const L reduced = reduced_difference(a, sum(b, c));
    const L added = reduced_sum(a, sum(b, c));
    const L zero = difference(multiply(a, b), multiply(b, a));
    store_packed<P>(out, reduced);
    for (unsigned i = 0; i < L::width; i++) {
      log.expect(extract(product, i) == times(e[0][i] + e[1][i], e[2][i] - e[3][i]), "multiply");
      log.expect(extract(squared, i) == times(e[0][i] - e[1][i], e[0][i] - e[1][i]), "square");
      log.expect(extract(two_products, i) == times(e[3][i], e[1][i]) - times(e[0][i], e[1][i] + e[2][i]), "multiply_add");
      log.expect(extract(reduced, i) == e[0][i] - e[1][i] - e[2][i], "reduced_difference");
      log.expect(reduce_once<P>(out[i].words) == e[0][i] - e[1][i] - e[2][i], "store_packed");
      log.expect(extract(added, i) == e[0][i] + e[1][i] + e[2][i], "reduced_sum");
      log.expect((exactly_zero(a) >> i & 1) == (is_zero(e[0][i]) ? 1u : 0u), "exactly_zero");
      log.expect(extract(load_spread(make_spread(e[0][0])), i) == e[0][0], "spread");
    }
    log.expect(maybe_zero(zero) == (1u << L::width) - 1 && exactly_zero(zero) == (1u << L::width) - 1, "zero");
    if (!is_zero(e[0][0])) log.expect(inverse(e[0][0]) * e[0][0] == Element<P>::one(), "inverse");
    log.expect(Element<P>::from_plain(e[0][0].to_plain()) == e[0][0], "plain form");
  }
}

/** Points with repetitions, opposites and infinities; scalars of one of several kinds. */
template <class G, class Point>
void test_multi_scalar(const Point& generator, size_t count, int kind, unsigned parts, TestRandom& random, Threads& threads,
                       TestLog& log) {
  using Coordinate = typename G::Coordinate;
  LargeArray<typename G::Packed> packed(count);
  LargeArray<Integer256> scalars(count);
  Jacobian<Coordinate> expected = Jacobian<Coordinate>::infinity();
  for (size_t i = 0; i < count; i++) {
    Affine<Coordinate> point = to_affine(multiply_point(generator, Integer256{{random.word() % 23, 0, 0, 0}}));
    if (random.word() % 3 == 0) point.y = negate(point.y);
    if (is_infinity(point)) point = Affine<Coordinate>::infinity();
    G::write(packed[i], {G::in_radix(point.x), G::in_radix(point.y)});
    const Word small = random.word() % 5;
    scalars[i] = kind == 0 ? random.below(ScalarFieldPrime::modulus) : Integer256{{kind == 1 ? small % 2 : small << 61, 0, 0, 0}};
    Word borrow = 0;
    if (kind == 2 && small > 2) scalars[i] = subtract_integer(ScalarFieldPrime::modulus, scalars[i], borrow);
    if (kind == 3) scalars[i] = {{0xabcdef0123456789, 1, 2, 3}};
    expected = add_points(expected, multiply_point(point, scalars[i]));
  }
  const Digits digits(scalars.data(), count, threads);
  MultiScalar<G> multi_scalar({packed.data(), nullptr, count}, digits, parts);
  std::vector<BucketWorkspace<G>> workspaces(threads.count());
  threads.for_tasks(multi_scalar.task_count(), [&](size_t task, unsigned thread) { multi_scalar.run_task(task, workspaces[thread]); });
  log.expect(to_affine(multi_scalar.finish(workspaces[0])) == to_affine(expected), "multi-scalar multiplication");
}

/** Six transforms and the quotient against small_quotient's definition. */
inline void test_quotient(unsigned size_log2, TestRandom& random, Threads& threads, TestLog& log) {
  const size_t n = size_t{1} << size_log2;
  LargeArray<Integer256> a(n), b(n), expected(n), c(n), h(n);
  for (size_t i = 0; i < n; i++) {
    a[i] = random.below(ScalarFieldPrime::modulus);
    b[i] = random.below(ScalarFieldPrime::modulus);
  }
  small_quotient(size_log2, a.data(), b.data(), expected.data());
  const Transform transform(size_log2, threads);
  multiply_values(a.data(), b.data(), c.data(), n, threads);
  LargeArray<ScalarLanes> vectors[3];
  transform_values(transform, a.data(), vectors[0], threads);
  transform_values(transform, b.data(), vectors[1], threads);
  transform_values(transform, c.data(), vectors[2], threads);
  finish_quotients(transform, vectors, h.data(), threads);
  bool equal = true;
  for (size_t i = 0; i < n; i++) equal = equal && h[i] == expected[i];
  log.expect(equal, "transforms");
}

template <class G, class Point>
void test_fixed_base(const Point& generator, TestRandom& random, Threads& threads, TestLog& log) {
  constexpr size_t count = 40;
  LargeArray<Integer256> scalars(count);
  std::vector<uint8_t> points(count * sizeof(typename G::Packed));
  for (size_t i = 0; i < count; i++) scalars[i] = random.below(ScalarFieldPrime::modulus);
  FixedBase<G>(generator, 6, threads).multiply(scalars.data(), count, points.data(), threads);
  for (size_t i = 0; i < count; i++) {
    typename G::Packed packed;
    memcpy(&packed, &points[i * sizeof packed], sizeof packed);
    log.expect(G::read(packed) == to_affine(multiply_point(generator, scalars[i])), "fixed-base multiplication");
  }
}

inline PointG1 generator_g1();
inline PointG2 generator_g2();

/** All of the above; the number of failures. */
inline int self_test(uint64_t seed, FILE* file) {
  TestLog log{file};
  TestRandom random(seed);
  Control control;
  Threads threads(3, control);
  test_field<BaseFieldPrime>(random, log);
  test_field<ScalarFieldPrime>(random, log);
  log.expect(is_on_curve(generator_g1()) && is_on_curve(generator_g2()), "generators");
  log.expect(is_infinity(to_affine(multiply_point(generator_g1(), ScalarFieldPrime::modulus))), "order of G1");
  log.expect(is_infinity(to_affine(multiply_point(generator_g2(), ScalarFieldPrime::modulus))), "order of G2");
  for (int kind = 0; kind < 4; kind++) {
    for (const size_t count : {1, 2, 7, 64, 301}) {
      test_multi_scalar<GroupG1>(generator_g1(), count, kind, 1 + count % 3, random, threads, log);
      test_multi_scalar<GroupG2>(generator_g2(), count / 2 + 1, kind, 1 + count % 2, random, threads, log);
    }
  }
  for (unsigned size_log2 = Transform::minimum_size_log2; size_log2 <= 9; size_log2++) test_quotient(size_log2, random, threads, log);
  test_fixed_base<GroupG1>(generator_g1(), random, threads, log);
  test_fixed_base<GroupG2>(generator_g2(), random, threads, log);
  return log.failures;
}

}  // namespace catalyze::CATALYZE_PATH
