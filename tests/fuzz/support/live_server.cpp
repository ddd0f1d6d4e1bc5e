#include "live_server.hpp"

#include "target.hpp"

#include <weft/http/body_stream.hpp>
#include <weft/http/body_writer.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/submit.hpp>

#include <array>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <utility>

namespace weft::fuzz {

namespace {

class two_pieces final : public http::body_producer {
public:
  explicit two_pieces(std::string text) : text_(std::move(text)) {}
  task<> produce(body_writer& out) override {
    const std::string_view all = text_;
    const auto first = co_await out.write(all.substr(0, all.size() / 2));
    if (!first) co_return;
    const auto second = co_await out.write(all.substr(all.size() / 2));
    static_cast<void>(second);
  }

private:
  std::string text_;
};

task<std::string> read_body(const request& req) {
  body_stream body(req);
  std::string text;
  for (;;) {
    const auto piece = co_await body.read();
    if (!piece) break;
    text.append(*piece);
    if (is_planted("lose_byte_of_stream") && !text.empty()) text.pop_back();
  }
  co_return text;
}

server_options options_with(const http_limits& limits) {
  server_options options;
  options.listen = {endpoint{"127.0.0.1", 0}};
  options.limits = limits;
  return options;
}

}  // namespace

std::string mirror_text(std::string_view method, std::string_view target, std::string_view host,
                        std::string_view body) {
  std::string text(method);
  text.append(" ").append(target).append(" ").append(host).append(" [").append(body).append("]");
  return text;
}

task<> mirror::handle(const request& req, response& res) {
  std::string body(req.body());
  if (streams(req.path())) body = co_await read_body(req);
  auto text = mirror_text(req.method_name(), req.target(), req.host(), body);
  res.set_content_type("text/plain");
  if (produces(req.path())) res.set_producer(std::make_shared<two_pieces>(std::move(text)));
  else res.body().append(text);
}

live_server::live_server(const http_limits& limits)
    : server_(handler_, options_with(limits)), loop_(event_loop{}) {
  submit(loop_.tasks(), open()).get();
  serving_ = submit(loop_.tasks(), server_.serve());
}

live_server::~live_server() {
  submit(loop_.tasks(), close()).get();
  serving_.get();
}

std::string live_server::deliver(const delivery& what) {
  return submit(loop_.tasks(), send(&what)).get();
}

bool live_server::answers() {
  const auto answer = submit(loop_.tasks(), ask_canary()).get();
  return answer.ends_with(mirror_text("GET", "/canary", "h", ""));
}

task<> live_server::open() {
  const auto opened = server_.open();
  if (!opened) throw std::runtime_error("the server cannot listen: " + opened.error().message());
  co_return;
}

task<> live_server::close() {
  canary_.reset();
  server_.stop();
  co_return;
}

task<tcp_stream> live_server::connect_to() {
  auto stream = co_await connect(server_.local());
  if (!stream) throw std::runtime_error("cannot connect: " + stream.error().message());
  co_return std::move(*stream);
}

task<std::string> live_server::send(const delivery* what) {
  auto stream = co_await connect_to();
  std::string received;
  for (std::size_t i = 0; i < what->pieces.size(); ++i) {
    // It fails where the server has closed already, which the answer will tell.
    const auto sent = co_await stream.write_all(what->pieces[i]);
    if (!sent) break;
    // A loop that has nothing else to run looks at its sockets while it waits.
    for (auto left = i < what->turns.size() ? what->turns[i] : 0; left > 0; --left)
      co_await sleep(std::chrono::microseconds(1));
  }
  if (what->end == delivery::ending::reset) stream.abort(condition::canceled);
  if (what->end != delivery::ending::finish) co_return received;
  stream.finish_writing();
  std::array<char, 4096> buffer;
  for (;;) {
    const auto got = co_await stream.read_some(buffer);
    if (!got) break;
    received.append(buffer.data(), *got);
  }
  co_return received;
}

task<std::string> live_server::ask_canary() {
  if (!canary_) {
    auto stream = co_await connect_to();
    canary_.emplace(std::move(stream));
  }
  std::string answer;
  const auto sent = co_await canary_->write_all("GET /canary HTTP/1.1\r\nHost: h\r\n\r\n");
  if (!sent) co_return answer;
  std::array<char, 1024> buffer;
  while (!answer.ends_with("]")) {
    const auto got = co_await canary_->read_some(buffer);
    if (!got) break;
    answer.append(buffer.data(), *got);
  }
  co_return answer;
}

}  // namespace weft::fuzz
