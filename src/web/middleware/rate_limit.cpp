#include <weft/web/middleware/rate_limit.hpp>

#include "web/failure.hpp"
#include "web/ip_range.hpp"

#include <weft/web/client_address.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace weft {
namespace {

constexpr std::size_t network_bytes = 8;  // of the 16 of an IPv6 address

std::string in_seconds(duration time) {
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(time).count());
}

void require(bool holds, const char* what) {
  if (!holds) throw std::invalid_argument(std::string("weft::rate_limit: ") + what);
}

// RFC 9651 3.3.3, without what has to be escaped.
bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
  });
}

class rate_limit_layer {
public:
  explicit rate_limit_layer(rate_limit_options options) : options_(std::move(options)) {
    const auto& rate = options_.rate;
    require(rate.requests > 0, "a rate of no requests");
    require(rate.per.count() > 0, "a rate in no time");
    require(rate.requests <= static_cast<std::uint64_t>(rate.per.count()),
            "more requests than nanoseconds");
    require(options_.key != nullptr, "no key");
    require(is_name(options_.name), "a name is not empty and has no quotes");
    if (options_.store == nullptr) options_.store = local_rate_limits();
    quoted_name_ = '"' + options_.name + '"';
    policy_ = quoted_name_ + ";q=" + std::to_string(rate.requests) + ";w=" + in_seconds(rate.per);
  }

  task<response> operator()(const request& req, next inner) const {
    auto& ctx = inner.context();
    auto key = options_.key(ctx);
    if (!key) {
      auto free = co_await inner(req);
      co_return free;
    }
    key->insert(0, options_.name + ' ');
    const auto verdict = co_await options_.store->take(*key, options_.rate);
    response res;
    if (verdict.allowed) res = co_await inner(req);
    else refuse(ctx, verdict, res);
    res.add_header("RateLimit-Policy", policy_);
    res.add_header("RateLimit", quoted_name_ + ";r=" + std::to_string(verdict.remaining) +
                                    ";t=" + in_seconds(verdict.reset));
    co_return res;
  }

private:
  static void refuse(const context& ctx, const rate_verdict& verdict, response& res) {
    write_problem({http_status::too_many_requests, "Too many requests have come from here.", {}},
                  res, detail::id_of(ctx));
    res.set_header("Retry-After",
                   in_seconds(std::max<duration>(verdict.retry_after, std::chrono::seconds(1))));
  }

  rate_limit_options options_;
  std::string quoted_name_;
  std::string policy_;
};

}  // namespace

std::optional<std::string> by_client_address(context& ctx) {
  auto text = std::move(**client_address::extract(ctx));
  if (text.find(':') == text.npos) return text;
  auto address = detail::parse_ip(text);
  if (!address) return text;
  std::fill(address->begin() + network_bytes, address->end(), std::uint8_t{0});
  return detail::to_string(*address);
}

middleware rate_limit(rate_limit_options options) { return rate_limit_layer(std::move(options)); }

}  // namespace weft
