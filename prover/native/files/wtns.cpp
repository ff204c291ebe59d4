// Reading of `.wtns` files; see wtns.hpp.
#include "wtns.hpp"

namespace catalyze {

LargeArray<Integer256> read_witness(const char* path) {
  const Container file(path, "wtns", 2);
  uint8_t header[40];
  file.read(file.find(1, "header", sizeof header).offset, header, sizeof header);
  uint32_t value_bytes = 0, count = 0;
  memcpy(&value_bytes, header, 4);
  memcpy(&count, header + 36, 4);
  if (value_bytes != 32 || memcmp(header + 4, ScalarFieldPrime::modulus.words, 32) != 0) {
    fail_file("header", "wrong_field", "expected BN254's scalar field");
  }
  const Section section = file.find(2, "values", static_cast<uint64_t>(count) * 32);
  LargeArray<Integer256> values(count);
  file.read(section.offset, values.data(), section.length);
  return values;
}

}  // namespace catalyze
