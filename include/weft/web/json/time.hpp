#pragma once

#include <weft/web/json/type.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <ratio>
#include <type_traits>
#include <utility>

// Points in time and dates, as JSON and texts have them.
namespace weft::detail {

inline constexpr std::int64_t nanoseconds_a_second = 1'000'000'000;

/// Whether a tick is a whole number of seconds, or a part of one that nanoseconds can say.
template <class Period>
inline constexpr bool is_json_tick =
    Period::den == 1 ||
    (Period::num == 1 && Period::den <= nanoseconds_a_second &&
     nanoseconds_a_second % (Period::den <= nanoseconds_a_second ? Period::den : 1) == 0);

template <class T>
inline constexpr bool is_json_time = false;
template <class Rep, class Period>
inline constexpr bool is_json_time<
    std::chrono::time_point<std::chrono::system_clock, std::chrono::duration<Rep, Period>>> =
    std::integral<Rep> && is_json_tick<Period>;

template <class T>
inline constexpr bool is_json_duration = false;
template <class Rep, class Period>
inline constexpr bool is_json_duration<std::chrono::duration<Rep, Period>> = true;

template <class Period>
consteval unsigned json_fraction_digits() {
  unsigned digits = 0;
  for (std::intmax_t power = 1; power % Period::den != 0; power *= 10) ++digits;
  return digits;
}

template <class Period>
consteval const char* json_tick_name() {
  if (std::ratio_equal_v<Period, std::nano>) return "a nanosecond";
  if (std::ratio_equal_v<Period, std::micro>) return "a microsecond";
  if (std::ratio_equal_v<Period, std::milli>) return "a millisecond";
  if (std::ratio_equal_v<Period, std::ratio<1>>) return "a second";
  if (std::ratio_equal_v<Period, std::ratio<60>>) return "a minute";
  if (std::ratio_equal_v<Period, std::ratio<3600>>) return "an hour";
  if (std::ratio_equal_v<Period, std::ratio<86400>>) return "a day";
  return "its type";
}

template <class T>
struct json_time_table {
  using duration = typename T::duration;
  using rep = typename duration::rep;
  using period = typename duration::period;
  static constexpr std::int64_t a_tick = nanoseconds_a_second / period::den;

  static json_time_ops::stored store(void* time, json_instant instant) {
    using enum json_time_ops::stored;
    std::int64_t ticks = 0;
    if constexpr (period::den == 1) {
      if (instant.nanoseconds != 0 || instant.seconds % period::num != 0) return too_fine;
      ticks = instant.seconds / period::num;
    } else {
      // A second less than there is room for, so that the fraction has room too.
      constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / period::den - 1;
      if (instant.nanoseconds % a_tick != 0) return too_fine;
      if (instant.seconds > most || instant.seconds < -most) return out_of_range;
      ticks = instant.seconds * period::den + instant.nanoseconds / a_tick;
    }
    if (!std::in_range<rep>(ticks)) return out_of_range;
    *static_cast<T*>(time) = T(duration(static_cast<rep>(ticks)));
    return whole;
  }

  /// @return for what is too far away, the last second there is
  static json_instant load(const void* time) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    const rep count = static_cast<const T*>(time)->time_since_epoch().count();
    if (!std::in_range<std::int64_t>(count)) return {most, 0};
    const auto ticks = static_cast<std::int64_t>(count);
    const bool is_far = ticks > most / period::num || ticks < -(most / period::num);
    if (period::num != 1 && is_far) return {most, 0};
    const std::int64_t part = (ticks % period::den + period::den) % period::den;
    const std::int64_t seconds = ticks / period::den - (ticks % period::den < 0 ? 1 : 0);
    return {seconds * period::num, part * a_tick};
  }

  static constexpr json_time_ops ops{json_fraction_digits<period>(), json_tick_name<period>(),
                                     &store, &load};
};

}  // namespace weft::detail
