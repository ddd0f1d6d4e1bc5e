#include <weft/http/takeover.hpp>

#include <algorithm>

namespace weft::http {

task<result<std::size_t>> upgraded_stream::read_some(std::span<char> into) {
  if (read_ahead_.empty()) {
    const auto got = co_await stream_->read_some(into);
    co_return got;
  }
  const auto size = std::min(into.size(), read_ahead_.size());
  std::copy_n(read_ahead_.begin(), size, into.begin());
  read_ahead_.erase(0, size);
  co_return size;
}

}  // namespace weft::http
