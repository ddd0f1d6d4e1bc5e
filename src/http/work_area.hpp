#pragma once

#include <weft/base/byte_buffer.hpp>
#include <weft/http/field_list.hpp>
#include <weft/http/request_parser.hpp>
#include <weft/http/response.hpp>

#include <cstddef>
#include <memory>

namespace weft::http {

/// What the receive buffer begins with.
inline constexpr std::size_t first_buffer_bytes = 4 * 1024;

/// What a connection needs only while a request is under way.
struct work_area {
  explicit work_area(const http_limits& limits) : parser(limits) {}

  /// Forgets a request and its answer. What is not read of the next ones stays, and what is not
  /// sent.
  void clear_message() noexcept {
    parser.reset();
    body.clear();
    trailers.clear();
    answer.clear();
  }

  byte_buffer in;
  request_parser parser;
  byte_buffer body;  // of the request, where it does not lie in one piece in the receive buffer
  field_list trailers;
  response answer;
  byte_buffer out;
};

/// A work area from this thread's stock, returned to the stock of the thread that ends the lease.
/// A thousand idle connections so share a few areas, and these stay in the cache.
class work_lease {
public:
  work_lease() = default;
  work_lease(const work_lease&) = delete;
  work_lease& operator=(const work_lease&) = delete;
  ~work_lease() { release(); }

  /// Takes an area unless there is one. @param limits  of the requests that are read with it
  work_area& get(const http_limits& limits) {
    if (area_ == nullptr) acquire(limits);
    return *area_;
  }
  /// The area that there is.
  work_area& held() const noexcept { return *area_; }
  explicit operator bool() const noexcept { return area_ != nullptr; }
  void release() noexcept {
    if (area_ == nullptr) return;
    area_->clear_message();
    area_->in.clear();
    area_->out.clear();
    release_cleared();
  }
  /// Of an area that has no message and whose buffers are empty.
  void release_cleared() noexcept;

private:
  void acquire(const http_limits& limits);

  std::unique_ptr<work_area> area_;
};

}  // namespace weft::http
