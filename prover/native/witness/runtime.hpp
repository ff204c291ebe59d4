// The run-time functions that circom 2.2.3 puts in front of every BN254 witness program, in their order. They are
// recognised by their code, byte for byte, and replaced by operations on the value graph.
#pragma once

#include <cstdint>

namespace catalyze::witness {

/** Functions of the run time, by index after the four imports. */
enum class Runtime : uint32_t {
  int_copy, int_zero, int_is_zero, int_one, int_eq, int_gt, int_gte, int_add, int_sub, int_mul, int_square,
  int_square_old, int_mul1, int_add1, int_div, int_inverse_mod, f1m_add, f1m_sub, f1m_neg, f1m_reduct, f1m_mul,
  f1m_square, f1m_square_old, f1m_to_montgomery, f1m_from_montgomery, f1m_is_negative, f1m_inverse, f1m_one,
  f1m_load, f1m_times_scalar, f1m_exp, f1m_sqrt, f1m_is_square, copy, copyn, is_true, raw_copy_s2l, to_montgomery,
  to_normal, to_long_normal, is_negative, neg, get_lsb32, to_int, add, sub, eq_r, gt_r, eq, neq, gt, geq, lt, leq,
  mul, idiv, mod, inv, div, pow, fixed_shl, fixed_shr, raw_get_chunk, raw_shll, raw_shrl, adjust_bin_result, raw_shl,
  raw_shr, shl, shr, raw_band, band, raw_bor, bor, raw_bxor, bxor, raw_bnot, bnot, land, lor, lnot,
  // What follows depends on the circuit.
  get_offset_io, get_version, get_minor_version, get_patch_version, get_shared_start, read_shared, write_shared,
  reserve_stack, init, input_position, check_input_set, set_input_signal, input_signal_size, get_raw_prime,
  field_length, input_size, witness_size, get_witness, copy32_in_shared, copy_fr_to_shared, get_message_char,
  build_buffer_message, build_log_message,
  // The circuit's own functions begin here.
  first_of_circuit,
};

/** Functions before this one have the same code in every program. */
inline constexpr uint32_t FIXED_RUNTIME_FUNCTIONS = static_cast<uint32_t>(Runtime::get_offset_io);

/** FNV-1a hash over length and code of the fixed functions. */
inline constexpr uint64_t FIXED_RUNTIME_HASH = 0xf10c4183d968649c;

/** The imports, in order. */
inline constexpr const char* RUNTIME_IMPORTS[] = {"runtime.exceptionHandler", "runtime.printErrorMessage",
                                                  "runtime.writeBufferMessage", "runtime.showSharedRWMemory"};
inline constexpr uint32_t IMPORT_COUNT = 4;

/** Addresses of the run time's data. */
inline constexpr uint32_t MODULUS_ADDRESS = 608;
inline constexpr uint32_t RAW_PRIME_ADDRESS = 1952;
inline constexpr uint32_t SHARED_ELEMENT_ADDRESS = 1984;
inline constexpr uint32_t INPUT_MAP_ADDRESS = 2032;
inline constexpr uint32_t INPUT_MAP_ENTRIES = 256;
/** Bytes of a field element in memory: 32-bit value, flags, 256-bit value. */
inline constexpr uint32_t ELEMENT_BYTES = 40;
inline constexpr uint32_t ELEMENT_WORDS = 10;

}  // namespace catalyze::witness
