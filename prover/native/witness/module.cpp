// The binary format: sections, LEB128 integers, and the structure of blocks.
#include "module.hpp"

namespace catalyze::witness {

namespace {

constexpr uint32_t MAXIMUM_FUNCTIONS = 1u << 20;
constexpr uint32_t MAXIMUM_LOCALS = 1u << 12;
constexpr uint32_t MAXIMUM_PAGES = 1u << 14;
constexpr uint32_t MAXIMUM_TABLE = 1u << 20;

[[noreturn]] void malformed(const char* reason) {
  throw Unsupported(std::string("the program is not a WebAssembly module that is understood: ") + reason);
}

class Reader {
 public:
  Reader(const uint8_t* bytes, size_t length) : position_(bytes), end_(bytes + length) {}

  bool done() const { return position_ == end_; }
  const uint8_t* position() const { return position_; }
  size_t left() const { return static_cast<size_t>(end_ - position_); }

  uint8_t byte() {
    if (done()) malformed("it ends early");
    return *position_++;
  }

  const uint8_t* take(size_t length) {
    if (length > left()) malformed("it ends early");
    const uint8_t* taken = position_;
    position_ += length;
    return taken;
  }

  Reader section(size_t length) { return Reader(take(length), length); }

  uint32_t u32() {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
      const uint8_t next = byte();
      value |= uint64_t{next & 0x7fu} << shift;
      if ((next & 0x80) == 0) {
        if (value > 0xffffffff) malformed("an integer is too large");
        return static_cast<uint32_t>(value);
      }
    }
    malformed("an integer is too long");
  }

  int64_t signed_integer(unsigned bits) {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < bits; shift += 7) {
      const uint8_t next = byte();
      value |= uint64_t{next & 0x7fu} << shift;
      if ((next & 0x80) == 0) {
        if ((next & 0x40) != 0 && shift + 7 < 64) value |= ~uint64_t{0} << (shift + 7);
        return static_cast<int64_t>(value);
      }
    }
    malformed("an integer is too long");
  }

  uint32_t count(uint32_t maximum) {
    const uint32_t value = u32();
    if (value > maximum) malformed("a list is too long");
    return value;
  }

  std::string name() {
    const uint32_t length = count(4096);
    const uint8_t* text = take(length);
    return std::string(reinterpret_cast<const char*>(text), length);
  }

 private:
  const uint8_t* position_;
  const uint8_t* end_;
};

/** The value of an initialiser of the form `i32.const n`. */
uint32_t constant_offset(Reader& reader) {
  if (reader.byte() != 0x41) malformed("an offset is not constant");
  const auto value = static_cast<uint32_t>(reader.signed_integer(32));
  if (reader.byte() != 0x0b) malformed("an offset is not constant");
  return value;
}

void read_immediate(Reader& reader, Instruction& instruction) {
  const uint16_t opcode = instruction.opcode;
  if (opcode >= 0x28 && opcode <= 0x3e) {
    reader.u32();  // alignment, a hint
    instruction.a = reader.u32();
  } else if (opcode == 0x41) {
    instruction.constant = static_cast<uint32_t>(reader.signed_integer(32));
  } else if (opcode == 0x42) {
    instruction.constant = static_cast<uint64_t>(reader.signed_integer(64));
  } else if (opcode == 0x02 || opcode == 0x03 || opcode == 0x04) {
    const uint8_t type = reader.byte();
    if (type != 0x40 && type != 0x7f && type != 0x7e) malformed("a block has an unknown type");
    instruction.arity = type == 0x40 ? 0 : 1;
  } else if (opcode == 0x3f || opcode == 0x40) {
    if (reader.byte() != 0) malformed("there is more than one memory");
  } else if (opcode == 0x11) {
    instruction.a = reader.u32();
    if (reader.byte() != 0) malformed("there is more than one table");
  } else if (opcode == 0x0c || opcode == 0x0d || opcode == 0x10 || (opcode >= 0x20 && opcode <= 0x22)) {
    instruction.a = reader.u32();
  } else {
    const bool plain = opcode <= 0x01 || opcode == 0x05 || opcode == 0x0b || opcode == 0x0f || opcode == 0x1a ||
                       opcode == 0x1b || (opcode >= 0x45 && opcode <= 0x5a) ||
                       (opcode >= 0x67 && opcode <= 0x8a) || opcode == 0xa7 || opcode == 0xac || opcode == 0xad;
    if (!plain) malformed("it uses an instruction that circom does not emit");
  }
}

/** Replaces sums, differences and products of two constants, in which circom writes most addresses. */
void fold_constants(std::vector<Instruction>& code) {
  const size_t size = code.size();
  const uint16_t opcode = code[size - 1].opcode;
  if (size < 3 || opcode < 0x6a || opcode > 0x6c || code[size - 2].opcode != 0x41 || code[size - 3].opcode != 0x41) {
    return;
  }
  const auto a = static_cast<uint32_t>(code[size - 3].constant), b = static_cast<uint32_t>(code[size - 2].constant);
  const uint32_t result = opcode == 0x6a ? a + b : opcode == 0x6b ? a - b : static_cast<uint32_t>(uint64_t{a} * b);
  code.resize(size - 2);
  code.back().constant = result;
}

struct OpenBlock {
  uint32_t start;
  uint32_t otherwise;
};

void close_block(std::vector<Instruction>& code, const OpenBlock& block) {
  const auto end = static_cast<uint32_t>(code.size() - 1);
  Instruction& start = code[block.start];
  if (start.opcode == 0x03) return;
  start.end = end;
  if (start.opcode == 0x02) {
    start.a = end;
  } else if (block.otherwise != 0) {
    start.a = block.otherwise + 1;
    code[block.otherwise].end = end;
  } else {
    if (start.arity != 0) malformed("an if with a value has no else");
    start.a = end;
  }
}

void check_operand(const Module& module, const Function& function, const Instruction& instruction, size_t depth) {
  const uint16_t opcode = instruction.opcode;
  const bool local = opcode >= 0x20 && opcode <= 0x22;
  if (local && instruction.a >= function.local_count) malformed("a local does not exist");
  if ((opcode == 0x0c || opcode == 0x0d) && instruction.a > depth) malformed("a label does not exist");
  if (opcode == 0x10 && instruction.a >= module.imports.size() + module.functions.size()) {
    malformed("a called function does not exist");
  }
}

void decode_body(const Module& module, Function& function, Reader reader) {
  uint64_t locals = function.type.parameters;
  for (uint32_t groups = reader.count(MAXIMUM_LOCALS); groups > 0; groups--) {
    locals += reader.u32();
    if (locals > MAXIMUM_LOCALS) malformed("a function has too many locals");
    reader.byte();
  }
  function.local_count = static_cast<uint32_t>(locals);
  std::vector<OpenBlock> open;
  while (true) {
    Instruction instruction{};
    instruction.opcode = reader.byte();
    const auto here = static_cast<uint32_t>(function.code.size());
    read_immediate(reader, instruction);
    check_operand(module, function, instruction, open.size());
    if (instruction.opcode == 0x03) instruction.a = here;
    function.code.push_back(instruction);
    fold_constants(function.code);
    if (instruction.opcode >= 0x02 && instruction.opcode <= 0x04) {
      open.push_back({here, 0});
    } else if (instruction.opcode == 0x05) {
      if (open.empty() || function.code[open.back().start].opcode != 0x04 || open.back().otherwise != 0) {
        malformed("an else without an if");
      }
      open.back().otherwise = here;
    } else if (instruction.opcode == 0x0b) {
      if (open.empty()) break;
      close_block(function.code, open.back());
      open.pop_back();
    }
  }
  if (!reader.done()) malformed("a function goes on after its end");
}

std::vector<FunctionType> read_types(Reader reader) {
  std::vector<FunctionType> types;
  for (uint32_t left = reader.count(MAXIMUM_FUNCTIONS); left > 0; left--) {
    if (reader.byte() != 0x60) malformed("a type is not a function's");
    FunctionType type{};
    type.parameters = reader.count(MAXIMUM_LOCALS);
    reader.take(type.parameters);
    type.results = reader.count(1);
    reader.take(type.results);
    types.push_back(type);
  }
  return types;
}

void read_imports(Reader reader, Module& module) {
  for (uint32_t left = reader.count(64); left > 0; left--) {
    const std::string from = reader.name();
    module.imports.push_back(from + "." + reader.name());
    if (reader.byte() != 0) malformed("it imports more than functions");
    reader.u32();
  }
}

void read_exports(Reader reader, Module& module) {
  for (uint32_t left = reader.count(MAXIMUM_FUNCTIONS); left > 0; left--) {
    const std::string name = reader.name();
    const uint8_t kind = reader.byte();
    const uint32_t index = reader.u32();
    if (kind == 0) module.exported_functions[name] = index;
  }
}

void read_elements(Reader reader, Module& module) {
  for (uint32_t left = reader.count(64); left > 0; left--) {
    if (reader.u32() != 0) malformed("a table segment is of another kind");
    const uint64_t offset = constant_offset(reader);
    const uint32_t length = reader.count(MAXIMUM_TABLE);
    if (offset + length > MAXIMUM_TABLE) malformed("a table is too large");
    if (module.table.size() < offset + length) module.table.resize(offset + length, 0xffffffff);
    for (uint32_t i = 0; i < length; i++) module.table[offset + i] = reader.u32();
  }
}

void read_data(Reader reader, Module& module) {
  for (uint32_t left = reader.count(MAXIMUM_FUNCTIONS); left > 0; left--) {
    if (reader.u32() != 0) malformed("a data segment is of another kind");
    DataSegment segment{};
    segment.address = constant_offset(reader);
    segment.length = reader.u32();
    segment.bytes = reader.take(segment.length);
    if (segment.address + uint64_t{segment.length} > uint64_t{module.memory_pages} << 16) {
      malformed("a data segment lies outside of the memory");
    }
    module.data.push_back(segment);
  }
}

void read_code(Reader reader, Module& module) {
  if (reader.count(MAXIMUM_FUNCTIONS) != module.functions.size()) malformed("function bodies are missing");
  for (Function& function : module.functions) {
    const uint32_t length = reader.u32();
    const uint8_t* body = reader.take(length);
    module.bodies.emplace_back(body, length);
    decode_body(module, function, Reader(body, length));
  }
}

void read_section(uint8_t id, Reader section, std::vector<FunctionType>& types, Module& module) {
  switch (id) {
    case 1:
      types = read_types(section);
      break;
    case 2:
      read_imports(section, module);
      break;
    case 3:
      for (uint32_t left = section.count(MAXIMUM_FUNCTIONS); left > 0; left--) {
        const uint32_t type = section.u32();
        if (type >= types.size()) malformed("a type does not exist");
        module.functions.push_back({types[type], 0, {}});
      }
      break;
    case 5:
      if (section.u32() != 1) malformed("there is more than one memory");
      section.byte();
      module.memory_pages = section.count(MAXIMUM_PAGES);
      break;
    case 7:
      read_exports(section, module);
      break;
    case 9:
      read_elements(section, module);
      break;
    case 10:
      read_code(section, module);
      break;
    case 11:
      read_data(section, module);
      break;
    case 0:
    case 4:
      break;
    default:
      malformed("it has a section that circom does not write");
  }
}

}  // namespace

Module read_module(const uint8_t* bytes, size_t length) {
  static constexpr uint8_t MAGIC[8] = {0, 'a', 's', 'm', 1, 0, 0, 0};
  Reader reader(bytes, length);
  if (std::memcmp(reader.take(8), MAGIC, 8) != 0) malformed("wrong magic number");
  Module module;
  std::vector<FunctionType> types;
  while (!reader.done()) {
    const uint8_t id = reader.byte();
    const uint32_t size = reader.u32();
    read_section(id, reader.section(size), types, module);
  }
  if (module.bodies.size() != module.functions.size()) malformed("function bodies are missing");
  for (const auto& [name, index] : module.exported_functions) {
    if (index >= module.imports.size() + module.functions.size()) malformed("an export does not exist");
  }
  return module;
}

}  // namespace catalyze::witness
