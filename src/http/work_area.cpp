#include "work_area.hpp"

#include <cstddef>
#include <vector>

namespace weft::http {
namespace {

constexpr std::size_t most_in_stock = 64;           // of one thread
constexpr std::size_t most_bytes_kept = 64 * 1024;  // of one buffer

thread_local std::vector<std::unique_ptr<work_area>> stock;

}  // namespace

void work_lease::acquire() {
  if (stock.empty()) {
    area_ = std::make_unique<work_area>();
    return;
  }
  area_ = std::move(stock.back());
  stock.pop_back();
}

void work_lease::release() noexcept {
  if (area_ == nullptr) return;
  area_->body.clear();
  area_->body.shrink(most_bytes_kept);
  area_->trailers.clear();
  area_->answer.clear();
  area_->answer.body().shrink(most_bytes_kept);
  area_->out.clear();
  area_->out.shrink(most_bytes_kept);
  if (stock.size() < most_in_stock) stock.push_back(std::move(area_));
  area_.reset();
}

}  // namespace weft::http
