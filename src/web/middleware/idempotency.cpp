#include <weft/web/middleware/idempotency.hpp>

#include "web/kept_answers.hpp"

#include <weft/runtime/scheduler.hpp>
#include <weft/web/authenticated.hpp>
#include <weft/web/problem.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace weft {
namespace {

using detail::kept_answers;

constexpr std::size_t longest_key = 255;

bool is_key(std::string_view text) {
  return !text.empty() && text.size() <= longest_key &&
         std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

// Who sends another request under a key of his own deceives himself alone.
std::size_t mark_of(const request& req) {
  std::string all(req.method_name());
  all.append(1, ' ').append(req.target()).append(1, '\n').append(req.body());
  return std::hash<std::string>()(all);
}

bool is_kept(const response& res) {
  constexpr unsigned first_failure = 500;
  return static_cast<unsigned>(res.status()) < first_failure &&
         res.status() != http_status::too_many_requests && res.producer() == nullptr &&
         res.takeover() == nullptr;
}

/// A key that is under way: free again at the end, unless an answer is kept under it.
class claimed_key {
public:
  claimed_key(kept_answers& all, std::string key) noexcept : all_(all), key_(std::move(key)) {}
  claimed_key(const claimed_key&) = delete;
  claimed_key& operator=(const claimed_key&) = delete;
  ~claimed_key() {
    if (is_under_way_) all_.drop(key_);
  }
  void keep(const response& res) {
    all_.keep(key_, std::make_shared<const detail::kept_answer>(res), scheduler::current().now());
    is_under_way_ = false;
  }

private:
  kept_answers& all_;
  std::string key_;
  bool is_under_way_ = true;
};

class idempotency_layer {
public:
  explicit idempotency_layer(idempotency_options options)
      : options_(std::move(options)),
        answers_(std::make_shared<kept_answers>(options_.most_bytes, options_.keeps_for)) {
    if (options_.most_bytes == 0 || options_.keeps_for.count() <= 0)
      throw std::invalid_argument("weft::idempotency: nothing is to be kept, or for no time");
  }

  task<response> operator()(const request& req, next inner) const {
    auto key = key_of(req, inner.context());
    if (!key) return inner(req);
    return answer_once(answers_, std::move(*key), req, inner);
  }

private:
  static task<response> answer_once(std::shared_ptr<kept_answers> answers, std::string key,
                                    const request& req, next inner) {
    const auto known = answers->claim(key, mark_of(req), scheduler::current().now());
    refuse_other(known.what);
    response res;
    if (known.answer != nullptr) {
      known.answer->write_to(res);
      res.set_header("Idempotency-Replayed", "true");
      co_return res;
    }
    claimed_key mine(*answers, std::move(key));
    res = co_await inner(req);
    if (is_kept(res)) mine.keep(res);
    co_return res;
  }

  static void refuse_other(kept_answers::state what) {
    if (what == kept_answers::state::under_way)
      throw http_error(http_status::conflict,
                       "The request with this Idempotency-Key is under way.");
    if (what == kept_answers::state::another)
      throw http_error(http_status::unprocessable_content,
                       "The Idempotency-Key is that of another request.");
  }

  /// @return nullopt where the request may be done as often as it is sent
  std::optional<std::string> key_of(const request& req, context& ctx) const {
    if (req.method() != http_method::post && req.method() != http_method::patch)
      return std::nullopt;
    const auto sent = req.header("Idempotency-Key");
    if (!sent && !options_.required) return std::nullopt;
    if (!sent) throw http_error(http_status::bad_request, "This needs an Idempotency-Key.");
    if (!is_key(*sent))
      throw http_error(http_status::bad_request,
                       "An Idempotency-Key is 1 to 255 visible characters.");
    auto key = options_.owner != nullptr ? options_.owner(ctx) : owner_of(req, ctx);
    return key.append(1, '\n').append(*sent);
  }

  /// Who has shown the same credentials.
  static std::string owner_of(const request& req, context& ctx) {
    const auto* const shown = ctx.find_local<detail::authentication_mark>();
    if (shown != nullptr && !shown->credentials.empty()) return shown->credentials;
    return std::string(req.header("Authorization").value_or(""));
  }

  idempotency_options options_;
  std::shared_ptr<kept_answers> answers_;
};

}  // namespace

middleware idempotency(idempotency_options options) {
  return idempotency_layer(std::move(options));
}

}  // namespace weft
