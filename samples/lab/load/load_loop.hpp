#pragma once

#include "arrival_schedule.hpp"
#include "body_check.hpp"
#include "client_connection.hpp"
#include "load_plan.hpp"
#include "load_result.hpp"
#include "load_tally.hpp"
#include "run_window.hpp"

#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace lab {

/// Runs a load plan on the calling thread and measures what comes back.
///
/// A loop of its own over epoll, with nothing of the servers' code, so that a flaw of theirs does
/// not hide in the yardstick. An open-loop latency counts from the moment the request was due, also
/// when the generator or all connections were busy then: whoever waits for the server is measured.
class load_loop {
public:
  /// @throws std::runtime_error for a target that is no address
  explicit load_loop(const load_plan& plan);
  ~load_loop();
  load_loop(const load_loop&) = delete;
  load_loop& operator=(const load_loop&) = delete;

  /// Connects, warms up, measures, waits for what is owed.
  /// @throws std::runtime_error when the server does not answer, or stops to
  load_result run();

private:
  using time_point = load_clock::time_point;
  using owed_reply = client_connection::owed_reply;
  enum class phase { preparing, warming_up, settling, measuring, draining };

  void connect_all();
  void ask_references();
  void ask_idle_connections();
  void warm_up();
  void measure();
  void drain();

  template <class Done>
  void pump(std::chrono::nanoseconds patience, Done done);
  void wait(time_point until);
  void on_ready(std::size_t index, std::uint32_t events);
  void read_replies(std::size_t index);
  bool take_replies(client_connection& connection, std::string_view bytes);
  void check_body(client_connection& connection);
  void finish_reply(client_connection& connection);
  void go_on(std::size_t index);
  void fail(std::size_t index, std::uint64_t& counter);

  void open(std::size_t index);
  void ask(std::size_t index, std::size_t kind, time_point since);
  void send_now(std::size_t index);
  void top_up(std::size_t index);
  void top_up_all();
  void send_due();
  std::size_t draw_kind();

  bool is_sending() const { return phase_ == phase::warming_up || phase_ == phase::measuring; }
  bool is_spare(std::size_t index) const { return index >= busy_connections_; }

  load_plan plan_;
  sockaddr_in peer_;
  int epoll_;
  std::size_t busy_connections_;
  std::vector<client_connection> connections_;  // the idle ones stand behind the busy ones
  std::vector<std::string> requests_;           // as sent, by kind
  std::vector<body_check> checks_;              // by kind
  std::vector<double> cumulative_weights_;
  std::deque<std::size_t> free_;    // open loop: who may be asked
  std::deque<owed_reply> waiting_;  // open loop: due, but no connection was free
  arrival_schedule schedule_;
  std::mt19937_64 random_;
  std::vector<char> buffer_;
  load_tally tally_;
  run_window window_;

  phase phase_ = phase::preparing;
  time_point now_{};
  time_point schedule_start_{};
  std::uint64_t owed_ = 0;
  std::uint64_t left_to_ask_ = 0;  // of a counted run
  std::size_t given_up_ = 0;
};

}  // namespace lab
