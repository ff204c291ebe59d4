// The binary container of iden3 files, read with positioned reads. Nothing is trusted: every length is checked
// against the file before anything is read or allocated; sections may stand in any order and exceed 4 GB.
// Reads, not a memory map: a file that shrinks while it is in use gives an error instead of a signal.
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "../groth16/failure.hpp"

namespace catalyze {

/** Where a section's payload lies. */
struct Section {
  uint64_t offset, length;
};

/** An open container file. */
class Container {
 public:
  /** Throws Failure. `magic` has four letters. */
  Container(const char* path, const char* magic, uint32_t version);
  ~Container();
  Container(const Container&) = delete;
  Container& operator=(const Container&) = delete;

  /** The section with this id; its name is for errors. Throws Failure when it is missing. */
  Section find(uint32_t id, const char* name) const;
  /** The same, with a length that must be exactly this. */
  Section find(uint32_t id, const char* name, uint64_t length) const;
  /** Reads `length` bytes at an offset of the file that lie within it. May be called from several threads. */
  void read(uint64_t offset, void* to, size_t length) const;

 private:
  void read_table(const char* magic, uint32_t version);

  int descriptor_;
  uint64_t size_ = 0;
  std::map<uint32_t, Section> sections_;
};

}  // namespace catalyze
