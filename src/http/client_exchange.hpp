#pragma once

#include "body_sender.hpp"
#include "client_pool.hpp"

#include <weft/base/byte_buffer.hpp>
#include <weft/base/clock.hpp>
#include <weft/http/answer.hpp>
#include <weft/http/client_request.hpp>
#include <weft/http/field_list.hpp>
#include <weft/http/request_writer.hpp>
#include <weft/http/takeover.hpp>
#include <weft/runtime/task_group.hpp>

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace weft::http {

/// One request on a connection, and its answer until the end has been read.
///
/// An exchange that ends in any other way than by a whole answer to a whole request drops its
/// connection: nothing that is left on it could be told apart from the next answer.
class client_exchange {
public:
  /// @param deadline  of all of it
  client_exchange(connection_lease lease, const client_options& options, time_point deadline)
      : lease_(std::make_shared<connection_lease>(std::move(lease))),
        options_(options),
        deadline_(deadline) {}
  ~client_exchange() {
    if (sender_ != nullptr) sender_->stop();
  }
  client_exchange(const client_exchange&) = delete;
  client_exchange& operator=(const client_exchange&) = delete;

  /// Sends the request, and reads the head of the answer. A long body may still be on its way then,
  /// where the answer is a success.
  task<result<void>> start(const client_request& request, const request_context& context);
  /// After start(), once.
  answer_head take_head() { return std::move(*head_); }
  std::optional<std::uint64_t> content_length() const noexcept { return content_length_; }
  /// Whether the connection speaks another protocol from now on.
  bool has_switched() const noexcept { return has_switched_; }
  /// The connection, with its place in the pool. Once, where has_switched().
  upgraded_stream take_stream();

  /// As answer_stream's.
  task<result<std::string_view>> read();
  bool complete() const noexcept { return complete_; }
  std::span<const header_field> trailers() const noexcept { return trailers_.view(); }
  field_list take_trailers() noexcept { return std::move(trailers_); }

  /// Whether the server can have closed the connection before it saw the request, as it may do with
  /// one that rested.
  bool met_a_closed_connection(std::error_code error) const noexcept;

private:
  /// How long a wait may last: to a point in time, and each part of it.
  struct patience {
    patience(time_point whole, duration part) noexcept : until_when(whole), for_each(part) {}
    time_point until_when;
    duration for_each;
  };
  enum class stop_at { event, event_or_continue };

  task<result<void>> send(const client_request& request, const request_context& context);
  task<result<void>> ask_before_body();
  task<result<void>> send_body_beside(const client_request& request);
  void begin_sending(const client_request& request);
  task<> watch(task_group& both);
  task<> wait_for_sender(task_group& both);
  task<result<void>> settle_sending();
  task<std::error_code> cause_of(std::error_code error);
  void leave_sender() noexcept;
  bool has_given_up() const noexcept;
  bool has_sent_all() const noexcept;

  task<result<void>> read_head(patience p);
  result<void> take_head_from_parser();
  bool is_asked_for(const response_head& switching) const noexcept;
  task<result<parse_event>> next(patience p, stop_at s);
  result<parse_event> at_end_of_stream();
  time_point no_later_than(duration wait) const;
  void finish();

  client_connection& connection() noexcept { return **lease_; }

  std::shared_ptr<connection_lease> lease_;  // shared with a sender, or a switched stream
  std::shared_ptr<body_sender> sender_;
  const client_options& options_;  // the pool's, which lives as long as this (see answer_stream)
  const time_point deadline_;
  std::string_view upgrade_;  // the protocol that was asked for; the caller's until start() ends
  byte_buffer out_;
  std::optional<answer_head> head_;
  std::optional<std::uint64_t> content_length_;
  field_list trailers_;
  result<void> watched_;    // for an answer, while the body is sent
  bool body_sent_ = false;  // with the head
  bool has_received_ = false;
  bool complete_ = false;
  bool has_switched_ = false;
};

}  // namespace weft::http
