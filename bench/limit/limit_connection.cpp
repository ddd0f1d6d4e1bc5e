#include "limit_connection.hpp"

#include "limit_orders.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>

namespace limit {
namespace {

struct greeting {
  std::string_view message;
};

void append_json_string(std::string& out, std::string_view text) {
  out.push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
}

void append_json(std::string& out, const greeting& value) {
  out.append("{\"message\":");
  append_json_string(out, value.message);
  out.push_back('}');
}

void append_number(std::string& out, std::size_t number) {
  std::array<char, 20> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  static_cast<void>(error);
  out.append(digits.data(), end);
}

void append_answer(std::string& out, std::string_view status, std::string_view body,
                   const date_cache& date) {
  out.append("HTTP/1.1 ").append(status).append("\r\nServer: weft\r\nDate: ");
  out.append(date.text()).append("\r\nContent-Type: application/json\r\nContent-Length: ");
  append_number(out, body.size());
  out.append("\r\n\r\n").append(body);
}

bool starts_with_name(std::string_view line, std::string_view lower_name) {
  if (line.size() < lower_name.size()) return false;
  for (std::size_t i = 0; i < lower_name.size(); ++i) {
    if ((line[i] | 0x20) != lower_name[i] && line[i] != lower_name[i]) return false;
  }
  return true;
}

struct request_head {
  std::size_t content_length = 0;
  bool close = false;
};

// Only the two headers that move the message's end or the connection's.
std::optional<request_head> read_head(std::string_view head) {
  request_head found;
  for (auto at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at)) {
    at += 2;
    const std::string_view line = head.substr(at);
    if (starts_with_name(line, "content-length: ")) {
      const char* const first = line.data() + 16;
      if (std::from_chars(first, line.data() + line.size(), found.content_length).ec !=
          std::errc{}) {
        return std::nullopt;
      }
    } else if (starts_with_name(line, "connection: close")) {
      found.close = true;
    }
  }
  return found;
}

}  // namespace

void date_cache::refresh() {
  timespec now;
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  if (now.tv_sec == second_) return;
  second_ = now.tv_sec;
  std::tm parts;
  ::gmtime_r(&second_, &parts);
  std::strftime(text_.data(), text_.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
}

connection::~connection() { ::close(fd_); }

connection::after connection::serve_readable(const date_cache& date) {
  if (filled_ == input_.size()) input_.resize(input_.size() * 2);
  const ssize_t got = ::recv(fd_, input_.data() + filled_, input_.size() - filled_, 0);
  if (got == 0) return after::closed;
  if (got < 0) return errno == EAGAIN ? after::open : after::closed;
  filled_ += static_cast<std::size_t>(got);
  if (!answer_pending(date)) return after::closed;
  return flush();
}

bool connection::answer_pending(const date_cache& date) {
  std::string_view rest(input_.data(), filled_);
  while (!last_) {
    const auto end = rest.find("\r\n\r\n");
    if (end == std::string_view::npos) break;
    const auto head = read_head(rest.substr(0, end));
    if (!head) return false;
    const std::size_t size = end + 4 + head->content_length;
    if (rest.size() < size) break;

    last_ = head->close;
    answer(rest.substr(0, end), rest.substr(end + 4, head->content_length), date);
    rest.remove_prefix(size);
  }
  std::memmove(input_.data(), rest.data(), rest.size());
  filled_ = rest.size();
  return true;
}

void connection::answer(std::string_view head, std::string_view body, const date_cache& date) {
  body_.clear();
  if (head.starts_with("GET /json ")) {
    append_json(body_, greeting{"Hello, World!"});
    append_answer(output_, "200 OK", body_, date);
  } else if (head.starts_with("POST /orders ")) {
    const bool priced = append_order_reply(body_, body);
    append_answer(output_, priced ? "200 OK" : "400 Bad Request", priced ? body_ : "{}", date);
  } else {
    append_answer(output_, "404 Not Found", "{}", date);
  }
}

connection::after connection::flush() {
  while (sent_ < output_.size()) {
    const ssize_t put = ::send(fd_, output_.data() + sent_, output_.size() - sent_, MSG_NOSIGNAL);
    if (put < 0 && errno == EAGAIN) return after::blocked;
    if (put < 0) return after::closed;
    sent_ += static_cast<std::size_t>(put);
  }
  output_.clear();
  sent_ = 0;
  return last_ ? after::closed : after::open;
}

}  // namespace limit
