#pragma once

#include <weft/base/clock.hpp>
#include <weft/runtime/channel.hpp>
#include <weft/runtime/detail/select_wait.hpp>

#include <array>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace weft {

namespace detail {

// To move from a trivial value is to copy it, so a case may as well hold a copy.
template <class T>
using send_holder = std::conditional_t<std::is_trivially_copyable_v<T>, T, T&>;

}  // namespace detail

/// A case of select(): a value can be received, or the channel has ended. Gives a result<T>.
template <class T>
class recv_case {
public:
  explicit recv_case(detail::channel_core<T>& from) noexcept : channel(from) {}
  detail::channel_core<T>& channel;
};

/// A case of select(): the value was sent, or the channel is closed. Gives a result<void>.
/// `Value` is T where the case has a copy, T& where it moves from the caller's object.
template <class T, class Value>
class send_case {
public:
  send_case(detail::channel_core<T>& to, Value&& what) noexcept
      : channel(to), value(std::forward<Value>(what)) {}
  detail::channel_core<T>& channel;
  Value value;
};

/// A case of select(): so much time has passed.
class after_case {
public:
  explicit after_case(duration time) noexcept : wait(time) {}
  duration wait;
};

/// A case of select(): the task was cancelled.
class on_cancel_case {};
/// A case of select(): no other case is ready.
class otherwise_case {};

/// Ready when a value can be received, and when the channel is closed and empty (condition::eof).
template <class T>
recv_case<T> recv(channel<T>& from) noexcept {
  return recv_case<T>(from.core());
}
/// Ready when the value can be sent, and when the channel is closed (condition::closed). The object
/// is moved from only where this case is chosen; else it keeps its value.
template <class T>
send_case<T, detail::send_holder<T>> send(channel<T>& to,
                                          std::type_identity_t<T>&& value) noexcept {
  using holder = detail::send_holder<T>;
  return send_case<T, holder>(to.core(), std::forward<holder>(value));
}
/// As above, with a copy of the value.
template <class T>
send_case<T, T> send(channel<T>& to, const std::type_identity_t<T>& value) {
  return send_case<T, T>(to.core(), T(value));
}
/// Ready when so much time has passed without another case being chosen.
inline after_case after(duration wait) noexcept { return after_case(wait); }
/// Ready when the task is cancelled, so that the select is left by this case and not by none.
inline on_cancel_case on_cancel() noexcept { return {}; }
/// Chosen where no other case is ready: with it a select never waits.
inline otherwise_case otherwise() noexcept { return {}; }

namespace detail {

struct no_value {};

template <class Case>
class select_node;

template <class T>
class select_node<recv_case<T>> : public select_case {
public:
  explicit select_node(const recv_case<T>& c) noexcept
      : select_case(&attempt, c.channel, c.channel.receivers) {
    set_place(&slot_);
  }
  result<T> value() noexcept {
    if (slot_) return std::move(*slot_);
    return condition::eof;
  }

private:
  static transfer attempt(select_case& c) noexcept {
    auto& self = static_cast<select_node&>(c);
    auto& channel = static_cast<channel_core<T>&>(*self.channel);
    const transfer taken = channel.take(self.slot_);
    return taken.done ? taken : transfer{channel.closed, nullptr};
  }

  std::optional<T> slot_;
};

template <class T, class Value>
class select_node<send_case<T, Value>> : public select_case {
public:
  explicit select_node(send_case<T, Value>& c) noexcept
      : select_case(&attempt, c.channel, c.channel.senders), value_(std::forward<Value>(c.value)) {
    set_place(&location_);
  }
  result<void> value() noexcept {
    if (outcome == wait_outcome::closed) return condition::closed;
    return {};
  }

private:
  static transfer attempt(select_case& c) noexcept {
    auto& self = static_cast<select_node&>(c);
    auto& channel = static_cast<channel_core<T>&>(*self.channel);
    if (!channel.closed) return channel.put(self.value_);
    self.outcome = wait_outcome::closed;
    return {true, nullptr};
  }

  Value value_;
  T* location_ = &value_;
};

template <>
class select_node<after_case> : public select_timer {
public:
  explicit select_node(const after_case& c) noexcept : select_timer(c.wait) {}
  no_value value() noexcept { return {}; }
};

template <>
class select_node<on_cancel_case> : public select_case {
public:
  explicit select_node(const on_cancel_case&) noexcept : select_case(kind::on_cancel) {}
  no_value value() noexcept { return {}; }
};

template <>
class select_node<otherwise_case> : public select_case {
public:
  explicit select_node(const otherwise_case&) noexcept : select_case(kind::otherwise) {}
  no_value value() noexcept { return {}; }
};

template <class Case>
using select_value = decltype(std::declval<select_node<Case>&>().value());

}  // namespace detail

/// Which case a select() has chosen, and what came of it.
template <class... Cases>
class [[nodiscard]] selected {
public:
  using values = std::variant<std::monostate, detail::select_value<Cases>...>;

  /// False where the task was cancelled and there is no on_cancel() case: none was chosen.
  explicit operator bool() const noexcept { return values_.index() != 0; }
  /// The place of the chosen case, from 0; the number of cases where none was chosen.
  std::size_t index() const noexcept { return *this ? values_.index() - 1 : sizeof...(Cases); }
  /// What came of case I: a result<T> for recv(), a result<void> for send().
  /// @throws std::bad_variant_access where another case was chosen
  template <std::size_t I>
  auto& get() {
    using value = std::variant_alternative_t<I + 1, values>;
    static_assert(!std::is_same_v<value, detail::no_value>, "this case gives no value");
    return std::get<I + 1>(values_);
  }

private:
  template <class...>
  friend class select_awaiter;

  selected() noexcept = default;

  values values_;
};

/// What select() returns; awaited at once.
template <class... Cases>
class [[nodiscard("a select does nothing until it is awaited")]] select_awaiter
    : detail::select_wait {
public:
  explicit select_awaiter(Cases&... cases) noexcept : nodes_(cases...) {
    std::size_t i = 0;
    std::apply([&](auto&... node) { ((cases_[i++] = &node), ...); }, nodes_);
  }

  bool await_ready() noexcept { return try_all(cases_, first_of<otherwise_case>); }
  std::coroutine_handle<> await_suspend(detail::suspension h) noexcept {
    return suspend(h.task(), cases_, locks_, first_of<on_cancel_case>);
  }
  selected<Cases...> await_resume() noexcept {
    return take(finish(cases_, first_of<on_cancel_case>), std::index_sequence_for<Cases...>());
  }

private:
  // The index of the first case of that type; the number of cases where there is none.
  template <class Case>
  static constexpr std::uint32_t first_of = [] {
    std::uint32_t index = 0;
    (void)((std::is_same_v<Case, Cases> || (++index, false)) || ...);
    return index;
  }();

  // Made in place: to move a variant that was just written costs more than the rest of a select.
  template <std::size_t... I>
  selected<Cases...> take(std::size_t chosen, std::index_sequence<I...>) noexcept {
    selected<Cases...> s;
    ((chosen == I ? void(s.values_.template emplace<I + 1>(std::get<I>(nodes_).value())) : void()),
     ...);
    return s;
  }

  std::tuple<detail::select_node<Cases>...> nodes_;
  std::array<detail::select_case*, sizeof...(Cases)> cases_;
  std::array<detail::spinlock*, sizeof...(Cases)> locks_;  // while it suspends
};

/// Waits until one of the cases can go on, and does that one and no other.
///
///     for (;;) {
///       auto chosen = co_await select(recv(jobs), send(results, best), after(1s));
///       switch (chosen.index()) {
///         case 0: work_on(chosen.get<0>()); break;  // a result<job>: eof where jobs was closed
///         case 1: best = next(); break;
///         case 2: report_idle(); break;
///         default: co_return;                       // cancelled
///       }
///     }
///
/// Where several are ready one is picked at random, so none starves. The cases are looked at one
/// after another: with otherwise(), "none is ready" is true of each when it was looked at.
/// Cancel      none is chosen, nothing is received or sent; with on_cancel() that case is chosen
/// Concurrent  as the channels; a channel may stand in several cases
/// Cost        no allocation; one lock until a case is ready, all of them where it has to wait
/// @param cases  recv(), send(), after(), on_cancel(), otherwise()
/// @example tests/unit/runtime/select_test.cpp:select
template <class... Cases>
select_awaiter<Cases...> select(Cases... cases) noexcept {
  static_assert(sizeof...(Cases) > 0, "a select without a case would wait for ever");
  return select_awaiter<Cases...>(cases...);
}

}  // namespace weft
