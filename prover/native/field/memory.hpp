// Large arrays: aligned, not initialised, on huge pages where the system offers them. Their memory comes from the
// system and goes back to it at once, so that a proof's peak is what it needs at one time and not what the allocator
// kept. Builds with AddressSanitizer take it from the allocator, which knows where arrays end.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <type_traits>
#include <utility>

#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#define CATALYZE_CHECKED_MEMORY 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CATALYZE_CHECKED_MEMORY 1
#endif
#endif

namespace catalyze {

/** `bytes` of memory, aligned to 64 bytes or, when it is large, to huge pages. Throws std::bad_alloc. */
class MemoryBlock {
 public:
  MemoryBlock() = default;
  explicit MemoryBlock(size_t bytes) {
#if !defined(CATALYZE_CHECKED_MEMORY)
    if (bytes >= mapped_from) {
      map(bytes);
      return;
    }
#endif
    if (bytes > SIZE_MAX - 63) throw std::bad_alloc();
    data_ = std::aligned_alloc(64, (bytes + 63) & ~size_t{63});
    if (data_ == nullptr) throw std::bad_alloc();
  }
  ~MemoryBlock() {
    if (mapping_ != nullptr) {
      munmap(mapping_, mapped_bytes_);
    } else {
      std::free(data_);
    }
  }
  MemoryBlock(MemoryBlock&& other) noexcept { swap(other); }
  MemoryBlock& operator=(MemoryBlock&& other) noexcept {
    swap(other);
    return *this;
  }
  void* data() const { return data_; }

 private:
  static constexpr size_t huge_page = size_t{1} << 21;
  static constexpr size_t mapped_from = size_t{1} << 18;

  void map(size_t bytes) {
    const bool is_huge = bytes >= huge_page;
    const size_t slack = is_huge ? huge_page : 0;
    if (bytes > SIZE_MAX - slack) throw std::bad_alloc();
    void* mapping = mmap(nullptr, bytes + slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
    if (mapping == MAP_FAILED) throw std::bad_alloc();
    mapping_ = mapping;
    mapped_bytes_ = bytes + slack;
    const uintptr_t first = reinterpret_cast<uintptr_t>(mapping);
    data_ = reinterpret_cast<void*>((first + slack) & ~(is_huge ? huge_page - 1 : uintptr_t{0}));
#if defined(MADV_HUGEPAGE)
    // Whole huge pages only: a last one that is begun would take more memory than there is data.
    if (is_huge) madvise(data_, bytes / huge_page * huge_page, MADV_HUGEPAGE);
#endif
  }

  void swap(MemoryBlock& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(mapping_, other.mapping_);
    std::swap(mapped_bytes_, other.mapped_bytes_);
  }

  void* data_ = nullptr;
  /** The whole mapping around data_; null when the allocator gave it. */
  void* mapping_ = nullptr;
  size_t mapped_bytes_ = 0;
};

/** An owning array of plain values. */
template <class T>
class LargeArray {
  static_assert(std::is_trivially_copyable<T>::value, "elements are not constructed");

 public:
  LargeArray() = default;
  /** Throws std::bad_alloc. */
  explicit LargeArray(size_t count) : count_(count) {
    if (count > SIZE_MAX / sizeof(T)) throw std::bad_alloc();
    if (count > 0) block_ = MemoryBlock(count * sizeof(T));
  }
  LargeArray(LargeArray&& other) noexcept : block_(std::move(other.block_)), count_(std::exchange(other.count_, 0)) {}
  LargeArray& operator=(LargeArray&& other) noexcept {
    block_ = std::move(other.block_);
    std::swap(count_, other.count_);
    return *this;
  }
  T* data() { return static_cast<T*>(block_.data()); }
  const T* data() const { return static_cast<const T*>(block_.data()); }
  size_t size() const { return count_; }
  T& operator[](size_t i) { return data()[i]; }
  const T& operator[](size_t i) const { return data()[i]; }

 private:
  MemoryBlock block_;
  size_t count_ = 0;
};

}  // namespace catalyze
