#pragma once

#include "running_server.hpp"

#include <weft/http/body_stream.hpp>
#include <weft/http/body_writer.hpp>
#include <weft/http/exchange.hpp>
#include <weft/runtime/event.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>

// Handlers and producers for the tests of bodies that are streamed.

namespace weft::test {

/// Calls a function for each request; every body is streamed, within a limit where one is given.
class streaming_handler final : public http_handler {
public:
  using function = std::function<task<>(const request&, response&)>;
  explicit streaming_handler(function answer, std::optional<std::uint64_t> max_bytes = {})
      : answer_(std::move(answer)), max_bytes_(max_bytes) {}

  body_plan plan_body(const request& /*head*/) override { return {true, max_bytes_}; }
  task<> handle(const request& req, response& res) override { return answer_(req, res); }

private:
  const function answer_;
  const std::optional<std::uint64_t> max_bytes_;
};

/// A producer from a function, which it keeps.
class function_producer final : public http::body_producer {
public:
  using function = std::function<task<>(body_writer&)>;
  explicit function_producer(function write) : write_(std::move(write)) {}
  task<> produce(body_writer& out) override { return write_(out); }

private:
  const function write_;
};

inline void produce(response& res, function_producer::function write,
                    std::optional<std::uint64_t> length = {}) {
  res.set_producer(std::make_shared<function_producer>(std::move(write)), length);
}

/// All of a body, and how it ended.
struct body_read {
  std::string text;
  std::error_code end;
};

inline task<body_read> read_all(body_stream& body) {
  body_read all;
  for (;;) {
    const auto piece = co_await body.read();
    if (!piece) {
      all.end = piece.error();
      break;
    }
    all.text.append(*piece);
  }
  co_return all;
}

/// Reads a body and answers with its text, its trailers, and whether it is complete.
inline task<> tell_body(const request& req, response& res) {
  body_stream body(req);
  const body_read all = co_await read_all(body);
  res.body().append(req.target());
  res.body().append(" [");
  res.body().append(all.text);
  res.body().append("]");
  for (const auto& [name, value] : body.trailers()) {
    res.body().append(" ");
    res.body().append(name);
    res.body().append("=");
    res.body().append(value);
  }
  res.body().append(body.complete() ? " complete" : " cut");
}

inline std::string post(std::string target, const std::string& body, std::string more = "") {
  return "POST " + target + " HTTP/1.1\r\nHost: here\r\n" + more +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

inline std::string post_chunks(std::string target, const std::string& chunks,
                               std::string more = "") {
  return "POST " + target + " HTTP/1.1\r\nHost: here\r\n" + more +
         "Transfer-Encoding: chunked\r\n\r\n" + chunks;
}

/// What follows the head of an answer.
inline std::string body_of(const std::string& answer) {
  const auto end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "no answer" : answer.substr(end + 4);
}

/// The most memory that this process has had at once, in bytes.
std::size_t most_memory();

}  // namespace weft::test
