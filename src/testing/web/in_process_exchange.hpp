#pragma once

#include "arriving_request.hpp"

#include <weft/base/clock.hpp>
#include <weft/http/answer.hpp>
#include <weft/http/body_writer.hpp>
#include <weft/http/exchange.hpp>
#include <weft/http/field_list.hpp>
#include <weft/http/handler.hpp>
#include <weft/http/response.hpp>
#include <weft/http/response_writer.hpp>
#include <weft/runtime/cancel_window.hpp>
#include <weft/runtime/channel.hpp>
#include <weft/runtime/mutex.hpp>
#include <weft/runtime/oneshot.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/testing/web/app_transport.hpp>

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace weft::testing {

/// What a client gets first: the head of an answer, or why there is none.
struct head_or_failure {
  std::optional<http::answer_head> head;
  std::exception_ptr failure;
};

/// One request that is answered inside of the process: what a connection does with one, without the
/// connection.
///
/// Two sides share it. serve() runs in a task of its own, as a connection does, with the handler in
/// it, and beside it a task that makes a streamed body and one that watches a time limit; it
/// joins both. The client waits for the head in head(), then reads the pieces of the body from a
/// channel; disconnect() is how it goes. What the client reads after the channel's end was written
/// before it was closed.
class in_process_exchange final : private http::exchange, private body_writer {
public:
  in_process_exchange(http_handler& handler, const in_process& options,
                      std::shared_ptr<arriving_request> request)
      : handler_(handler), options_(options), request_(std::move(request)) {}

  /// Lets no exception out.
  task<> serve();

  // The client's.
  oneshot_receiver<head_or_failure>& head() noexcept { return head_.receiver; }
  channel<std::string>& pieces() noexcept { return pieces_; }
  bool complete() const noexcept { return complete_; }
  /// Null where nothing has failed.
  std::exception_ptr failure() const noexcept { return has_failed_ ? failure_ : nullptr; }
  std::span<const header_field> trailers() const noexcept { return trailers_.view(); }
  /// The client goes: the handler is cancelled. Any thread.
  void disconnect() noexcept;

private:
  enum class ending : unsigned char { none, late, disconnected };

  task<> answer();
  task<bool> take_body();
  task<bool> run_handler();
  task<> send_body();
  task<> watch();
  time_point due() const noexcept;
  bool is_wanted() noexcept;

  void give_whole();
  void give_error(const http::parse_error& error);
  void give(std::string_view written);
  std::string give_head(std::string_view written);
  void fail(std::exception_ptr why) noexcept;
  void give_failure();

  task<> produce();
  void begin();
  result<void> count(std::uint64_t bytes) noexcept;
  task<result<void>> put(std::string_view bytes);
  bool finish();

  // exchange
  std::shared_ptr<http::body_source> body() override;
  void note_route(const std::string& /*pattern*/) noexcept override {}
  endpoint remote() const override { return options_.remote; }
  void limit_time(duration limit) noexcept override;
  void leave_count() noexcept override {}

  // body_writer
  task<result<void>> write(std::string_view bytes) override;
  task<result<void>> write_file(const file& from, std::uint64_t offset,
                                std::uint64_t length) override;
  task<result<void>> flush() override;
  void add_trailer(std::string_view name, std::string_view value) override;

  http_handler& handler_;
  const in_process& options_;
  const std::shared_ptr<arriving_request> request_;
  bool streams_ = false;  // the handler reads the body
  response answer_;

  // The time of the handler, and who cancels it.
  task_group* beside_ = nullptr;  // of serve()
  cancel_window handling_;
  time_point began_;
  std::atomic<duration::rep> until_{duration::max().count()};
  std::atomic<ending> ending_{ending::none};

  // The answer on its way.
  oneshot<head_or_failure> head_;
  channel<std::string> pieces_{pieces_on_the_way};
  std::atomic<bool> complete_{false};
  std::exception_ptr failure_;  // written once, before has_failed_
  std::atomic<bool> has_begun_to_fail_{false};
  std::atomic<bool> has_failed_{false};
  http::field_list trailers_;

  // Of a body that a producer writes.
  mutex writing_;
  http::body_framing framing_;
  bool has_body_ = false;
  bool begun_ = false;
  std::uint64_t left_ = 0;
  std::error_code error_;  // the first one
};

}  // namespace weft::testing
