#pragma once

#include <weft/base/error.hpp>
#include <weft/net/operation_memory.hpp>
#include <weft/runtime/detail/task_context.hpp>
#include <weft/runtime/task.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>
#include <boost/system/error_code.hpp>

#include <atomic>
#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>

// An Asio operation in a task. Three parties touch the awaiter, on three threads at worst:
//
// - the task, which starts the operation: it says `initiated` as its last touch before it sleeps;
// - the operation's handler: it stores the outcome and says `completed`;
// - a canceller: it says `cancel_wanted`. Asio's cancellation slots belong to one thread at a time,
//   so the signal is emitted by a function of its own (`emitting`), on the executor that the
//   handler is associated with. That executor runs one function at a time, also the steps in the
//   middle of a composed operation, so the signal meets no step and no end of it. A cancel that
//   comes before the initiation is over is emitted by the task.
//
// Who finds the others done wakes the task: the task itself, by not sleeping; the handler, unless a
// signal is being emitted; else the emitter. The awaiter so outlives them all.

namespace weft {

/// The completion token that makes any Asio operation awaitable in a task.
///
///     auto count = co_await socket.async_read_some(buffer, weft::use_task);
///     if (!count) co_return count.error();
///
/// What the handler would get is what co_await gives, by one rule:
///   (error_code)         result<void>            an exception_ptr in place of the error_code is
///   (error_code, T)      result<T>               thrown, and the rest comes without a result<>
///   (error_code, T, U)   result<tuple<T, U>>
///   (T, U)               tuple<T, U>
/// Asio's eof and operation_aborted are condition::eof and condition::canceled. Where a value
/// counts beside an error, as the bytes that an async_read got before the end, Asio's own adapter
/// gives all: `auto [error, count] = co_await async_read(socket, buffer, as_tuple(use_task))`.
///
/// Completes   when the operation does; it starts when it is awaited
/// Cancel      emits cancellation_type::terminal to the operation and waits for its end; what is
///             lost is what the operation says of that (async_write: it has written an unknown
///             part). An operation that takes no signal, as async_resolve, runs to its end
/// Concurrent  the object may belong to any io_context on any thread. The handler, and the steps in
///             the middle of a composed operation, run on asio_executor(); the task goes on on a
///             worker
/// Cost        no allocation in the long run: the operation's memory lies in the awaiter, up to 224
///             bytes, and Asio keeps the block for the cancellation slot, one or two a thread. An
///             operation that needs more memory allocates it
/// @throws     what the initiating function throws; std::system_error with condition::canceled
///             where the io_context of an operation without error_code is destroyed before its end
struct use_task_t {
  constexpr use_task_t() noexcept = default;
};
inline constexpr use_task_t use_task;

/// The executor of the io_context that the running task's scheduler drives: for Asio objects that
/// tasks use.
///
///     asio::ssl::stream<asio::ip::tcp::socket> stream(weft::asio_executor(), tls);
///
/// Its functions run one at a time on whichever worker looks at I/O, outside of tasks: they must
/// not block. The objects must go before the scheduler does.
/// @throws std::logic_error outside of tasks
boost::asio::io_context::executor_type asio_executor();

namespace detail {

/// The condition that an error of Asio stands for, or the error as it is.
std::error_code from_asio(const boost::system::error_code& error) noexcept;
inline std::error_code from_asio(const std::error_code& error) noexcept { return error; }

/// An executor of the driver's io_context that keeps it alive. Another thread may still be about to
/// leave the call that queued a function here when the function has run, the task has ended, and
/// the scheduler has gone.
template <class Executor>
class kept_executor {
public:
  kept_executor(std::shared_ptr<boost::asio::io_context> context, Executor executor) noexcept
      : context_(std::move(context)), executor_(std::move(executor)) {}

  template <class Function>
  void execute(Function&& function) const {
    executor_.execute(std::forward<Function>(function));
  }
  template <class Property>
    requires boost::asio::can_query_v<const Executor&, Property>
  decltype(auto) query(const Property& property) const {
    return boost::asio::query(executor_, property);
  }
  template <class Property>
    requires boost::asio::can_require_v<const Executor&, Property>
  auto require(const Property& property) const {
    return kept_executor<std::decay_t<decltype(boost::asio::require(executor_, property))>>(
        context_, boost::asio::require(executor_, property));
  }
  template <class Property>
    requires boost::asio::can_prefer_v<const Executor&, Property>
  auto prefer(const Property& property) const {
    return kept_executor<std::decay_t<decltype(boost::asio::prefer(executor_, property))>>(
        context_, boost::asio::prefer(executor_, property));
  }
  bool operator==(const kept_executor& other) const noexcept {
    return executor_ == other.executor_;
  }

private:
  std::shared_ptr<boost::asio::io_context> context_;
  Executor executor_;
};

/// What waits for an operation, whatever the operation.
class asio_wait_state : cancel_hook {
public:
  asio_wait_state(const asio_wait_state&) = delete;
  asio_wait_state& operator=(const asio_wait_state&) = delete;

  using executor_type = kept_executor<boost::asio::io_context::executor_type>;
  executor_type get_executor() const noexcept { return *executor_; }
  boost::asio::cancellation_slot slot() noexcept { return signal_.slot(); }
  operation_memory& memory() noexcept { return memory_; }

protected:
  asio_wait_state() noexcept : cancel_hook(&cut_short) {}
  ~asio_wait_state() = default;

  /// @return false where the task is cancelled already: then nothing is to be started
  bool prepare(task_handle waiter);
  /// After the operation was started. @return whether the task sleeps; then it may be awake again
  bool initiated() noexcept;
  /// The outcome is stored.
  void completed() noexcept;
  void withdraw() noexcept;

private:
  static constexpr unsigned initiated_bit = 1;
  static constexpr unsigned completed_bit = 2;
  static constexpr unsigned cancel_bit = 4;
  static constexpr unsigned emitting_bit = 8;

  static void cut_short(cancel_hook& hook) noexcept;
  unsigned advance(unsigned bit) noexcept;
  void post_emit() noexcept;
  void emit() noexcept;

  std::atomic<unsigned> state_{0};
  task_handle waiter_;
  std::optional<executor_type> executor_;
  boost::asio::cancellation_signal signal_;
  operation_memory memory_;       // the operation's
  operation_memory emit_memory_;  // the emitter's
};

template <class... Ts>
struct packed_type {
  using type = std::tuple<Ts...>;
};
template <>
struct packed_type<> {
  using type = void;
};
template <class T>
struct packed_type<T> {
  using type = T;
};
/// void, T, or a tuple of more.
template <class... Ts>
using packed = typename packed_type<std::decay_t<Ts>...>::type;

template <class... Ts>
packed<Ts...> pack(std::tuple<Ts...>&& values) {
  if constexpr (sizeof...(Ts) == 1) return std::get<0>(std::move(values));
  else if constexpr (sizeof...(Ts) > 1) return std::move(values);
}

/// What a handler was called with: plain values.
template <class... Ts>
class asio_outcome {
public:
  using type = packed<Ts...>;

  template <class... Args>
  void set(Args&&... args) {
    values_.emplace(std::forward<Args>(args)...);
  }
  void set_abandoned() noexcept {}
  type take() {
    if (!values_) throw std::system_error(make_error_code(condition::canceled), "Asio operation");
    return pack(std::move(*values_));
  }

private:
  std::optional<std::tuple<std::decay_t<Ts>...>> values_;
};

/// An error code and values.
template <class Error, class... Ts>
class asio_code_outcome {
public:
  using type = result<packed<Ts...>>;

  template <class... Args>
  void set(const Error& error, Args&&... args) {
    error_ = from_asio(error);
    if (!error_) values_.emplace(std::forward<Args>(args)...);
  }
  void set_abandoned() noexcept { error_ = condition::canceled; }
  type take() {
    if (error_) return error_;
    if constexpr (sizeof...(Ts) == 0) return {};
    else return pack(std::move(*values_));
  }

private:
  std::error_code error_;
  std::optional<std::tuple<std::decay_t<Ts>...>> values_;
};

template <class... Ts>
class asio_outcome<boost::system::error_code, Ts...>
    : public asio_code_outcome<boost::system::error_code, Ts...> {};
template <class... Ts>
class asio_outcome<std::error_code, Ts...> : public asio_code_outcome<std::error_code, Ts...> {};

/// An exception and values.
template <class... Ts>
class asio_outcome<std::exception_ptr, Ts...> {
public:
  using type = packed<Ts...>;

  template <class... Args>
  void set(std::exception_ptr error, Args&&... args) {
    error_ = std::move(error);
    if (!error_) values_.set(std::forward<Args>(args)...);
  }
  void set_abandoned() noexcept {}
  type take() {
    if (error_) std::rethrow_exception(std::move(error_));
    return values_.take();
  }

private:
  std::exception_ptr error_;
  asio_outcome<Ts...> values_;
};

template <class Signature>
struct outcome_of;
template <class... Ts>
struct outcome_of<void(Ts...)> {
  using type = asio_outcome<std::decay_t<Ts>...>;
};
template <class... Ts>
struct outcome_of<void(Ts...) noexcept> : outcome_of<void(Ts...)> {};
template <class... Ts>
struct outcome_of<void(Ts...)&> : outcome_of<void(Ts...)> {};
template <class... Ts>
struct outcome_of<void(Ts...) &&> : outcome_of<void(Ts...)> {};

/// The handler of one operation. Where it is destroyed without a call, as by the end of an
/// io_context, the operation has ended too.
template <class Awaiter>
class asio_handler {
public:
  using executor_type = asio_wait_state::executor_type;
  using allocator_type = operation_allocator<void*>;
  using cancellation_slot_type = boost::asio::cancellation_slot;

  explicit asio_handler(Awaiter& awaiter) noexcept : awaiter_(&awaiter) {}
  asio_handler(asio_handler&& other) noexcept : awaiter_(std::exchange(other.awaiter_, nullptr)) {}
  asio_handler& operator=(asio_handler&&) = delete;
  ~asio_handler() {
    if (awaiter_ != nullptr) awaiter_->abandon();
  }

  executor_type get_executor() const noexcept { return awaiter_->get_executor(); }
  allocator_type get_allocator() const noexcept { return allocator_type(awaiter_->memory()); }
  cancellation_slot_type get_cancellation_slot() const noexcept { return awaiter_->slot(); }

  template <class... Args>
  void operator()(Args&&... args) {
    std::exchange(awaiter_, nullptr)->complete(std::forward<Args>(args)...);
  }

private:
  Awaiter* awaiter_;
};

template <class Operation>
class asio_awaiter : asio_wait_state {
  using outcome_type = typename outcome_of<typename Operation::signature>::type;

public:
  explicit asio_awaiter(Operation& operation) noexcept : operation_(operation) {}

  bool await_ready() const noexcept { return false; }
  bool await_suspend(suspension h) {
    if (!prepare(h.task())) {
      outcome_.set_abandoned();
      return false;
    }
    try {
      operation_.start(asio_handler<asio_awaiter>(*this));
    } catch (...) {
      withdraw();
      throw;
    }
    return initiated();
  }
  typename outcome_type::type await_resume() {
    withdraw();
    return outcome_.take();
  }

private:
  friend class asio_handler<asio_awaiter>;

  template <class... Args>
  void complete(Args&&... args) {
    outcome_.set(std::forward<Args>(args)...);
    completed();
  }
  void abandon() noexcept {
    outcome_.set_abandoned();
    completed();
  }

  Operation& operation_;
  outcome_type outcome_;
};

/// What an initiating function returns for use_task; awaited once.
template <class Signature, class Initiation, class... Args>
class [[nodiscard("an Asio operation does nothing until it is awaited")]] asio_operation {
public:
  using signature = Signature;

  template <class I, class... As>
  explicit asio_operation(use_task_t, I&& initiation, As&&... args)
      : initiation_(std::forward<I>(initiation)), args_(std::forward<As>(args)...) {}

  asio_awaiter<asio_operation> operator co_await() && noexcept {
    return asio_awaiter<asio_operation>(*this);
  }

  template <class Handler>
  void start(Handler handler) {
    std::apply(
        [&](auto&... args) { std::move(initiation_)(std::move(handler), std::move(args)...); },
        args_);
  }

private:
  Initiation initiation_;
  std::tuple<Args...> args_;
};

}  // namespace detail
}  // namespace weft

template <class Signature>
class boost::asio::async_result<weft::use_task_t, Signature> {
public:
  template <class Initiation, class... Args>
  static auto initiate(Initiation&& initiation, weft::use_task_t token, Args&&... args) {
    return weft::detail::asio_operation<Signature, std::decay_t<Initiation>, std::decay_t<Args>...>(
        token, std::forward<Initiation>(initiation), std::forward<Args>(args)...);
  }
};
