// A Groth16 proof from a compiled key and a witness:
//   A = Σ w_i A_i + α + r δ,  B = Σ w_i B_i + β + s δ (in G2, and in G1 for C),
//   C = Σ w_i C_i + Σ h_i H_i + s A + r B − r s δ.
#pragma once
#include "quotient.hpp"

namespace catalyze::CATALYZE_PATH {

/** The workspaces of all threads, made when they are needed. */
template <class G>
class OwnWorkspaces {
 public:
  explicit OwnWorkspaces(unsigned threads) : workspaces_(threads) {}
  BucketWorkspace<G>& of(unsigned thread) {
    if (!workspaces_[thread]) workspaces_[thread].reset(new BucketWorkspace<G>);
    return *workspaces_[thread];
  }
  void release(unsigned thread) { workspaces_[thread].reset(); }

 private:
  std::vector<std::unique_ptr<BucketWorkspace<G>>> workspaces_;
};

/** The five multi-scalar multiplications of a proof; tasks of all of them share one queue. */
class PointSums {
 public:
  PointSums(const CompiledKey& key, const Digits& witness, const Digits& quotient, Threads& threads)
      : threads_(threads),
        b2_(key.b2.set(), witness, parts(key.b2.points.size(), witness)),
        g1_{{key.h.set(), quotient, parts(key.h.points.size(), quotient)},
            {key.a.set(), witness, parts(key.a.points.size(), witness)},
            {key.b1.set(), witness, parts(key.b1.points.size(), witness)},
            {key.c.set(), witness, parts(key.c.points.size(), witness)}} {}

  void run() {
    OwnWorkspaces<GroupG2> workspaces_g2(threads_.count());
    OwnWorkspaces<GroupG1> workspaces_g1(threads_.count());
    // The most expensive first, so that the last ones to end are short.
    size_t first[6] = {0, b2_.task_count()};
    for (int i = 0; i < 4; i++) first[i + 2] = first[i + 1] + g1_[i].task_count();
    const int start = threads_.control().thousandths;
    std::atomic<size_t> finished{0};
    threads_.for_tasks(first[5], [&](size_t task, unsigned thread) {
      if (task < first[1]) {
        b2_.run_task(task, workspaces_g2.of(thread));
      } else {
        // Tasks are taken in order: this thread has no more of G2.
        workspaces_g2.release(thread);
        int set = 0;
        while (task >= first[set + 2]) set++;
        g1_[set].run_task(task - first[set + 1], workspaces_g1.of(thread));
      }
      threads_.control().thousandths = start + static_cast<int>((980 - start) * ++finished / first[5]);
    });
    threads_.for_tasks(5, [&](size_t index, unsigned thread) {
      if (index == 0) {
        b2 = b2_.finish(workspaces_g2.of(thread));
      } else {
        g1[index - 1] = g1_[index - 1].finish(workspaces_g1.of(thread));
      }
    });
  }

  Jacobian<Extension> b2;
  /** H, A, B1, C. */
  Jacobian<Base> g1[4];

 private:
  /** Enough tasks for all threads to end together, but no tiny ones. */
  unsigned parts(size_t points, const Digits& digits) const {
    const size_t wanted = (4 * threads_.count() + digits.window_count() - 1) / digits.window_count();
    const size_t most = points / 8192 + 1;
    return static_cast<unsigned>(wanted < most ? wanted : most);
  }

  Threads& threads_;
  MultiScalar<GroupG2> b2_;
  MultiScalar<GroupG1> g1_[4];
};

inline void write_plain(uint8_t to[32], const Base& value) {
  const Integer256 plain = value.to_plain();
  memcpy(to, plain.words, 32);
}

/** Puts the sums together. */
inline void assemble(const CompiledKey& key, const PointSums& sums, const Integer256& r, const Integer256& s, prover_proof& proof) {
  const auto times = [](const auto& point, const Integer256& scalar) { return multiply_point(point, scalar); };
  const Jacobian<Base> a = add_points(add_points(sums.g1[1], to_jacobian(key.alpha1)), times(key.delta1, r));
  const Jacobian<Base> b1 = add_points(add_points(sums.g1[2], to_jacobian(key.beta1)), times(key.delta1, s));
  const Jacobian<Extension> b2 = add_points(add_points(sums.b2, to_jacobian(key.beta2)), times(key.delta2, s));
  const Integer256 rs = (ScalarElement::from_plain(r) * ScalarElement::from_plain(s)).to_plain();
  Jacobian<Base> c = add_points(sums.g1[3], sums.g1[0]);
  c = add_points(c, times(to_affine(a), s));
  c = add_points(c, times(to_affine(b1), r));
  c = add_points(c, negate(times(key.delta1, rs)));
  const PointG1 affine_a = to_affine(a), affine_c = to_affine(c);
  const PointG2 affine_b = to_affine(b2);
  const Base* const coordinates[8] = {&affine_a.x,      &affine_a.y,           &affine_b.x.real, &affine_b.x.imaginary,
                                      &affine_b.y.real, &affine_b.y.imaginary, &affine_c.x,      &affine_c.y};
  for (int i = 0; i < 8; i++) write_plain(proof.coordinates[i], *coordinates[i]);
}

/** The Key of this path. */
class PathKey final : public Key {
 public:
  PathKey(const ZkeyFile& file, Threads& threads) : key_(file, threads) {}
  uint32_t wire_count() const override { return key_.wire_count; }
  uint32_t public_signal_count() const override { return key_.public_signal_count; }

  void prove(LargeArray<Integer256> witness, const Integer256& r, const Integer256& s, Threads& threads,
             prover_proof& proof) const override {
    Control& control = threads.control();
    control.phase = 1;
    LargeArray<Integer256> h = quotient_scalars(key_, witness.data(), threads);
    control.phase = 3;
    const Digits witness_digits(witness.data(), key_.wire_count, threads);
    witness = LargeArray<Integer256>();
    const Digits quotient_digits(h.data(), h.size(), threads);
    h = LargeArray<Integer256>();
    PointSums sums(key_, witness_digits, quotient_digits, threads);
    sums.run();
    threads.check();
    assemble(key_, sums, r, s, proof);
    control.thousandths = 1000;
  }

 private:
  CompiledKey key_;
};

}  // namespace catalyze::CATALYZE_PATH
