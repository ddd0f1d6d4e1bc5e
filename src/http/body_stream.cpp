#include <weft/http/body_stream.hpp>

#include <weft/http/exchange.hpp>
#include <weft/http/field_list.hpp>

#include <string>
#include <utility>

namespace weft {
namespace {

/// A body that had arrived before anybody asked for it. Copied: a body_stream may outlive the
/// request.
class whole_body final : public http::body_source {
public:
  explicit whole_body(const request& req) : bytes_(req.body()) {
    for (const auto& [name, value] : req.trailers()) trailers_.add(name, value);
  }

  task<result<std::string_view>> read() override {
    if (std::exchange(complete_, true) || bytes_.empty()) {
      co_return make_error_code(condition::eof);
    }
    co_return std::string_view(bytes_);
  }
  bool complete() const noexcept override { return complete_ || bytes_.empty(); }
  std::span<const header_field> trailers() const noexcept override { return trailers_.view(); }

private:
  std::string bytes_;
  http::field_list trailers_;
  bool complete_ = false;
};

task<result<std::string_view>> nothing() { co_return make_error_code(condition::eof); }

}  // namespace

body_stream::body_stream(const request& req) {
  if (req.exchange() != nullptr) source_ = req.exchange()->body();
  const bool is_whole = !req.body().empty() || !req.trailers().empty();
  if (source_ == nullptr && is_whole) source_ = std::make_shared<whole_body>(req);
}

task<result<std::string_view>> body_stream::read() {
  return source_ != nullptr ? source_->read() : nothing();
}

std::span<const header_field> body_stream::trailers() const noexcept {
  if (source_ == nullptr || !source_->complete()) return {};
  return source_->trailers();
}

}  // namespace weft
