// Words carry marks: plain, first word of an element (its node), further word of one, or unknown after a merge of
// different contents or a partial overwrite. Only reading an unknown word is an error.
#include "memory.hpp"

#include <algorithm>

namespace catalyze::witness {

namespace {

constexpr uint32_t MAXIMUM_PAGES = 1u << 13;
constexpr size_t MAXIMUM_RECORDS = 32u << 20;

const WordState* find(const std::vector<WordState>& states, uint32_t word) {
  const auto found = std::lower_bound(states.begin(), states.end(), word,
                                      [](const WordState& state, uint32_t key) { return state.word < key; });
  return found != states.end() && found->word == word ? &*found : nullptr;
}

}  // namespace

Memory::Memory(const Module& module, Graph& graph) : graph_(graph) {
  if (module.memory_pages > MAXIMUM_PAGES) throw Unsupported("the program uses too much memory");
  plain_.resize(size_t{module.memory_pages} << 14);
  mark_.resize(plain_.size(), PLAIN);
  auto* bytes = reinterpret_cast<uint8_t*>(plain_.data());
  for (const DataSegment& segment : module.data) {
    if (segment.length > 0) std::memcpy(bytes + segment.address, segment.bytes, segment.length);
  }
}

bool Memory::grow(uint32_t pages) {
  if (pages > MAXIMUM_PAGES || this->pages() + pages > MAXIMUM_PAGES) return false;
  plain_.resize(plain_.size() + (size_t{pages} << 14));
  mark_.resize(plain_.size(), PLAIN);
  return true;
}

uint32_t Memory::word_of(uint32_t address, uint32_t words) const {
  if (address % 4 != 0) throw Unsupported("an access is not aligned");
  if (uint64_t{address / 4} + words > plain_.size()) throw Unsupported("an access lies outside of the memory");
  return address / 4;
}

uint32_t Memory::load(uint32_t address) const {
  if (address % 4 != 0) {
    uint32_t value = 0;
    for (uint32_t i = 0; i < 4; i++) value |= uint32_t{load_byte(address + i)} << (8 * i);
    return value;
  }
  const uint32_t word = word_of(address, 1);
  if (mark_[word] != PLAIN) throw Unsupported("the words of a field element are read as such");
  return plain_[word];
}

uint8_t Memory::load_byte(uint32_t address) const {
  return static_cast<uint8_t>(load(address & ~3u) >> (8 * (address & 3)));
}

void Memory::store(uint32_t address, uint32_t value) {
  const uint32_t word = word_of(address, 1);
  if (mark_[word] != PLAIN) detach(word, 1);
  set(word, value, PLAIN);
}

void Memory::record(uint32_t word) {
  if (undo_.size() >= MAXIMUM_RECORDS) throw Unsupported("a branch writes too much");
  undo_.push_back({word, plain_[word], mark_[word]});
}

void Memory::set(uint32_t word, uint32_t plain, uint32_t mark) {
  if (recording_ > 0) record(word);
  plain_[word] = plain;
  mark_[word] = mark;
}

/** Before words are overwritten: the rest of elements that they cut becomes unknown. */
void Memory::detach(uint32_t word, uint32_t words) {
  if (mark_[word] == BODY) {
    uint32_t head = word;
    while (head > 0 && mark_[head] == BODY) set(head, 0, UNKNOWN), head--;
    set(head, 0, UNKNOWN);
  }
  for (uint32_t tail = word + words; tail < mark_.size() && mark_[tail] == BODY; tail++) set(tail, 0, UNKNOWN);
}

/** The element in ten words, NO_NODE when they are something else. */
NodeId Memory::decode(const WordState* words) {
  if (words[0].mark >= FIRST_NODE) return words[0].mark - FIRST_NODE;
  for (uint32_t i = 0; i < 2; i++) {
    if (words[i].mark != PLAIN) return NO_NODE;
  }
  const uint32_t flags = words[1].plain;
  if ((flags & 0x80000000) == 0) {
    return graph_.number(static_cast<int32_t>(words[0].plain));
  }
  Scalar value;
  for (uint32_t i = 0; i < 4; i++) {
    const WordState &low = words[2 + 2 * i], &high = words[3 + 2 * i];
    if (low.mark != PLAIN || high.mark != PLAIN) return NO_NODE;
    value.limb[i] = uint64_t{high.plain} << 32 | low.plain;
  }
  if (!less_than(value, MODULUS)) return NO_NODE;
  const bool montgomery = (flags & 0x40000000) != 0;
  return graph_.constant(montgomery ? PortableMultiplier::multiply(value, ONE) : value);
}

NodeId Memory::try_read(uint32_t address) {
  if (address % 4 != 0 || uint64_t{address / 4} + ELEMENT_WORDS > plain_.size()) return NO_NODE;
  const uint32_t word = address / 4;
  if (mark_[word] >= FIRST_NODE) return mark_[word] - FIRST_NODE;
  WordState words[ELEMENT_WORDS];
  for (uint32_t i = 0; i < ELEMENT_WORDS; i++) words[i] = {word + i, plain_[word + i], mark_[word + i]};
  return decode(words);
}

NodeId Memory::read(uint32_t address) {
  const NodeId node = try_read(address);
  if (node == NO_NODE) throw Unsupported("a field element is read where there is none");
  if (mark_[address / 4] == PLAIN) write(address, node);  // so that it is decoded once
  return node;
}

void Memory::write(uint32_t address, NodeId node) {
  const uint32_t word = word_of(address, ELEMENT_WORDS);
  if (mark_[word] >= FIRST_NODE && recording_ == 0) {
    mark_[word] = node + FIRST_NODE;
    return;
  }
  detach(word, ELEMENT_WORDS);
  set(word, 0, node + FIRST_NODE);
  for (uint32_t i = 1; i < ELEMENT_WORDS; i++) set(word + i, 0, BODY);
}

size_t Memory::begin() {
  recording_++;
  return undo_.size();
}

void Memory::end() {
  if (--recording_ == 0) undo_.clear();
}

std::vector<WordState> Memory::capture(size_t since) const {
  std::vector<WordState> states;
  states.reserve(undo_.size() - since);
  for (size_t i = since; i < undo_.size(); i++) {
    const uint32_t word = undo_[i].word;
    states.push_back({word, plain_[word], mark_[word]});
  }
  const auto by_word = [](const WordState& a, const WordState& b) { return a.word < b.word; };
  std::sort(states.begin(), states.end(), by_word);
  const auto same_word = [](const WordState& a, const WordState& b) { return a.word == b.word; };
  states.erase(std::unique(states.begin(), states.end(), same_word), states.end());
  return states;
}

void Memory::rollback(size_t since) {
  while (undo_.size() > since) {
    const WordState& state = undo_.back();
    plain_[state.word] = state.plain;
    mark_[state.word] = state.mark;
    undo_.pop_back();
  }
}

void Memory::apply(const std::vector<WordState>& captured) {
  for (const WordState& state : captured) set(state.word, state.plain, state.mark);
}

void Memory::merge(size_t since, const std::vector<WordState>& captured, NodeId condition) {
  // What the words written by the current branch held before it, first record of each word.
  std::vector<WordState> before(undo_.begin() + static_cast<std::ptrdiff_t>(since), undo_.end());
  const auto by_word = [](const WordState& a, const WordState& b) { return a.word < b.word; };
  std::stable_sort(before.begin(), before.end(), by_word);
  const auto same_word = [](const WordState& a, const WordState& b) { return a.word == b.word; };
  before.erase(std::unique(before.begin(), before.end(), same_word), before.end());

  std::vector<uint32_t> touched;
  for (const WordState& state : captured) touched.push_back(state.word);
  for (const WordState& state : before) touched.push_back(state.word);
  std::sort(touched.begin(), touched.end());
  touched.erase(std::unique(touched.begin(), touched.end()), touched.end());

  const auto other_state = [&](uint32_t word) -> WordState {
    if (const WordState* state = find(captured, word)) return *state;
    if (const WordState* state = find(before, word)) return *state;
    return {word, plain_[word], mark_[word]};
  };
  for (const uint32_t word : touched) {
    const WordState other = other_state(word);
    const uint32_t mark = mark_[word];
    if (mark == other.mark && (mark >= FIRST_NODE || plain_[word] == other.plain)) continue;
    if (mark == BODY) continue;  // merged with its first word
    if (mark < FIRST_NODE && other.mark < FIRST_NODE) {
      set(word, 0, UNKNOWN);
      continue;
    }
    NodeId current = NO_NODE, captured_node = NO_NODE;
    if (uint64_t{word} + ELEMENT_WORDS <= plain_.size()) {
      WordState words[ELEMENT_WORDS];
      for (uint32_t i = 0; i < ELEMENT_WORDS; i++) words[i] = other_state(word + i);
      captured_node = decode(words);
      current = try_read(word * 4);
    }
    if (current == NO_NODE || captured_node == NO_NODE) {
      detach(word, 1);
      set(word, 0, UNKNOWN);
    } else {
      write(word * 4, graph_.select(condition, captured_node, current));
    }
  }
}

}  // namespace catalyze::witness
