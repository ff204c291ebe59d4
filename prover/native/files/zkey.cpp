// Reading of the `.zkey` header; see zkey.hpp. Format: research notes of snarkjs's zkey_utils, container in iden3 form.
#include "zkey.hpp"

#include <vector>

namespace catalyze {
namespace {

constexpr size_t header_bytes = 2 * (4 + 32) + 12 + 3 * zkey_g1_bytes + 3 * zkey_g2_bytes;

uint32_t word_at(const uint8_t* bytes) {
  uint32_t value;
  memcpy(&value, bytes, sizeof value);
  return value;
}

void check_prime(const uint8_t* bytes, const Integer256& prime) {
  if (word_at(bytes) != 32 || memcmp(bytes + 4, prime.words, 32) != 0) {
    fail_file("header", "wrong_field", "expected the fields of BN254");
  }
}

}  // namespace

ZkeyFile::ZkeyFile(const char* path) : container(path, "zkey", 1) {
  uint8_t protocol[4];
  container.read(container.find(1, "protocol", 4).offset, protocol, 4);
  if (word_at(protocol) != 1) {
    fail_file("protocol", "unsupported", "protocol " + std::to_string(word_at(protocol)) + " is not Groth16");
  }
  uint8_t header[header_bytes];
  container.read(container.find(2, "header", header_bytes).offset, header, header_bytes);
  check_prime(header, BaseFieldPrime::modulus);
  check_prime(header + 36, ScalarFieldPrime::modulus);
  wire_count = word_at(header + 72);
  public_signal_count = word_at(header + 76);
  const uint32_t domain_size = word_at(header + 80);
  if (public_signal_count >= wire_count) {
    fail_file("header", "out_of_range",
              std::to_string(public_signal_count) + " public signals in " + std::to_string(wire_count) + " wires");
  }
  if (wire_count > (1u << 29)) fail_file("header", "too_large", std::to_string(wire_count) + " wires, at most 2^29");
  if (domain_size < 2 || (domain_size & (domain_size - 1)) != 0 || domain_size > (1u << two_adicity)) {
    fail_file("header", "out_of_range", "domain size " + std::to_string(domain_size) + " is not a power of two from 2 to 2^28");
  }
  domain_size_log2 = static_cast<unsigned>(__builtin_ctz(domain_size));
  const uint8_t* points = header + 84;
  memcpy(alpha1, points, 64);
  memcpy(beta1, points + 64, 64);
  memcpy(beta2, points + 128, 128);
  memcpy(delta1, points + 384, 64);
  memcpy(delta2, points + 448, 128);
  const uint64_t wires = wire_count;
  points_a = container.find(5, "points A", wires * zkey_g1_bytes);
  points_b1 = container.find(6, "points B1", wires * zkey_g1_bytes);
  points_b2 = container.find(7, "points B2", wires * zkey_g2_bytes);
  points_c = container.find(8, "points C", (wires - public_signal_count - 1) * zkey_g1_bytes);
  points_h = container.find(9, "points H", static_cast<uint64_t>(domain_size) * zkey_g1_bytes);
  container.find(3, "public points", (static_cast<uint64_t>(public_signal_count) + 1) * zkey_g1_bytes);
  coefficients = container.find(4, "coefficients");
  if (coefficients.length < 4) fail_file("coefficients", "truncated", "the count is missing");
  uint8_t count[4];
  container.read(coefficients.offset, count, 4);
  coefficient_count = word_at(count);
  coefficients = container.find(4, "coefficients", 4 + static_cast<uint64_t>(coefficient_count) * zkey_coefficient_bytes);
  coefficients.offset += 4;
}

}  // namespace catalyze
