#include "support/tcp_gate.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>
#include <utility>

// One thread runs everything; what others may ask for is atomic. A connection lives in the handlers
// of its operations, and ends with the last of them.

namespace weft::test {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using code = boost::system::error_code;

tcp::endpoint to_asio(const endpoint& at) { return {asio::ip::make_address(at.host), at.port}; }

void reset(tcp::socket& socket) {
  code ignored;
  socket.set_option(asio::socket_base::linger(true, 0), ignored);
  socket.close(ignored);
}

struct counts {
  std::atomic<std::size_t> connections{0};
  std::atomic<std::size_t> live{0};
  std::atomic<std::uint64_t> to_server{0};
  std::atomic<std::uint64_t> to_client{0};
};

class connection : public std::enable_shared_from_this<connection> {
public:
  connection(tcp::socket client, const gate_script& script, counts& counted)
      : client_(std::move(client)),
        server_(client_.get_executor()),
        counted_(counted),
        to_server_{script.to_server, client_, server_, counted.to_server},
        to_client_{script.to_client, server_, client_, counted.to_client} {
    ++counted_.live;
  }
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  ~connection() { --counted_.live; }

  void start(const tcp::endpoint& server) {
    server_.async_connect(server, [self = shared_from_this()](const code& error) {
      if (error) return self->reset_both();
      self->client_.set_option(tcp::no_delay(true));
      self->server_.set_option(tcp::no_delay(true));
      self->go_on(self->to_server_);
      self->go_on(self->to_client_);
    });
  }

private:
  struct direction {
    direction(const gate_rules& what, tcp::socket& source, tcp::socket& sink,
              std::atomic<std::uint64_t>& count)
        : rules(what), from(source), to(sink), counted(count), pause(source.get_executor()) {}

    const gate_rules rules;
    tcp::socket& from;
    tcp::socket& to;
    std::atomic<std::uint64_t>& counted;
    asio::steady_timer pause;
    std::size_t passed = 0;
    std::size_t size = 0;  // of the piece in the buffer
    std::array<char, 16 * 1024> buffer;
  };

  // One piece after the other: read, wait, pass on.
  void go_on(direction& d) {
    if (d.passed == d.rules.cut_at) return cut(d);
    const auto most = std::min({d.buffer.size(), d.rules.piece, d.rules.cut_at - d.passed});
    d.from.async_read_some(asio::buffer(d.buffer, most),
                           [self = shared_from_this(), &d](const code& error, std::size_t size) {
                             d.size = size;
                             if (!error) self->wait(d);
                             else if (error == asio::error::eof) finish(d);
                             else self->reset_both();
                           });
  }

  void wait(direction& d) {
    const auto time = wait_before(d.rules, d.size);
    if (time == std::chrono::microseconds::zero()) return pass_on(d);
    d.pause.expires_after(time);
    d.pause.async_wait([self = shared_from_this(), &d](const code&) { self->pass_on(d); });
  }

  static std::chrono::microseconds wait_before(const gate_rules& rules, std::size_t size) {
    std::chrono::microseconds time = rules.delay;
    if (rules.bytes_per_second != gate_rules::none)
      time += std::chrono::microseconds(size * 1'000'000 / rules.bytes_per_second);
    return time;
  }

  void pass_on(direction& d) {
    const bool has_flip = d.rules.flip_at >= d.passed && d.rules.flip_at - d.passed < d.size;
    if (has_flip) {
      char& byte = d.buffer[d.rules.flip_at - d.passed];
      byte = static_cast<char>(~byte);
    }
    asio::async_write(d.to, asio::buffer(d.buffer, d.size),
                      [self = shared_from_this(), &d](const code& error, std::size_t size) {
                        d.passed += size;
                        d.counted += size;
                        if (error) self->reset_both();
                        else self->go_on(d);
                      });
  }

  void cut(direction& d) {
    switch (d.rules.how) {
      case gate_rules::cut::finish: return finish(d);
      case gate_rules::cut::reset: return reset_both();
      case gate_rules::cut::silence: return;
    }
  }

  static void finish(direction& d) {
    code ignored;
    d.to.shutdown(tcp::socket::shutdown_send, ignored);
  }

  void reset_both() {
    reset(client_);
    reset(server_);
  }

  tcp::socket client_;
  tcp::socket server_;
  counts& counted_;
  direction to_server_;
  direction to_client_;
};

}  // namespace

class tcp_gate::state {
public:
  state(const endpoint& server, scripts for_nth)
      : server_(to_asio(server)),
        scripts_(std::move(for_nth)),
        acceptor_(context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
        address_{"127.0.0.1", acceptor_.local_endpoint().port()} {
    accept();
    thread_ = std::thread([this] { context_.run(); });
  }
  ~state() {
    context_.stop();
    thread_.join();
  }
  state(const state&) = delete;
  state& operator=(const state&) = delete;

  const endpoint& address() const noexcept { return address_; }
  const counts& counted() const noexcept { return counted_; }

private:
  void accept() {
    acceptor_.async_accept([this](const code& error, tcp::socket client) {
      if (error) return;
      std::make_shared<connection>(std::move(client), scripts_(counted_.connections++), counted_)
          ->start(server_);
      accept();
    });
  }

  const tcp::endpoint server_;
  const scripts scripts_;
  counts counted_;  // outlives the connections, which go with the context
  asio::io_context context_;
  tcp::acceptor acceptor_;
  const endpoint address_;
  std::thread thread_;
};

tcp_gate::tcp_gate(const endpoint& server, const gate_script& for_each)
    : tcp_gate(server, [for_each](std::size_t) { return for_each; }) {}
tcp_gate::tcp_gate(const endpoint& server, scripts for_nth)
    : state_(std::make_unique<state>(server, std::move(for_nth))) {}
tcp_gate::~tcp_gate() = default;

endpoint tcp_gate::address() const { return state_->address(); }
std::size_t tcp_gate::connections() const noexcept { return state_->counted().connections; }
std::size_t tcp_gate::live() const noexcept { return state_->counted().live; }
std::uint64_t tcp_gate::passed_to_server() const noexcept { return state_->counted().to_server; }
std::uint64_t tcp_gate::passed_to_client() const noexcept { return state_->counted().to_client; }

}  // namespace weft::test
