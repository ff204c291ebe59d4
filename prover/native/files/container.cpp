// Reading of iden3 containers; see container.hpp.
#include "container.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace catalyze {
namespace {

constexpr uint32_t maximum_sections = 64;

uint64_t little_endian(const uint8_t* bytes, int count) {
  uint64_t value = 0;
  for (int i = count - 1; i >= 0; i--) value = value << 8 | bytes[i];
  return value;
}

}  // namespace

Container::Container(const char* path, const char* magic, uint32_t version) : descriptor_(open(path, O_RDONLY | O_CLOEXEC)) {
  if (descriptor_ < 0) {
    throw Failure{PROVER_FILE_UNREADABLE, "", "", std::string("the file can't be opened: ") + strerror(errno)};
  }
  try {
    struct stat status {};
    if (fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
      throw Failure{PROVER_FILE_UNREADABLE, "", "", "it is not a regular file"};
    }
    size_ = static_cast<uint64_t>(status.st_size);
    read_table(magic, version);
  } catch (...) {
    close(descriptor_);
    throw;
  }
}

Container::~Container() { close(descriptor_); }

void Container::read_table(const char* magic, uint32_t version) {
  uint8_t header[12];
  if (size_ < sizeof header) fail_file("container", "truncated", "the file ends within the container's header");
  read(0, header, sizeof header);
  if (memcmp(header, magic, 4) != 0) fail_file("container", "wrong_magic", std::string("expected ") + magic);
  const uint64_t found_version = little_endian(header + 4, 4);
  if (found_version != version) {
    fail_file("container", "wrong_version", "version " + std::to_string(found_version) + ", expected " + std::to_string(version));
  }
  const uint64_t count = little_endian(header + 8, 4);
  if (count > maximum_sections) fail_file("container", "too_large", std::to_string(count) + " sections");
  uint64_t position = sizeof header;
  for (uint64_t i = 0; i < count; i++) {
    uint8_t entry[12];
    if (size_ - position < sizeof entry) fail_file("container", "truncated", "the file ends within the table of sections");
    read(position, entry, sizeof entry);
    position += sizeof entry;
    const uint32_t id = static_cast<uint32_t>(little_endian(entry, 4));
    const uint64_t length = little_endian(entry + 4, 8);
    if (length > size_ - position) {
      fail_file("container", "truncated", "section " + std::to_string(id) + " is longer than the rest of the file");
    }
    if (!sections_.emplace(id, Section{position, length}).second) {
      fail_file("container", "duplicate_section", "section " + std::to_string(id) + " occurs twice");
    }
    position += length;
  }
}

Section Container::find(uint32_t id, const char* name) const {
  const auto found = sections_.find(id);
  if (found == sections_.end()) fail_file(name, "missing_section", "section " + std::to_string(id) + " is missing");
  return found->second;
}

Section Container::find(uint32_t id, const char* name, uint64_t length) const {
  const Section section = find(id, name);
  if (section.length != length) {
    fail_file(name, "wrong_size", std::to_string(section.length) + " bytes, expected " + std::to_string(length));
  }
  return section;
}

void Container::read(uint64_t offset, void* to, size_t length) const {
  uint8_t* target = static_cast<uint8_t*>(to);
  while (length > 0) {
    const ssize_t count = pread(descriptor_, target, length < (1u << 30) ? length : (1u << 30), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw Failure{PROVER_FILE_UNREADABLE, "", "", std::string("the file can't be read: ") + strerror(errno)};
    if (count == 0) fail_file("container", "truncated", "the file became shorter while it was read");
    target += count;
    offset += static_cast<uint64_t>(count);
    length -= static_cast<size_t>(count);
  }
}

}  // namespace catalyze
