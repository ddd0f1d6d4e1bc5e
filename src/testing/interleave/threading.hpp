#pragma once

#include "execution.hpp"
#include "planted.hpp"

#include <weft/base/clock.hpp>

#include <bit>
#include <concepts>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <tuple>
#include <type_traits>
#include <utility>

// The names of <weft/runtime/detail/threading.hpp> for a build that explores interleavings
// (WEFT_THREADING_HEADER): each operation first hands control to the explorer. Outside of an
// exploration they do what they are called, for one thread.

namespace weft::detail {

/// std::atomic, as far as the runtime uses it.
template <class T>
class atomic {
  union word {
    std::uint64_t bits;
    T value;
  };
  static_assert(std::is_trivially_copyable_v<T> && sizeof(word) == sizeof(std::uint64_t));

public:
  using value_type = T;

  constexpr atomic() noexcept : value_() {}
  constexpr atomic(T value) noexcept : value_(value) {}
  atomic(const atomic&) = delete;
  atomic& operator=(const atomic&) = delete;
  constexpr ~atomic() {
    if (std::is_constant_evaluated()) return;
    if (testing::execution* e = testing::execution::current()) e->forget(this);
  }

  T load(std::memory_order order = std::memory_order_seq_cst,
         testing::location where = testing::location::current()) const noexcept {
    testing::execution* e = announce(testing::op::load, order, where, false);
    if (e == nullptr) return value_;
    const std::uint64_t* own = e->buffered(this);
    const T seen = own != nullptr ? to_value(*own) : value_;
    e->saw(to_bits(seen));
    return seen;
  }

  void store(T value, std::memory_order order = std::memory_order_seq_cst,
             testing::location where = testing::location::current()) noexcept {
    const bool is_ordered = order == std::memory_order_seq_cst;
    testing::execution* e = announce(testing::op::store, order, where, is_ordered);
    if (e == nullptr) value_ = value;
    else if (e->has_store_buffers() && !is_ordered) e->buffer(this, to_bits(value), &write);
    else put(*e, value);
  }

  T exchange(T value, std::memory_order order = std::memory_order_seq_cst,
             testing::location where = testing::location::current()) noexcept {
    return modify(testing::op::exchange, order, where, [value](T) { return value; });
  }

  bool compare_exchange_strong(T& expected, T value, std::memory_order order,
                               std::memory_order /*on_failure*/,
                               testing::location where = testing::location::current()) noexcept {
    bool equal = false;
    const T before = modify(testing::op::compare_exchange, order, where, [&](T now) {
      equal = to_bits(now) == to_bits(expected);
      return equal ? value : now;
    });
    if (!equal) expected = before;
    return equal;
  }
  bool compare_exchange_strong(T& expected, T value,
                               std::memory_order order = std::memory_order_seq_cst,
                               testing::location where = testing::location::current()) noexcept {
    return compare_exchange_strong(expected, value, order, order, where);
  }
  bool compare_exchange_weak(T& expected, T value, std::memory_order order,
                             std::memory_order on_failure,
                             testing::location where = testing::location::current()) noexcept {
    return compare_exchange_strong(expected, value, order, on_failure, where);
  }
  bool compare_exchange_weak(T& expected, T value,
                             std::memory_order order = std::memory_order_seq_cst,
                             testing::location where = testing::location::current()) noexcept {
    return compare_exchange_strong(expected, value, order, order, where);
  }

  T fetch_add(T by, std::memory_order order = std::memory_order_seq_cst,
              testing::location where = testing::location::current()) noexcept {
    return modify(testing::op::fetch_add, order, where,
                  [by](T v) { return static_cast<T>(v + by); });
  }
  T fetch_sub(T by, std::memory_order order = std::memory_order_seq_cst,
              testing::location where = testing::location::current()) noexcept {
    return modify(testing::op::fetch_sub, order, where,
                  [by](T v) { return static_cast<T>(v - by); });
  }
  T fetch_and(T by, std::memory_order order = std::memory_order_seq_cst,
              testing::location where = testing::location::current()) noexcept {
    return modify(testing::op::fetch_and, order, where,
                  [by](T v) { return static_cast<T>(v & by); });
  }
  T fetch_or(T by, std::memory_order order = std::memory_order_seq_cst,
             testing::location where = testing::location::current()) noexcept {
    return modify(testing::op::fetch_or, order, where,
                  [by](T v) { return static_cast<T>(v | by); });
  }
  T fetch_xor(T by, std::memory_order order = std::memory_order_seq_cst,
              testing::location where = testing::location::current()) noexcept {
    return modify(testing::op::fetch_xor, order, where,
                  [by](T v) { return static_cast<T>(v ^ by); });
  }

  /// The value in memory, without a step.
  T peek() const noexcept { return value_; }

  T operator=(T value) noexcept {
    store(value);
    return value;
  }
  operator T() const noexcept { return load(); }
  T operator++() noexcept { return static_cast<T>(fetch_add(1) + 1); }
  T operator++(int) noexcept { return fetch_add(1); }
  T operator--() noexcept { return static_cast<T>(fetch_sub(1) - 1); }
  T operator--(int) noexcept { return fetch_sub(1); }

private:
  static std::uint64_t to_bits(T value) noexcept {
    word w{0};
    std::construct_at(&w.value, value);
    return std::bit_cast<std::uint64_t>(w);
  }
  static T to_value(std::uint64_t bits) noexcept { return std::bit_cast<word>(bits).value; }
  static void write(void* object, std::uint64_t bits) {
    static_cast<atomic*>(object)->value_ = to_value(bits);
  }

  testing::execution* announce(testing::op what, std::memory_order order,
                               const testing::location& where, bool fences) const noexcept {
    testing::execution* e = testing::execution::current();
    if (e == nullptr) return nullptr;
    testing::operation next(what, this, where, order);
    next.fences = fences;
    e->point(next);
    return e;
  }

  void put(testing::execution& e, T value) noexcept {
    const T before = std::exchange(value_, value);
    e.changed(to_bits(before), to_bits(value));
  }

  template <class Change>
  T modify(testing::op what, std::memory_order order, const testing::location& where,
           Change change) noexcept {
    testing::execution* e = announce(what, order, where, true);
    const T before = value_;
    const T after = change(before);
    if (e != nullptr) put(*e, after);
    else value_ = after;
    return before;
  }

  T value_;
};

class os_mutex {
public:
  constexpr os_mutex() noexcept = default;
  os_mutex(const os_mutex&) = delete;
  os_mutex& operator=(const os_mutex&) = delete;

  void lock(testing::location where = testing::location::current());
  bool try_lock(testing::location where = testing::location::current());
  void unlock(testing::location where = testing::location::current());

private:
  friend class os_condition;

  testing::mutex_state state_;
};

class os_condition {
public:
  os_condition() = default;
  os_condition(const os_condition&) = delete;
  os_condition& operator=(const os_condition&) = delete;

  void notify_one(testing::location where = testing::location::current()) noexcept;
  void notify_all(testing::location where = testing::location::current()) noexcept;

  void wait(std::unique_lock<os_mutex>& lock,
            testing::location where = testing::location::current());
  template <std::predicate Holds>
  void wait(std::unique_lock<os_mutex>& lock, Holds holds,
            testing::location where = testing::location::current()) {
    while (!holds()) wait(lock, where);
  }
  std::cv_status wait_until(std::unique_lock<os_mutex>& lock, time_point deadline,
                            testing::location where = testing::location::current());
  template <std::predicate Holds>
  bool wait_until(std::unique_lock<os_mutex>& lock, time_point deadline, Holds holds,
                  testing::location where = testing::location::current()) {
    while (!holds()) {
      if (wait_until(lock, deadline, where) == std::cv_status::timeout) return holds();
    }
    return true;
  }
  std::cv_status wait_for(std::unique_lock<os_mutex>& lock, duration limit,
                          testing::location where = testing::location::current());
  template <std::predicate Holds>
  bool wait_for(std::unique_lock<os_mutex>& lock, duration limit, Holds holds,
                testing::location where = testing::location::current()) {
    return wait_until(lock, deadline_of(limit), std::move(holds), where);
  }

private:
  static time_point deadline_of(duration limit);
};

/// A thread of the exploration.
class os_thread {
public:
  using id = std::thread::id;

  os_thread() noexcept = default;
  template <class Function, class... Arguments>
    requires(!std::same_as<std::remove_cvref_t<Function>, os_thread>)
  explicit os_thread(Function&& function, Arguments&&... arguments) {
    using tuple = std::tuple<std::decay_t<Function>, std::decay_t<Arguments>...>;
    start(std::make_unique<bound<tuple>>(
        tuple(std::forward<Function>(function), std::forward<Arguments>(arguments)...)));
  }
  os_thread(os_thread&& other) noexcept : index_(std::exchange(other.index_, 0)) {}
  os_thread& operator=(os_thread&& other) noexcept;
  ~os_thread();

  bool joinable() const noexcept { return index_ != 0; }
  void join();
  id get_id() const noexcept;
  static unsigned hardware_concurrency() noexcept { return 2; }

private:
  template <class Tuple>
  struct bound : testing::thread_body {
    explicit bound(Tuple t) : call(std::move(t)) {}
    void run() override {
      std::apply([](auto&... parts) { std::invoke(std::move(parts)...); }, call);
    }
    Tuple call;
  };

  void start(std::unique_ptr<testing::thread_body> body,
             const testing::location& where = testing::location::current());

  unsigned index_ = 0;  // 0: none, since no os_thread stands for the first thread
};

void give_way(testing::location where = testing::location::current()) noexcept;
void relax_cpu(testing::location where = testing::location::current()) noexcept;
time_point os_now() noexcept;
inline void spin_for(duration) noexcept { relax_cpu(); }

}  // namespace weft::detail
