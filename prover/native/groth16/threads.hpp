// Threads of one proof: tasks from a shared counter, cancellation and the share of the work that is done.
// Created for a call and joined by it, so nothing is global and concurrent proofs don't know each other.
#pragma once
#include <atomic>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace catalyze {

/** Thrown when the caller has asked to stop. */
struct Cancelled {};

/** What the caller of a long operation can see and do from outside. */
struct Control {
  std::atomic<bool> cancelled{false};
  /** 0: loading, 1: constraints, 2: transforms, 3: points. */
  std::atomic<int> phase{0};
  /** Share of the whole operation, in thousandths. */
  std::atomic<int> thousandths{0};
};

/** A fixed number of threads, the caller's own among them. */
class Threads {
 public:
  Threads(unsigned count, Control& control) : control_(control) {
    workers_.reserve(count);
    try {
      for (unsigned i = 1; i < count; i++) workers_.emplace_back([this, i] { serve(i); });
    } catch (const std::system_error&) {
      // The system gives no more threads: those that there are do the work.
    }
  }
  ~Threads() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

  unsigned count() const { return static_cast<unsigned>(workers_.size()) + 1; }
  Control& control() { return control_; }

  /** Throws Cancelled when the caller has asked to stop. */
  void check() const {
    if (control_.cancelled.load(std::memory_order_relaxed)) throw Cancelled{};
  }

  /**
   * Runs task(index, thread) for every index below `count`, thread < this->count().
   * Rethrows the first exception after all threads have stopped.
   */
  void for_tasks(size_t count, const std::function<void(size_t, unsigned)>& task) {
    check();
    if (count == 0) return;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      task_ = &task;
      task_count_ = count;
      next_ = 0;
      busy_ = workers_.size();
      failure_ = nullptr;
      generation_++;
    }
    wake_.notify_all();
    work(task, count, 0);
    std::unique_lock<std::mutex> lock(mutex_);
    done_.wait(lock, [this] { return busy_ == 0; });
    task_ = nullptr;
    if (failure_) std::rethrow_exception(failure_);
  }

  /** Splits [0, count) into ranges of about `grain` and runs work(first, last) for each. */
  void for_ranges(size_t count, size_t grain, const std::function<void(size_t, size_t)>& work) {
    const size_t tasks = (count + grain - 1) / grain;
    for_tasks(tasks, [&](size_t index, unsigned) {
      const size_t last = (index + 1) * grain;
      work(index * grain, last < count ? last : count);
    });
  }

 private:
  void serve(unsigned thread) {
    uint64_t seen = 0;
    for (;;) {
      const std::function<void(size_t, unsigned)>* task = nullptr;
      size_t count = 0;
      {
        std::unique_lock<std::mutex> lock(mutex_);
        wake_.wait(lock, [&] { return stopping_ || generation_ != seen; });
        if (stopping_) return;
        seen = generation_;
        task = task_;
        count = task_count_;
      }
      work(*task, count, thread);
      {
        std::lock_guard<std::mutex> lock(mutex_);
        busy_--;
      }
      done_.notify_one();
    }
  }

  void work(const std::function<void(size_t, unsigned)>& task, size_t count, unsigned thread) {
    try {
      for (size_t index = next_++; index < count; index = next_++) {
        check();
        task(index, thread);
      }
    } catch (...) {
      next_ = count;
      std::lock_guard<std::mutex> lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
    }
  }

  Control& control_;
  std::vector<std::thread> workers_;
  std::mutex mutex_;
  std::condition_variable wake_, done_;
  const std::function<void(size_t, unsigned)>* task_ = nullptr;
  size_t task_count_ = 0;
  std::atomic<size_t> next_{0};
  size_t busy_ = 0;
  uint64_t generation_ = 0;
  bool stopping_ = false;
  std::exception_ptr failure_;
};

}  // namespace catalyze
