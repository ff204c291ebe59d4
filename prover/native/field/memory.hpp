// Large arrays: aligned, not initialised, on huge pages where the system offers them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <type_traits>
#include <utility>
#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace catalyze {

/** An owning array of plain values. */
template <class T>
class LargeArray {
  static_assert(std::is_trivially_copyable<T>::value, "elements are not constructed");

 public:
  LargeArray() = default;
  /** Throws std::bad_alloc. */
  explicit LargeArray(size_t count) : count_(count) {
    if (count == 0) return;
    if (count > SIZE_MAX / sizeof(T) - alignment) throw std::bad_alloc();
    const size_t bytes = (count * sizeof(T) + alignment_of(count) - 1) / alignment_of(count) * alignment_of(count);
    data_ = static_cast<T*>(std::aligned_alloc(alignment_of(count), bytes));
    if (data_ == nullptr) throw std::bad_alloc();
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    if (bytes >= alignment) madvise(data_, bytes, MADV_HUGEPAGE);
#endif
  }
  ~LargeArray() { std::free(data_); }
  LargeArray(LargeArray&& other) noexcept : data_(std::exchange(other.data_, nullptr)), count_(std::exchange(other.count_, 0)) {}
  LargeArray& operator=(LargeArray&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(count_, other.count_);
    return *this;
  }
  T* data() { return data_; }
  const T* data() const { return data_; }
  size_t size() const { return count_; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }

 private:
  static constexpr size_t alignment = size_t{1} << 21;
  static size_t alignment_of(size_t count) { return count * sizeof(T) >= 2 * alignment ? alignment : 64; }

  T* data_ = nullptr;
  size_t count_ = 0;
};

}  // namespace catalyze
