// From graph to program: which nodes are needed, in which order, in which form, in which slot.
#include <algorithm>

#include "program.hpp"

namespace catalyze::witness {

namespace {

constexpr uint32_t NONE = 0xffffffff;
constexpr uint32_t MAXIMUM_SLOTS = 1u << 24;

/** The form a value is computed in; `either` for constants and bits, which have both. */
enum class Form : uint8_t { canonical, montgomery, either };

/** Calls a function with every operand of a node. */
template <class Visit>
void visit_operands(const Graph& graph, const Node& node, Visit visit) {
  switch (node.operation) {
    case Operation::input:
    case Operation::constant:
      return;
    case Operation::negate:
    case Operation::invert:
    case Operation::bit:
    case Operation::shift_right_by:
    case Operation::bit_not:
    case Operation::logical_not:
      return visit(node.a);
    case Operation::gather:
      visit(node.a);
      for (const NodeId entry : graph.tables[node.b].entries) {
        if (entry != NO_NODE) visit(entry);
      }
      return;
    case Operation::select:
      visit(node.c);
      [[fallthrough]];
    default:
      visit(node.a);
      visit(node.b);
  }
}

/** Emits steps over numbered values, each assigned once; constants and inputs come first. */
class Emitter {
 public:
  explicit Emitter(const Circuit& circuit)
      : circuit_(circuit), graph_(circuit.graph), count_(graph_.nodes.size()), needed_(count_), form_(count_),
        canonical_(count_, NONE), montgomery_(count_, NONE), first_wire_(count_, NONE),
        next_wire_(circuit.wires.size(), NONE), checked_(count_) {}

  void emit_all() {
    mark_needed();
    for (uint32_t wire = 0; wire < circuit_.wires.size(); wire++) {
      next_wire_[wire] = first_wire_[circuit_.wires[wire]];
      first_wire_[circuit_.wires[wire]] = wire;
    }
    collect_constants();
    for (const auto& level : levels()) emit_level(level);
  }

  std::vector<Step> steps;
  std::vector<SlotPair> inversions;
  std::vector<SlotTable> tables;
  std::vector<Scalar> constants;
  uint32_t value_count = 0;

 private:
  using Level = std::pair<std::vector<NodeId>, std::vector<NodeId>>;

  const Node& node(NodeId id) const { return graph_.nodes[id]; }

  /** Equality that is only checked is compared in place. */
  bool is_checked_equality(NodeId id) const { return checked_[id] && node(id).operation == Operation::equal; }

  void mark_needed() {
    for (const NodeId wire : circuit_.wires) needed_[wire] = true;
    for (const NodeId check : circuit_.checks) {
      checked_[check] = true;
      if (node(check).operation == Operation::equal) {
        needed_[node(check).a] = needed_[node(check).b] = true;
      } else {
        needed_[check] = true;
      }
    }
    for (size_t id = count_; id > 0; id--) {
      if (!needed_[id - 1]) continue;
      visit_operands(graph_, graph_.nodes[id - 1], [this](NodeId operand) { needed_[operand] = true; });
    }
  }

  /** Values 0 and 1, then both forms of every needed constant, then the inputs. */
  void collect_constants() {
    const auto add_constant = [this](const Scalar& value) {
      constants.push_back(value);
      return value_count++;
    };
    for (NodeId id = 0; id < count_; id++) {
      if (node(id).operation != Operation::constant) continue;
      form_[id] = Form::either;
      const Scalar& value = graph_.constants[node(id).a];
      if (id > 1 && !needed_[id]) continue;
      canonical_[id] = add_constant(value);
      montgomery_[id] = value.is_zero() ? canonical_[id]
                                        : add_constant(PortableMultiplier::multiply(value, MONTGOMERY_SQUARE));
    }
    first_input_ = value_count;
    value_count += circuit_.input_count;
  }

  /** Nodes by the number of inversions before them; within a level its inversions first, then the rest in order. */
  std::vector<Level> levels() const {
    std::vector<uint32_t> depth(count_, 0);
    std::vector<Level> levels(1);
    for (NodeId id = 0; id < count_; id++) {
      if (!needed_[id] && !checked_[id]) continue;
      uint32_t level = 0;
      visit_operands(graph_, node(id), [&](NodeId operand) { level = std::max(level, depth[operand]); });
      const bool inverts = node(id).operation == Operation::invert;
      if (inverts) level++;
      depth[id] = level;
      if (level >= levels.size()) levels.resize(level + 1);
      (inverts ? levels[level].first : levels[level].second).push_back(id);
    }
    return levels;
  }

  void emit_level(const Level& level) {
    if (!level.first.empty()) {
      const auto first = static_cast<uint32_t>(inversions.size());
      for (const NodeId id : level.first) {
        const uint32_t source = montgomery(node(id).a);
        inversions.push_back({0, source});
      }
      for (size_t i = 0; i < level.first.size(); i++) {
        inversions[first + i].destination = set(level.first[i], Form::montgomery);
      }
      steps.push_back({first, 0, static_cast<uint32_t>(level.first.size()),
                       static_cast<uint32_t>(StepKind::invert_batch)});
      for (const NodeId id : level.first) finish(id);
    }
    for (const NodeId id : level.second) {
      if (is_checked_equality(id)) {
        const auto [a, b] = comparable(node(id).a, node(id).b);
        push(StepKind::check_equal, NONE, a, b);
        if (!needed_[id]) continue;
      }
      emit(id);
      finish(id);
    }
  }

  /** Outputs and checks of a computed node. */
  void finish(NodeId id) {
    for (uint32_t wire = first_wire_[id]; wire != NONE; wire = next_wire_[wire]) {
      push(StepKind::output, NONE, canonical(id), wire);
    }
    if (checked_[id] && !is_checked_equality(id)) push(StepKind::check, NONE, any(id), 0);
  }

  void push(StepKind kind, uint32_t destination, uint32_t a, uint32_t b, uint32_t c = 0) {
    steps.push_back({destination, a, b, static_cast<uint32_t>(kind)});
    extra_.resize(steps.size(), 0);
    extra_.back() = c;
  }

  uint32_t set(NodeId id, Form form) {
    const uint32_t value = value_count++;
    form_[id] = node(id).is_bool ? Form::either : form;
    (form == Form::montgomery ? montgomery_ : canonical_)[id] = value;
    return value;
  }

  uint32_t canonical(NodeId id) {
    if (canonical_[id] == NONE) {
      const uint32_t value = value_count++;
      push(StepKind::to_canonical, value, montgomery_[id], 0);
      canonical_[id] = value;
    }
    return canonical_[id];
  }

  uint32_t montgomery(NodeId id) {
    if (montgomery_[id] == NONE) {
      const uint32_t value = value_count++;
      push(node(id).is_bool ? StepKind::bool_to_montgomery : StepKind::to_montgomery, value, canonical_[id], 0);
      montgomery_[id] = value;
    }
    return montgomery_[id];
  }

  uint32_t in_form(NodeId id, Form form) {
    return form == Form::montgomery ? montgomery(id) : canonical(id);
  }

  /** Whichever form there is: zero is zero in both. */
  uint32_t any(NodeId id) const { return canonical_[id] != NONE ? canonical_[id] : montgomery_[id]; }

  /** The form in which two values meet with the fewest conversions. */
  Form common_form(NodeId a, NodeId b) const {
    return form_[a] == Form::montgomery || form_[b] == Form::montgomery ? Form::montgomery : Form::canonical;
  }

  std::pair<uint32_t, uint32_t> comparable(NodeId a, NodeId b) {
    const Form form = common_form(a, b);
    const uint32_t left = in_form(a, form);
    return {left, in_form(b, form)};
  }

  bool is_constant(NodeId id) const { return node(id).operation == Operation::constant; }

  void emit_multiply(NodeId id) {
    NodeId a = node(id).a, b = node(id).b;
    if (node(b).is_bool) std::swap(a, b);
    if (node(a).is_bool) {
      const Form form = form_[b] == Form::montgomery ? Form::montgomery : Form::canonical;
      const uint32_t value = in_form(b, form), zero = canonical_[0];
      return push(StepKind::select, set(id, form), value, zero, any(a));
    }
    if (is_constant(b)) std::swap(a, b);
    if (is_constant(a)) {
      const Form form = form_[b];
      const uint32_t value = in_form(b, form);
      return push(StepKind::multiply, set(id, form), montgomery_[a], value);
    }
    const uint32_t left = montgomery(a), right = montgomery(b);
    push(StepKind::multiply, set(id, Form::montgomery), left, right);
  }

  void emit_linear(NodeId id, StepKind kind) {
    const Form form = common_form(node(id).a, node(id).b);
    const uint32_t a = in_form(node(id).a, form), b = in_form(node(id).b, form);
    push(kind, set(id, form), a, b);
  }

  void emit_words(NodeId id, StepKind kind) {
    const uint32_t a = canonical(node(id).a), b = canonical(node(id).b);
    push(kind, set(id, Form::canonical), a, b);
  }

  void emit_gather(NodeId id) {
    const GatherTable& table = graph_.tables[node(id).b];
    bool all_canonical = true;
    for (const NodeId entry : table.entries) {
      if (entry != NO_NODE && form_[entry] != Form::canonical) all_canonical = false;
    }
    const Form form = all_canonical ? Form::canonical : Form::montgomery;
    SlotTable slots{table.first, {}};
    for (const NodeId entry : table.entries) slots.slots.push_back(entry == NO_NODE ? NONE : in_form(entry, form));
    tables.push_back(std::move(slots));
    const uint32_t index = canonical(node(id).a);
    push(StepKind::gather, set(id, form), index, static_cast<uint32_t>(tables.size() - 1));
  }

  void emit_truth(NodeId id, StepKind kind) {
    const uint32_t a = any(node(id).a), b = kind == StepKind::logical_not ? 0 : any(node(id).b);
    push(kind, set(id, Form::canonical), a, b);
  }

  void emit(NodeId id) {
    const Node& n = node(id);
    switch (n.operation) {
      case Operation::constant:
      case Operation::invert:
        return;
      case Operation::input:
        form_[id] = Form::canonical;
        canonical_[id] = first_input_ + n.a;
        return;
      case Operation::add:
        return emit_linear(id, StepKind::add);
      case Operation::subtract:
        return emit_linear(id, StepKind::subtract);
      case Operation::negate: {
        const Form form = form_[n.a] == Form::montgomery ? Form::montgomery : Form::canonical;
        const uint32_t a = in_form(n.a, form);
        return push(StepKind::negate, set(id, form), a, 0);
      }
      case Operation::multiply:
        return emit_multiply(id);
      case Operation::bit:
      case Operation::shift_right_by: {
        const uint32_t a = canonical(n.a);
        const auto kind = n.operation == Operation::bit ? StepKind::bit : StepKind::shift_right_by;
        return push(kind, set(id, Form::canonical), a, n.b);
      }
      case Operation::power: {
        const uint32_t base = montgomery(n.a), exponent = canonical(n.b);
        return push(StepKind::power, set(id, Form::montgomery), base, exponent);
      }
      case Operation::bit_not: {
        const uint32_t a = canonical(n.a);
        return push(StepKind::bit_not, set(id, Form::canonical), a, 0);
      }
      case Operation::equal: {
        const auto [a, b] = comparable(n.a, n.b);
        return push(StepKind::equal, set(id, Form::canonical), a, b);
      }
      case Operation::select: {
        const Form form = common_form(n.a, n.b);
        const uint32_t a = in_form(n.a, form), b = in_form(n.b, form);
        return push(StepKind::select, set(id, form), a, b, any(n.c));
      }
      case Operation::gather:
        return emit_gather(id);
      default:
        return emit_by_kind(id);
    }
  }

  void emit_by_kind(NodeId id) {
    switch (node(id).operation) {
      case Operation::shift_left: return emit_words(id, StepKind::shift_left);
      case Operation::shift_right: return emit_words(id, StepKind::shift_right);
      case Operation::quotient: return emit_words(id, StepKind::quotient);
      case Operation::remainder: return emit_words(id, StepKind::remainder);
      case Operation::bit_and: return emit_words(id, StepKind::bit_and);
      case Operation::bit_or: return emit_words(id, StepKind::bit_or);
      case Operation::bit_xor: return emit_words(id, StepKind::bit_xor);
      case Operation::less: return emit_words(id, StepKind::less);
      case Operation::logical_not: return emit_truth(id, StepKind::logical_not);
      case Operation::logical_and: return emit_truth(id, StepKind::logical_and);
      case Operation::logical_or: return emit_truth(id, StepKind::logical_or);
      default: throw Unsupported("a value has no native form");
    }
  }

  const Circuit& circuit_;
  const Graph& graph_;
  const size_t count_;
  std::vector<bool> needed_;
  std::vector<Form> form_;
  std::vector<uint32_t> canonical_, montgomery_;
  std::vector<uint32_t> first_wire_, next_wire_;
  std::vector<bool> checked_;
  uint32_t first_input_ = 0;

 public:
  /** Operand c of every step, before slots are known. */
  std::vector<uint32_t> extra_;
};

/** Calls a function with a reference to every operand slot of a step. */
template <class Visit>
void visit_slots(Step& step, uint32_t& c, std::vector<SlotPair>& inversions, std::vector<SlotTable>& tables,
                 Visit visit) {
  switch (step.kind()) {
    case StepKind::negate:
    case StepKind::to_montgomery:
    case StepKind::to_canonical:
    case StepKind::bool_to_montgomery:
    case StepKind::bit:
    case StepKind::shift_right_by:
    case StepKind::bit_not:
    case StepKind::logical_not:
    case StepKind::output:
    case StepKind::check:
      return visit(step.a);
    case StepKind::gather:
      visit(step.a);
      for (uint32_t& slot : tables[step.b].slots) {
        if (slot != NONE) visit(slot);
      }
      return;
    case StepKind::invert_batch:
      for (uint32_t i = 0; i < step.b; i++) visit(inversions[step.destination + i].source);
      return;
    case StepKind::select:
      visit(c);
      [[fallthrough]];
    default:
      visit(step.a);
      visit(step.b);
  }
}

/** Gives every value a slot; a slot is free again after the last use of its value. */
class SlotAllocator {
 public:
  SlotAllocator(Emitter& emitter, uint32_t fixed)
      : emitter_(emitter), last_use_(emitter.value_count, 0), slot_(emitter.value_count, NONE), fixed_(fixed) {
    for (uint32_t value = 0; value < fixed; value++) slot_[value] = value;
    slot_count = fixed;
  }

  void allocate() {
    auto& steps = emitter_.steps;
    emitter_.extra_.resize(steps.size(), 0);
    for (uint32_t i = 0; i < steps.size(); i++) {
      visit_slots(steps[i], emitter_.extra_[i], emitter_.inversions, emitter_.tables,
                  [&](uint32_t& value) { last_use_[value] = i; });
    }
    for (uint32_t i = 0; i < steps.size(); i++) assign(steps[i], i);
    if (slot_count > MAXIMUM_SLOTS) throw Unsupported("the circuit needs too many values at once");
  }

  uint32_t slot_count = 0;

 private:
  uint32_t take(uint32_t value) {
    if (free_.empty()) {
      slot_[value] = slot_count++;
    } else {
      slot_[value] = free_.back();
      free_.pop_back();
    }
    return slot_[value];
  }

  void assign(Step& step, uint32_t index) {
    uint32_t& c = emitter_.extra_[index];
    std::vector<uint32_t>& freed = freed_;
    freed.clear();
    visit_slots(step, c, emitter_.inversions, emitter_.tables, [&](uint32_t& value) {
      if (value >= fixed_ && last_use_[value] == index) freed.push_back(value);
      value = slot_[value];
    });
    const bool batch = step.kind() == StepKind::invert_batch;
    if (batch) {
      for (uint32_t i = 0; i < step.b; i++) {
        SlotPair& pair = emitter_.inversions[step.destination + i];
        pair.destination = take(pair.destination);
      }
    }
    std::sort(freed.begin(), freed.end());
    freed.erase(std::unique(freed.begin(), freed.end()), freed.end());
    for (const uint32_t value : freed) free_.push_back(slot_[value]);
    if (!batch && step.destination != NONE) {
      const uint32_t value = step.destination;
      step.destination = take(value);
      if (last_use_[value] <= index) free_.push_back(step.destination);  // computed but never used
    }
    step.c_and_kind |= c << 8;
  }

  Emitter& emitter_;
  std::vector<uint32_t> last_use_;
  std::vector<uint32_t> slot_;
  std::vector<uint32_t> free_, freed_;
  uint32_t fixed_;
};

}  // namespace

Program compile(const Circuit& circuit) {
  Emitter emitter(circuit);
  emitter.emit_all();
  SlotAllocator allocator(emitter, static_cast<uint32_t>(emitter.constants.size()) + circuit.input_count);
  allocator.allocate();
  Program program;
  program.steps = std::move(emitter.steps);
  program.steps.shrink_to_fit();
  program.inversions = std::move(emitter.inversions);
  program.tables = std::move(emitter.tables);
  program.constants = std::move(emitter.constants);
  program.input_count = circuit.input_count;
  program.slot_count = allocator.slot_count;
  program.wire_count = static_cast<uint32_t>(circuit.wires.size());
  return program;
}

}  // namespace catalyze::witness
