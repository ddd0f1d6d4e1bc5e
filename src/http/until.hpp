#pragma once

#include <weft/base/clock.hpp>
#include <weft/base/error.hpp>
#include <weft/runtime/deadline.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/task.hpp>

#include <utility>

namespace weft::http {

/// The point in time that lies `wait` ahead; the end of time where there is none.
inline time_point from_now(duration wait) {
  const time_point now = scheduler::current().now();
  return wait > time_point::max() - now ? time_point::max() : now + wait;
}

/// with_deadline(), at no cost where there is no deadline.
template <class T>
task<result<T>> until(time_point when, task<result<T>> inner) {
  if (when == time_point::max()) {
    auto value = co_await std::move(inner);
    co_return value;
  }
  auto value = co_await with_deadline(when, std::move(inner));
  co_return value;
}

}  // namespace weft::http
