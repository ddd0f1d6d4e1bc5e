#include "work_area.hpp"

#include <array>
#include <cstddef>

namespace weft::http {
namespace {

constexpr std::size_t most_in_stock = 64;           // of one thread
constexpr std::size_t most_bytes_kept = 64 * 1024;  // of one buffer

// Of fixed size: giving an area back must not allocate.
struct work_stock {
  std::array<std::unique_ptr<work_area>, most_in_stock> areas;
  std::size_t count = 0;
};
thread_local work_stock stock;

}  // namespace

void work_lease::acquire(const http_limits& limits) {
  if (stock.count == 0) {
    area_ = std::make_unique<work_area>(limits);
  } else {
    area_ = std::move(stock.areas[--stock.count]);
    area_->parser.use(limits);
  }
}

void work_lease::release_cleared() noexcept {
  area_->in.shrink(first_buffer_bytes);
  area_->body.shrink(most_bytes_kept);
  area_->answer.body().shrink(most_bytes_kept);
  area_->out.shrink(most_bytes_kept);
  if (stock.count < most_in_stock) stock.areas[stock.count++] = std::move(area_);
  area_.reset();
}

}  // namespace weft::http
