#include "web/middleware/access_record.hpp"

#include "web/failure.hpp"
#include "web/json/date_time.hpp"

#include <array>
#include <cstdio>

namespace weft::detail {
namespace {

constexpr std::size_t longest_text = 256;
constexpr std::size_t usual_line = 384;

void append_time(std::string& line, std::chrono::sys_time<std::chrono::milliseconds> time) {
  constexpr unsigned digits = 3;
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const std::chrono::nanoseconds rest = time - whole;
  std::array<char, longest_date_time> text;
  const auto length =
      write_date_time(text.data(), {whole.time_since_epoch().count(), rest.count()}, digits);
  line.append(text.data(), length);
}

void append_milliseconds(std::string& line, duration took) {
  std::array<char, 32> text;
  const auto length =
      std::snprintf(text.data(), text.size(), "%lld.%03lld",
                    static_cast<long long>(took / std::chrono::milliseconds(1)),
                    static_cast<long long>(took / std::chrono::microseconds(1) % 1000));
  line.append(text.data(), static_cast<std::size_t>(length));
}

// Bytes beyond ASCII are escaped one by one: they need not be UTF-8.
void append_string(std::string& line, std::string_view text) {
  constexpr char digits[] = "0123456789abcdef";
  line += '"';
  for (const char c : text.substr(0, longest_text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7F) {
      line += "\\u00";
      line += digits[byte >> 4];
      line += digits[byte & 15];
    } else {
      if (c == '"' || c == '\\') line += '\\';
      line += c;
    }
  }
  line += '"';
}

void append_member(std::string& line, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  line.append(",\"").append(name).append("\":");
  append_string(line, text);
}

std::string shown(std::string_view text) {
  return text.empty() ? "-" : escape_for_log(text.substr(0, longest_text));
}

}  // namespace

std::string to_json_line(const access_record& record) {
  std::string line;
  line.reserve(usual_line);
  line += "{\"time\":\"";
  append_time(line, record.time);
  line += '"';
  append_member(line, "client", record.client);
  append_member(line, "method", record.method);
  append_member(line, "target", record.target);
  append_member(line, "route", record.route);
  line.append(",\"status\":").append(std::to_string(record.status));
  if (record.bytes) line.append(",\"bytes\":").append(std::to_string(*record.bytes));
  line += ",\"ms\":";
  append_milliseconds(line, record.took);
  append_member(line, "request_id", record.request_id);
  append_member(line, "trace_id", record.trace_id);
  append_member(line, "user_agent", record.user_agent);
  line += "}\n";
  return line;
}

std::string to_text_line(const access_record& record) {
  std::string line;
  line.reserve(usual_line);
  append_time(line, record.time);
  for (const auto text : {std::string_view(record.client), record.method, record.target})
    line.append(1, ' ').append(shown(text));
  line.append(1, ' ').append(std::to_string(record.status));
  line.append(1, ' ').append(record.bytes ? std::to_string(*record.bytes) : "-").append(1, ' ');
  append_milliseconds(line, record.took);
  line.append("ms ").append(shown(record.request_id)).append(1, '\n');
  return line;
}

}  // namespace weft::detail
