#pragma once

#include <weft/base/clock.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weft::detail {

/// What a line of the access log says. Views are to what a client has sent; empty ones are left
/// out.
struct access_record {
  std::chrono::sys_time<std::chrono::milliseconds> time;
  std::string client;
  std::string_view method;
  std::string_view target;
  std::string_view route;
  unsigned status = 0;
  std::optional<std::uint64_t> bytes;
  duration took{};
  std::string_view request_id;
  std::string_view trace_id;
  std::string_view user_agent;
};

/// One JSON object and the end of the line.
std::string to_json_line(const access_record& record);
/// For people, likewise one line.
std::string to_text_line(const access_record& record);

}  // namespace weft::detail
