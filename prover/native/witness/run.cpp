// Executes programs. One loop over the steps, compiled once per multiplier.
#include <memory>

#include "program.hpp"

namespace catalyze::witness {

namespace {

/** Inverts many values with one inversion; zeros stay zero. */
template <class Multiplier>
void invert_batch(Scalar* slots, const SlotPair* pairs, uint32_t count, std::vector<Scalar>& products) {
  products.resize(count);
  Scalar product = MONTGOMERY_ONE;
  for (uint32_t i = 0; i < count; i++) {
    products[i] = product;
    const Scalar& value = slots[pairs[i].source];
    if (!value.is_zero()) product = Multiplier::multiply(product, value);
  }
  Scalar inverse = invert_montgomery<Multiplier>(product);
  for (uint32_t i = count; i > 0; i--) {
    const Scalar& value = slots[pairs[i - 1].source];
    Scalar& result = slots[pairs[i - 1].destination];
    if (value.is_zero()) {
      result = ZERO;
    } else {
      result = Multiplier::multiply(inverse, products[i - 1]);
      inverse = Multiplier::multiply(inverse, value);
    }
  }
}

/** The entry of a table at a canonical value read as a signed integer; null outside. */
const Scalar* table_entry(const SlotTable& table, const Scalar& index, const Scalar* slots) {
  const bool negative = is_negative(index);
  const Scalar magnitude = negative ? negate(index) : index;
  if ((magnitude.limb[1] | magnitude.limb[2] | magnitude.limb[3]) != 0 || magnitude.limb[0] >> 32 != 0) return nullptr;
  const auto integer = static_cast<int64_t>(magnitude.limb[0]);
  const int64_t place = (negative ? -integer : integer) - table.first;
  if (place < 0 || place >= static_cast<int64_t>(table.slots.size())) return nullptr;
  const uint32_t slot = table.slots[static_cast<size_t>(place)];
  return slot == NO_NODE ? nullptr : slots + slot;
}

/** Operations that are rare. */
template <class Multiplier>
Scalar execute_rare(StepKind kind, const Scalar& a, const Scalar& b) {
  Scalar quotient = ZERO, remainder = ZERO;
  switch (kind) {
    case StepKind::shift_left: return shift(a, b, true);
    case StepKind::shift_right: return shift(a, b, false);
    case StepKind::quotient:
    case StepKind::remainder:
      if (!b.is_zero()) divide(a, b, quotient, remainder);
      return kind == StepKind::quotient ? quotient : remainder;
    case StepKind::power: return power_montgomery<Multiplier>(a, b);
    case StepKind::bit_and:
      for (int i = 0; i < 4; i++) quotient.limb[i] = a.limb[i] & b.limb[i];
      return adjust_word(quotient);
    case StepKind::bit_or:
      for (int i = 0; i < 4; i++) quotient.limb[i] = a.limb[i] | b.limb[i];
      return adjust_word(quotient);
    case StepKind::bit_xor:
      for (int i = 0; i < 4; i++) quotient.limb[i] = a.limb[i] ^ b.limb[i];
      return adjust_word(quotient);
    case StepKind::bit_not:
      for (int i = 0; i < 4; i++) quotient.limb[i] = ~a.limb[i];
      return adjust_word(quotient);
    default: return less_than_signed(a, b) ? ONE : ZERO;
  }
}

template <class Multiplier>
bool run_with(const Program& program, Scalar* slots, uint8_t* wires) {
  std::vector<Scalar> products;
  const auto truth = [](bool value) { return value ? ONE : ZERO; };
  for (const Step& step : program.steps) {
    const Scalar& a = slots[step.a];
    switch (step.kind()) {
      case StepKind::multiply:
        slots[step.destination] = Multiplier::multiply(a, slots[step.b]);
        break;
      case StepKind::add:
        slots[step.destination] = add(a, slots[step.b]);
        break;
      case StepKind::subtract:
        slots[step.destination] = subtract(a, slots[step.b]);
        break;
      case StepKind::negate:
        slots[step.destination] = negate(a);
        break;
      case StepKind::to_montgomery:
        slots[step.destination] = Multiplier::multiply(a, MONTGOMERY_SQUARE);
        break;
      case StepKind::to_canonical:
        slots[step.destination] = Multiplier::multiply(a, ONE);
        break;
      case StepKind::bool_to_montgomery:
        slots[step.destination] = a.is_zero() ? ZERO : MONTGOMERY_ONE;
        break;
      case StepKind::bit:
        slots[step.destination] = {{a.limb[step.b / 64] >> (step.b % 64) & 1, 0, 0, 0}};
        break;
      case StepKind::shift_right_by:
        slots[step.destination] = shift_right(a, step.b);
        break;
      case StepKind::equal:
        slots[step.destination] = truth(a == slots[step.b]);
        break;
      case StepKind::logical_not:
        slots[step.destination] = truth(a.is_zero());
        break;
      case StepKind::logical_and:
        slots[step.destination] = truth(!a.is_zero() && !slots[step.b].is_zero());
        break;
      case StepKind::logical_or:
        slots[step.destination] = truth(!a.is_zero() || !slots[step.b].is_zero());
        break;
      case StepKind::select:
        slots[step.destination] = slots[step.c()].is_zero() ? slots[step.b] : a;
        break;
      case StepKind::gather: {
        const Scalar* entry = table_entry(program.tables[step.b], a, slots);
        slots[step.destination] = entry == nullptr ? ZERO : *entry;
        break;
      }
      case StepKind::invert_batch:
        invert_batch<Multiplier>(slots, program.inversions.data() + step.destination, step.b, products);
        break;
      case StepKind::output:
        std::memcpy(wires + size_t{step.b} * sizeof(Scalar), &a, sizeof(Scalar));
        break;
      case StepKind::check:
        if (a.is_zero()) return false;
        break;
      case StepKind::check_equal:
        if (!(a == slots[step.b])) return false;
        break;
      default:
        slots[step.destination] = execute_rare<Multiplier>(step.kind(), a, slots[step.b]);
    }
  }
  return true;
}

}  // namespace

bool has_adx() {
#ifdef CATALYZE_WITNESS_X86_64
  return __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("adx");
#else
  return false;
#endif
}

bool run(const Program& program, const Scalar* inputs, uint8_t* wires, bool portable) {
  const size_t constant_count = program.constants.size();
  const std::unique_ptr<Scalar[]> slots(new Scalar[program.slot_count + 1]);
  if (constant_count > 0) std::memcpy(slots.get(), program.constants.data(), constant_count * sizeof(Scalar));
  std::memcpy(slots.get() + constant_count, inputs, program.input_count * sizeof(Scalar));
#ifdef CATALYZE_WITNESS_X86_64
  if (!portable && has_adx()) return run_with<AdxMultiplier>(program, slots.get(), wires);
#else
  (void)portable;
#endif
  return run_with<PortableMultiplier>(program, slots.get(), wires);
}

}  // namespace catalyze::witness
