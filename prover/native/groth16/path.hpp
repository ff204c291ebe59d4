// Defines the Backend of one arithmetic path. Included by one translation unit per path, which sets CATALYZE_PATH and
// is compiled with that path's instructions; everything below lives in that path's namespace.
#pragma once
#include "../bench/benchmarks.hpp"
#include "../msm/fixed_base.hpp"
#include "../test/self_test.hpp"
#include "prove.hpp"

namespace catalyze::CATALYZE_PATH {

inline PointG1 generator_g1() {
  const Base one = Base::one();
  return {one, one + one};
}

/** The generator of G2 that everyone uses (EIP-197), plain words. */
inline PointG2 generator_g2() {
  const auto from = [](Word a, Word b, Word c, Word d) { return Base::from_plain({{a, b, c, d}}); };
  return {{from(0x46debd5cd992f6ed, 0x674322d4f75edadd, 0x426a00665e5c4479, 0x1800deef121f1e76),
           from(0x97e485b7aef312c2, 0xf1aa493335a9e712, 0x7260bfb731fb5d25, 0x198e9393920d483a)},
          {from(0x4ce6cc0166fa7daa, 0xe3d1e7690c43d37b, 0x4aab71808dcb408f, 0x12c85ea5db8c6deb),
           from(0x55acdadcd122975b, 0xbc4b313370b38ef3, 0xec9e99ad690c3395, 0x090689d0585ff075)}};
}

inline std::unique_ptr<Key> compile(const ZkeyFile& file, Threads& threads) {
  return std::unique_ptr<Key>(new PathKey(file, threads));
}

template <class G, class Point>
void multiply_generator(const Point& generator, const Integer256* scalars, size_t count, uint8_t* points, Threads& threads) {
  if (count == 0) return;
  FixedBase<G>(generator, fixed_base_window(count), threads).multiply(scalars, count, points, threads);
}

inline void multiply_g1(const Integer256* scalars, size_t count, uint8_t* points, Threads& threads) {
  multiply_generator<GroupG1>(generator_g1(), scalars, count, points, threads);
}
inline void multiply_g2(const Integer256* scalars, size_t count, uint8_t* points, Threads& threads) {
  multiply_generator<GroupG2>(generator_g2(), scalars, count, points, threads);
}

/** One operation through the lanes: a in the last lane, b in all of them. */
template <class P>
Integer256 lane_operation(char operation, const Integer256& a, const Integer256& b) {
  using L = Lanes<P>;
  static constexpr Integer256 into = power_of_two(L::radix_bits, P::modulus);
  static constexpr Integer256 out_of = power_of_two(512 - L::radix_bits, P::modulus);
  const auto in_radix = [](const Integer256& value) {
    const Element<P> element = Element<P>::from_plain(value);
    return L::radix_bits == 256 ? element : multiply_words<P>(element.words, into.words);
  };
  const Element<P> element_a = in_radix(a), element_b = in_radix(b);
  L x = broadcast(Element<P>::zero());
  insert(x, L::width - 1, element_a);
  const L y = broadcast(element_b);
  L result = x;
  if (operation == '*') result = multiply(x, y);
  if (operation == '+') result = reduced_sum(x, y);
  if (operation == '-') result = reduced_difference(x, y);
  Element<P> out = extract(result, L::width - 1);
  if (L::radix_bits != 256) out = multiply_words<P>(out.words, out_of.words);
  if (operation == '/') out = inverse(Element<P>::from_plain(a));
  return out.to_plain();
}

inline Integer256 field_operation(char field, char operation, const Integer256& a, const Integer256& b) {
  return field == 'q' ? lane_operation<BaseFieldPrime>(operation, a, b) : lane_operation<ScalarFieldPrime>(operation, a, b);
}

}  // namespace catalyze::CATALYZE_PATH
