// The memory of a witness program under symbolic execution: plain words, and over them field elements that are nodes
// of the value graph. Owns undo and comparison of writes, so that both sides of a branch can be executed and merged.
#pragma once

#include <cstdint>
#include <vector>

#include "graph.hpp"
#include "module.hpp"
#include "runtime.hpp"

namespace catalyze::witness {

/** A word as a branch left it. */
struct WordState {
  uint32_t word;
  uint32_t plain;
  uint32_t mark;
};

class Memory {
 public:
  Memory(const Module& module, Graph& graph);

  uint32_t pages() const { return static_cast<uint32_t>(plain_.size() >> 14); }
  /** @returns false when the program asks for more than it may have */
  bool grow(uint32_t pages);

  uint32_t load(uint32_t address) const;
  uint8_t load_byte(uint32_t address) const;
  void store(uint32_t address, uint32_t value);

  /** The element at an address. @throws Unsupported */
  NodeId read(uint32_t address);
  /** The same, NO_NODE when the address does not hold an element. */
  NodeId try_read(uint32_t address);
  void write(uint32_t address, NodeId node);

  /** Starts recording writes; returns what rollback, capture and merge take. */
  size_t begin();
  /** Stops recording; the writes stay. */
  void end();
  /** What the words written since then hold now. */
  std::vector<WordState> capture(size_t since) const;
  void rollback(size_t since);
  void apply(const std::vector<WordState>& captured);
  /** Makes every word the captured one when `condition` holds and the current one otherwise. */
  void merge(size_t since, const std::vector<WordState>& captured, NodeId condition);

 private:
  static constexpr uint32_t PLAIN = 0, BODY = 1, UNKNOWN = 2, FIRST_NODE = 16;

  uint32_t word_of(uint32_t address, uint32_t words) const;
  void record(uint32_t word);
  void set(uint32_t word, uint32_t plain, uint32_t mark);
  void detach(uint32_t word, uint32_t words);
  NodeId decode(const WordState* words);

  Graph& graph_;
  std::vector<uint32_t> plain_;
  std::vector<uint32_t> mark_;
  std::vector<WordState> undo_;
  uint32_t recording_ = 0;
};

}  // namespace catalyze::witness
