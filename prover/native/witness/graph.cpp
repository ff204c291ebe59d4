// Folding rules of the value graph. Every rule holds for every value of its operands; nothing is assumed to be used.
#include "graph.hpp"

#include <algorithm>

namespace catalyze::witness {

namespace {

constexpr size_t MAXIMUM_NODES = 96u << 20;
constexpr size_t MAXIMUM_TABLE_ENTRIES = 16u << 20;
constexpr int64_t INTERVAL_LIMIT = int64_t{1} << 40;
constexpr int INTERVAL_DEPTH = 12;

Scalar multiply_canonical(const Scalar& a, const Scalar& b) {
  return PortableMultiplier::multiply(PortableMultiplier::multiply(a, b), MONTGOMERY_SQUARE);
}

uint64_t hash_words(uint64_t a, uint64_t b) {
  uint64_t hash = (a ^ 0x9e3779b97f4a7c15) * 0xff51afd7ed558ccd;
  hash ^= hash >> 32;
  hash = (hash + b) * 0xc4ceb9fe1a85ec53;
  return hash ^ hash >> 29;
}

uint64_t hash_scalar(const Scalar& value) {
  return hash_words(value.limb[0] ^ value.limb[2], value.limb[1] ^ value.limb[3]);
}

uint64_t hash_node(Operation operation, NodeId a, NodeId b, NodeId c) {
  return hash_words(uint64_t{a} << 32 | b, uint64_t{c} << 8 | static_cast<uint64_t>(operation));
}

/** The power of two that a value is. */
std::optional<uint32_t> log2_of(const Scalar& value) {
  std::optional<uint32_t> exponent;
  for (uint32_t bit = 0; bit < 254; bit++) {
    if ((value.limb[bit / 64] >> (bit % 64) & 1) == 0) continue;
    if (exponent) return std::nullopt;
    exponent = bit;
  }
  return exponent;
}

std::optional<int64_t> small_integer(const Scalar& value) {
  const bool negative = is_negative(value);
  const Scalar magnitude = negative ? negate(value) : value;
  if ((magnitude.limb[1] | magnitude.limb[2] | magnitude.limb[3]) != 0) return std::nullopt;
  if (magnitude.limb[0] >= static_cast<uint64_t>(INTERVAL_LIMIT)) return std::nullopt;
  const auto integer = static_cast<int64_t>(magnitude.limb[0]);
  return negative ? -integer : integer;
}

Scalar fold_bitwise(Operation operation, const Scalar& a, const Scalar& b) {
  Scalar out;
  for (int i = 0; i < 4; i++) {
    out.limb[i] = operation == Operation::bit_and  ? a.limb[i] & b.limb[i]
                  : operation == Operation::bit_or ? a.limb[i] | b.limb[i]
                                                   : a.limb[i] ^ b.limb[i];
  }
  return adjust_word(out);
}

}  // namespace

Graph::Graph() : index_(1 << 16, 0), constant_index_(1 << 10, 0) {
  constant(ZERO);
  constant(ONE);
}

NodeId Graph::make(Operation operation, NodeId a, NodeId b, NodeId c, bool is_bool) {
  if ((nodes.size() + 1) * 2 > index_.size()) grow_index();
  const size_t mask = index_.size() - 1;
  const uint64_t hash = hash_node(operation, a, b, c);
  const uint64_t tag = hash & 0xffffffff00000000;
  size_t place = hash & mask;
  for (; index_[place] != 0; place = (place + 1) & mask) {
    if ((index_[place] ^ tag) >> 32 != 0) continue;
    const auto known = static_cast<NodeId>(index_[place]) - 1;
    const Node& node = nodes[known];
    if (node.operation == operation && node.a == a && node.b == b && node.c == c) return known;
  }
  if (nodes.size() >= MAXIMUM_NODES) throw Unsupported("the circuit computes too many values");
  nodes.push_back({a, b, c, operation, is_bool});
  index_[place] = tag | nodes.size();
  return static_cast<NodeId>(nodes.size() - 1);
}

void Graph::grow_index() {
  std::vector<uint64_t> larger(index_.size() * 2, 0);
  const size_t mask = larger.size() - 1;
  for (size_t id = 0; id < nodes.size(); id++) {
    const Node& node = nodes[id];
    const uint64_t hash = hash_node(node.operation, node.a, node.b, node.c);
    size_t place = hash & mask;
    while (larger[place] != 0) place = (place + 1) & mask;
    larger[place] = (hash & 0xffffffff00000000) | (id + 1);
  }
  index_ = std::move(larger);
}

NodeId Graph::constant(const Scalar& canonical) {
  if ((constants.size() + 1) * 2 > constant_index_.size()) grow_constant_index();
  const size_t mask = constant_index_.size() - 1;
  size_t place = hash_scalar(canonical) & mask;
  for (; constant_index_[place] != 0; place = (place + 1) & mask) {
    const NodeId known = constant_index_[place] - 1;
    if (constants[nodes[known].a] == canonical) return known;
  }
  constants.push_back(canonical);
  const bool is_bool = canonical == ZERO || canonical == ONE;
  const NodeId node = make(Operation::constant, static_cast<NodeId>(constants.size() - 1), 0, 0, is_bool);
  constant_index_[place] = node + 1;
  return node;
}

void Graph::grow_constant_index() {
  std::vector<uint32_t> larger(constant_index_.size() * 2, 0);
  const size_t mask = larger.size() - 1;
  for (const uint32_t entry : constant_index_) {
    if (entry == 0) continue;
    size_t place = hash_scalar(constants[nodes[entry - 1].a]) & mask;
    while (larger[place] != 0) place = (place + 1) & mask;
    larger[place] = entry;
  }
  constant_index_ = std::move(larger);
}

NodeId Graph::number(int64_t value) {
  const Scalar magnitude = {{value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value), 0, 0, 0}};
  return constant(value < 0 ? witness::negate(magnitude) : magnitude);
}

NodeId Graph::input(uint32_t index) { return make(Operation::input, index, 0, 0, false); }

const Scalar* Graph::constant_of(NodeId node) const {
  return nodes[node].operation == Operation::constant ? &constants[nodes[node].a] : nullptr;
}

bool Graph::is_constant(NodeId node, const Scalar& value) const {
  const Scalar* known = constant_of(node);
  return known != nullptr && *known == value;
}

NodeId Graph::add(NodeId a, NodeId b) {
  const Scalar *left = constant_of(a), *right = constant_of(b);
  if (left && right) return constant(witness::add(*left, *right));
  if (left && *left == ZERO) return b;
  if (right && *right == ZERO) return a;
  return make(Operation::add, std::min(a, b), std::max(a, b), 0, false);
}

NodeId Graph::subtract(NodeId a, NodeId b) {
  const Scalar *left = constant_of(a), *right = constant_of(b);
  if (left && right) return constant(witness::subtract(*left, *right));
  if (right && *right == ZERO) return a;
  if (a == b) return constant(ZERO);
  if (left && *left == ZERO) return negate(b);
  if (left && *left == ONE && nodes[b].is_bool) return logical_not(b);
  return make(Operation::subtract, a, b, 0, false);
}

NodeId Graph::negate(NodeId a) {
  if (const Scalar* value = constant_of(a)) return constant(witness::negate(*value));
  if (nodes[a].operation == Operation::negate) return nodes[a].a;
  return make(Operation::negate, a, 0, 0, false);
}

NodeId Graph::multiply(NodeId a, NodeId b) {
  const Scalar *left = constant_of(a), *right = constant_of(b);
  if (left && right) return constant(multiply_canonical(*left, *right));
  if (right) {
    std::swap(a, b);
    std::swap(left, right);
  }
  if (left && *left == ZERO) return a;
  if (left && *left == ONE) return b;
  if (nodes[a].is_bool && nodes[b].is_bool) return logical_and(a, b);
  // bit * (bit - 1) is 0.
  const auto is_one_less = [this](NodeId bit, NodeId other) {
    return nodes[bit].is_bool && nodes[other].operation == Operation::subtract && nodes[other].a == bit &&
           is_constant(nodes[other].b, ONE);
  };
  if (is_one_less(a, b) || is_one_less(b, a)) return constant(ZERO);
  return make(Operation::multiply, left ? a : std::min(a, b), left ? b : std::max(a, b), 0, false);
}

NodeId Graph::invert(NodeId a) {
  if (const Scalar* value = constant_of(a)) {
    using M = PortableMultiplier;
    const Scalar inverse = invert_montgomery<M>(M::multiply(*value, MONTGOMERY_SQUARE));
    return constant(M::multiply(inverse, ONE));
  }
  return nodes[a].is_bool ? a : make(Operation::invert, a, 0, 0, false);
}

NodeId Graph::shift(NodeId a, NodeId amount, bool left) {
  const Scalar *value = constant_of(a), *by = constant_of(amount);
  if (value && by) return constant(witness::shift(*value, *by, left));
  if (by && !left && !is_negative(*by)) {
    if ((by->limb[1] | by->limb[2] | by->limb[3]) != 0 || by->limb[0] >= 254) return constant(ZERO);
    if (by->limb[0] == 0) return a;
    return make(Operation::shift_right_by, a, static_cast<NodeId>(by->limb[0]), 0, false);
  }
  return make(left ? Operation::shift_left : Operation::shift_right, a, amount, 0, false);
}

NodeId Graph::quotient(NodeId a, NodeId b) {
  const Scalar *value = constant_of(a), *by = constant_of(b);
  if (by && *by == ZERO) return constant(ZERO);
  if (value && by) {
    Scalar quotient, remainder;
    divide(*value, *by, quotient, remainder);
    return constant(quotient);
  }
  if (by) {
    if (const auto bits = log2_of(*by)) return shift(a, number(*bits), false);
  }
  return make(Operation::quotient, a, b, 0, false);
}

NodeId Graph::remainder(NodeId a, NodeId b) {
  const Scalar *value = constant_of(a), *by = constant_of(b);
  if (by && *by == ZERO) return constant(ZERO);
  if (value && by) {
    Scalar quotient, remainder;
    divide(*value, *by, quotient, remainder);
    return constant(remainder);
  }
  if (by && *by == Scalar{{2, 0, 0, 0}}) return bitwise(Operation::bit_and, a, constant(ONE));
  return make(Operation::remainder, a, b, 0, false);
}

NodeId Graph::power(NodeId a, NodeId b) {
  const Scalar *base = constant_of(a), *exponent = constant_of(b);
  if (base && exponent) {
    using M = PortableMultiplier;
    const Scalar result = power_montgomery<M>(M::multiply(*base, MONTGOMERY_SQUARE), *exponent);
    return constant(M::multiply(result, ONE));
  }
  if (exponent && *exponent == ONE) return a;
  if (exponent && *exponent == Scalar{{2, 0, 0, 0}}) return multiply(a, a);
  return make(Operation::power, a, b, 0, false);
}

NodeId Graph::bitwise(Operation operation, NodeId a, NodeId b) {
  const Scalar *left = constant_of(a), *right = constant_of(b);
  if (left && right) return constant(fold_bitwise(operation, *left, *right));
  if (operation == Operation::bit_and) {
    if (left) {
      std::swap(a, b);
      std::swap(left, right);
    }
    if (right && *right == ZERO) return b;
    if (right && *right == ONE) {
      if (nodes[a].is_bool) return a;
      const Node& word = nodes[a];
      const bool shifted = word.operation == Operation::shift_right_by;
      return make(Operation::bit, shifted ? word.a : a, shifted ? word.b : 0, 0, true);
    }
    return make(operation, a, b, 0, nodes[a].is_bool || nodes[b].is_bool);
  }
  return make(operation, std::min(a, b), std::max(a, b), 0, nodes[a].is_bool && nodes[b].is_bool);
}

NodeId Graph::bit_not(NodeId a) {
  if (const Scalar* value = constant_of(a)) {
    return constant(adjust_word({{~value->limb[0], ~value->limb[1], ~value->limb[2], ~value->limb[3]}}));
  }
  return make(Operation::bit_not, a, 0, 0, false);
}

NodeId Graph::equal(NodeId a, NodeId b) {
  const Scalar *left = constant_of(a), *right = constant_of(b);
  if (a == b) return constant(ONE);
  if (left && right) return constant(*left == *right ? ONE : ZERO);
  if (left) {
    std::swap(a, b);
    std::swap(left, right);
  }
  if (right && nodes[a].is_bool) {
    if (*right == ZERO) return logical_not(a);
    return *right == ONE ? a : constant(ZERO);
  }
  if (right && *right == ZERO && nodes[a].operation == Operation::subtract) {
    return equal(nodes[a].a, nodes[a].b);
  }
  return make(Operation::equal, right ? a : std::min(a, b), right ? b : std::max(a, b), 0, true);
}

NodeId Graph::less(NodeId a, NodeId b) {
  const Scalar *left = constant_of(a), *right = constant_of(b);
  if (a == b) return constant(ZERO);
  if (left && right) return constant(less_than_signed(*left, *right) ? ONE : ZERO);
  return make(Operation::less, a, b, 0, true);
}

NodeId Graph::logical_not(NodeId a) {
  if (const Scalar* value = constant_of(a)) return constant(value->is_zero() ? ONE : ZERO);
  if (!nodes[a].is_bool) return equal(a, constant(ZERO));
  if (nodes[a].operation == Operation::logical_not) return nodes[a].a;
  return make(Operation::logical_not, a, 0, 0, true);
}

NodeId Graph::truth(NodeId a) {
  if (nodes[a].is_bool) return a;
  return logical_not(equal(a, constant(ZERO)));
}

NodeId Graph::logical_and(NodeId a, NodeId b) {
  const Scalar *left = constant_of(a), *right = constant_of(b);
  if (left) return left->is_zero() ? constant(ZERO) : truth(b);
  if (right) return right->is_zero() ? constant(ZERO) : truth(a);
  if (a == b) return truth(a);
  return make(Operation::logical_and, std::min(a, b), std::max(a, b), 0, true);
}

NodeId Graph::logical_or(NodeId a, NodeId b) {
  const Scalar *left = constant_of(a), *right = constant_of(b);
  if (left) return left->is_zero() ? truth(b) : constant(ONE);
  if (right) return right->is_zero() ? truth(a) : constant(ONE);
  if (a == b) return truth(a);
  return make(Operation::logical_or, std::min(a, b), std::max(a, b), 0, true);
}

NodeId Graph::select(NodeId condition, NodeId a, NodeId b) {
  if (const Scalar* value = constant_of(condition)) return value->is_zero() ? b : a;
  if (a == b) return a;
  if (nodes[condition].operation == Operation::logical_not) {
    std::swap(a, b);
    condition = nodes[condition].a;
  }
  if (is_constant(a, ONE) && is_constant(b, ZERO)) return truth(condition);
  if (is_constant(a, ZERO) && is_constant(b, ONE)) return logical_not(condition);
  return make(Operation::select, a, b, condition, nodes[a].is_bool && nodes[b].is_bool);
}

NodeId Graph::gather(NodeId index, GatherTable table) {
  if (const Scalar* value = constant_of(index)) {
    const auto integer = small_integer(*value);
    if (integer && *integer >= table.first && *integer - table.first < static_cast<int64_t>(table.entries.size())) {
      const NodeId entry = table.entries[static_cast<size_t>(*integer - table.first)];
      if (entry != NO_NODE) return entry;
    }
    throw Unsupported("an index is outside of its array");
  }
  for (size_t known = tables.size() - std::min<size_t>(tables.size(), 4); known < tables.size(); known++) {
    if (tables[known].first == table.first && tables[known].entries == table.entries) {
      return make(Operation::gather, index, static_cast<NodeId>(known), 0, false);
    }
  }
  table_entries_ += table.entries.size();
  if (table_entries_ > MAXIMUM_TABLE_ENTRIES) throw Unsupported("the circuit's tables are too large");
  tables.push_back(std::move(table));
  return make(Operation::gather, index, static_cast<NodeId>(tables.size() - 1), 0, false);
}

std::optional<Interval> Graph::interval(NodeId node) const { return compute_interval(node, 0); }

std::optional<Interval> Graph::compute_interval(NodeId id, int depth) const {
  const Node& node = nodes[id];
  if (const Scalar* value = constant_of(id)) {
    const auto integer = small_integer(*value);
    if (!integer) return std::nullopt;
    return Interval{*integer, *integer};
  }
  if (node.is_bool) return Interval{0, 1};
  if (depth == INTERVAL_DEPTH) return std::nullopt;
  switch (node.operation) {
    case Operation::bit_and:
    case Operation::remainder: {
      const auto bound = compute_interval(node.b, depth + 1);
      if (!bound || bound->low < 0) return std::nullopt;
      return Interval{0, node.operation == Operation::bit_and ? bound->high : bound->high - 1};
    }
    case Operation::shift_right_by: {
      if (node.b >= 254 - 30) return Interval{0, (int64_t{1} << (254 - node.b)) - 1};
      const auto range = compute_interval(node.a, depth + 1);
      if (!range || range->low < 0) return std::nullopt;
      return node.b >= 63 ? Interval{0, 0} : Interval{range->low >> node.b, range->high >> node.b};
    }
    case Operation::select: {
      const auto a = compute_interval(node.a, depth + 1), b = compute_interval(node.b, depth + 1);
      if (!a || !b) return std::nullopt;
      return Interval{std::min(a->low, b->low), std::max(a->high, b->high)};
    }
    default:
      return arithmetic_interval(node, depth);
  }
}

std::optional<Interval> Graph::arithmetic_interval(const Node& node, int depth) const {
  const bool binary = node.operation == Operation::add || node.operation == Operation::subtract ||
                      node.operation == Operation::multiply;
  if (!binary && node.operation != Operation::negate) return std::nullopt;
  const auto a = compute_interval(node.a, depth + 1);
  if (!a) return std::nullopt;
  if (node.operation == Operation::negate) return Interval{-a->high, -a->low};
  const auto b = compute_interval(node.b, depth + 1);
  if (!b) return std::nullopt;
  __int128 corners[4];
  int count = 2;
  if (node.operation == Operation::add) {
    corners[0] = static_cast<__int128>(a->low) + b->low;
    corners[1] = static_cast<__int128>(a->high) + b->high;
  } else if (node.operation == Operation::subtract) {
    corners[0] = static_cast<__int128>(a->low) - b->high;
    corners[1] = static_cast<__int128>(a->high) - b->low;
  } else {
    count = 4;
    corners[0] = static_cast<__int128>(a->low) * b->low;
    corners[1] = static_cast<__int128>(a->low) * b->high;
    corners[2] = static_cast<__int128>(a->high) * b->low;
    corners[3] = static_cast<__int128>(a->high) * b->high;
  }
  const __int128 low = *std::min_element(corners, corners + count);
  const __int128 high = *std::max_element(corners, corners + count);
  if (low < -INTERVAL_LIMIT || high > INTERVAL_LIMIT) return std::nullopt;
  return Interval{static_cast<int64_t>(low), static_cast<int64_t>(high)};
}

}  // namespace catalyze::witness
