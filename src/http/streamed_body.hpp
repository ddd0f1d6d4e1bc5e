#pragma once

#include "request_reader.hpp"

#include <weft/http/body_stream.hpp>
#include <weft/http/field_list.hpp>
#include <weft/runtime/mutex.hpp>

#include <atomic>

namespace weft::http {

/// The body of the request that a connection reads, for as long as that request is under way.
///
/// Shared by the connection and the handler's body_stream, which may outlive the request and be
/// with any task. `in_use_` is held while somebody reads. close() is the connection's: it waits for
/// a read that is under way, since that is inside of the connection, and after it nobody gets there
/// any more.
class streamed_body final : public body_source {
public:
  explicit streamed_body(request_reader& reader) noexcept : reader_(&reader) {}

  task<result<std::string_view>> read() override;
  bool complete() const noexcept override { return complete_.load(std::memory_order_acquire); }
  std::span<const header_field> trailers() const noexcept override { return trailers_.view(); }

  /// The request is answered.
  task<> close();

private:
  mutex in_use_;
  request_reader* reader_;  // under in_use_; null: closed
  std::atomic<bool> closing_{false};
  std::atomic<bool> complete_{false};
  field_list trailers_;  // once complete_
};

}  // namespace weft::http
