#pragma once

#include <weft/base/byte_buffer.hpp>
#include <weft/http/field_list.hpp>
#include <weft/http/response.hpp>

#include <memory>

namespace weft::http {

/// What a connection needs only while a request is under way.
struct work_area {
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

  /// Takes an area unless there is one.
  work_area& get() {
    if (area_ == nullptr) acquire();
    return *area_;
  }
  explicit operator bool() const noexcept { return area_ != nullptr; }
  void release() noexcept;

private:
  void acquire();

  std::unique_ptr<work_area> area_;
};

}  // namespace weft::http
