// Micro-benchmarks of one arithmetic path. Processor time of the calling thread, best of several runs; results are
// checked by the self-test, not here.
#pragma once
#include <cstdio>
#include <ctime>

#include "../test/self_test.hpp"

namespace catalyze::CATALYZE_PATH {

inline double processor_seconds() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/** Least seconds of `runs` runs. */
template <class Work>
double best_seconds(int runs, const Work& work) {
  double best = 1e9;
  for (int i = 0; i < runs; i++) {
    const double start = processor_seconds();
    work();
    const double elapsed = processor_seconds() - start;
    if (elapsed < best) best = elapsed;
  }
  return best;
}

/** Nanoseconds per multiplication, squaring and inversion, for 2^10 independent values per run. */
inline void benchmark_field(FILE* out) {
  using L = BaseLanes;
  constexpr int count = 64, rounds = 200;
  std::vector<L> values(count);
  TestRandom random(1);
  for (L& value : values) value = broadcast(Base::from_montgomery_integer(random.below(BaseFieldPrime::modulus)));
  const L factor = values[7];
  const double per = 1e9 / (count * rounds * L::width);
  const auto each = [&](const auto& operation) {
    return per * best_seconds(60, [&] {
      for (int round = 0; round < rounds; round++) {
        for (L& value : values) value = operation(value);
      }
    });
  };
  fprintf(out, "{\"mul_ns\": %.3f, ", each([&](const L& a) { return multiply(a, factor); }));
  fprintf(out, "\"square_ns\": %.3f, ", each([](const L& a) { return square(a); }));
  fprintf(out, "\"mul_add_ns\": %.3f, ", each([&](const L& a) { return multiply_add(a, factor, factor, a); }));
  Base element = Base::from_plain({{3, 5, 7, 11}});
  const double inversions = best_seconds(30, [&] {
    for (int i = 0; i < 500; i++) element = inverse(element) + Base::one();
  });
  fprintf(out, "\"inverse_ns\": %.1f, \"check\": %u}\n", inversions / 500 * 1e9,
          static_cast<unsigned>(element.words[0] & 1));
}

/** 2^size_log2 points with random full scalars. */
template <class G, class Point>
void benchmark_multi_scalar(const char* name, const Point& generator, unsigned size_log2, Threads& threads, FILE* out) {
  const size_t count = size_t{1} << size_log2;
  std::vector<uint8_t> bytes(count * sizeof(typename G::Packed));
  LargeArray<Integer256> scalars(count);
  LargeArray<typename G::Packed> points(count);
  TestRandom random(size_log2);
  for (size_t i = 0; i < count; i++) {
    do {
      for (Word& w : scalars[i].words) w = random.word();
      scalars[i].words[3] >>= 2;
    } while (!is_below(scalars[i], ScalarFieldPrime::modulus));
  }
  FixedBase<G>(generator, 12, threads).multiply(scalars.data(), count, bytes.data(), threads);
  for (size_t i = 0; i < count; i++) {
    typename G::Packed packed;
    memcpy(&packed, &bytes[i * sizeof packed], sizeof packed);
    const auto point = G::read(packed);
    G::write(points[i], {G::in_radix(point.x), G::in_radix(point.y)});
  }
  size_t additions = 0;
  const double seconds = best_seconds(3, [&] {
    const Digits digits(scalars.data(), count, threads);
    MultiScalar<G> sum({points.data(), nullptr, count}, digits, 1);
    std::vector<BucketWorkspace<G>> workspaces(threads.count());
    threads.for_tasks(sum.task_count(), [&](size_t task, unsigned thread) { sum.run_task(task, workspaces[thread]); });
    sum.finish(workspaces[0]);
    additions = 0;
    for (const BucketWorkspace<G>& workspace : workspaces) additions += workspace.sums.total_additions();
  });
  fprintf(out, "{\"group\": \"%s\", \"size_log2\": %u, \"seconds\": %.4f, \"additions\": %zu, \"addition_ns\": %.2f}\n", name,
          size_log2, seconds, additions, seconds * 1e9 / static_cast<double>(additions));
}

/** The six transforms of a proof. */
inline void benchmark_transforms(unsigned size_log2, Threads& threads, FILE* out) {
  const size_t n = size_t{1} << size_log2;
  LargeArray<Integer256> a(n), h(n);
  TestRandom random(2);
  for (size_t i = 0; i < n; i++) a[i] = random.below(ScalarFieldPrime::modulus);
  const Transform transform(size_log2, threads);
  LargeArray<ScalarLanes> vectors[3];
  const double seconds = best_seconds(3, [&] {
    for (LargeArray<ScalarLanes>& v : vectors) transform_values(transform, a.data(), v, threads);
    finish_quotients(transform, vectors, h.data(), threads);
  });
  const double butterflies = 6.0 * static_cast<double>(n) / 2 * size_log2;
  fprintf(out, "{\"size_log2\": %u, \"seconds\": %.4f, \"butterfly_ns\": %.2f}\n", size_log2, seconds, seconds * 1e9 / butterflies);
}

/** Processor time over all threads. */
inline void benchmark(const char* what, unsigned size_log2, Threads& threads, FILE* out) {
  if (strcmp(what, "field") == 0) benchmark_field(out);
  if (strcmp(what, "msm") == 0) {
    benchmark_multi_scalar<GroupG1>("g1", generator_g1(), size_log2, threads, out);
    benchmark_multi_scalar<GroupG2>("g2", generator_g2(), size_log2, threads, out);
  }
  if (strcmp(what, "ntt") == 0) benchmark_transforms(size_log2, threads, out);
}

}  // namespace catalyze::CATALYZE_PATH
