// Reads WebAssembly modules as far as circom's witness programs use the format, and decodes function bodies for
// interpretation. Owns every bounds check on the file's bytes; whatever it returns can be executed without looking
// back at the format. Anything else in a file is Unsupported.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "graph.hpp"

namespace catalyze::witness {

/** A decoded instruction. */
struct Instruction {
  /** The format's opcode. */
  uint16_t opcode;
  /** Whether a block returns a value. */
  uint16_t arity;
  /** Index of a local, function or label; offset of an access; of a block: the instruction after its `end`, of a loop:
   * of itself. Of an `if`: where the else branch starts, its `end` when there is none. */
  uint32_t a;
  union {
    /** The constant. */
    uint64_t constant;
    /** Of an `if` or `else`: its `end`. */
    uint64_t end;
  };
};

struct FunctionType {
  uint32_t parameters;
  uint32_t results;
};

struct Function {
  FunctionType type;
  uint32_t local_count;
  std::vector<Instruction> code;
};

struct DataSegment {
  uint32_t address;
  const uint8_t* bytes;
  size_t length;
};

/** A module; data segments point into the file's bytes. */
struct Module {
  std::vector<std::string> imports;
  /** By index, without the imports. */
  std::vector<Function> functions;
  /** Code of each function as it is in the file. */
  std::vector<std::pair<const uint8_t*, size_t>> bodies;
  std::unordered_map<std::string, uint32_t> exported_functions;
  std::vector<DataSegment> data;
  std::vector<uint32_t> table;
  uint32_t memory_pages = 0;
};

/** @throws Unsupported */
Module read_module(const uint8_t* bytes, size_t length);

}  // namespace catalyze::witness
