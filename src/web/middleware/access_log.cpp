#include <weft/web/middleware/access_log.hpp>

#include "web/failure.hpp"
#include "web/middleware/access_record.hpp"

#include <weft/runtime/scheduler.hpp>
#include <weft/web/client_address.hpp>
#include <weft/web/context.hpp>
#include <weft/web/middleware/trace_contexts.hpp>
#include <weft/web/route.hpp>

#include <atomic>
#include <stdexcept>
#include <utility>

namespace weft {
namespace {

std::optional<std::uint64_t> bytes_of(const request& req, const response& res) {
  if (req.method() == http_method::head) return 0;
  if (res.producer() != nullptr) return res.produced_length();
  return res.body().size();
}

class access_log_layer {
public:
  explicit access_log_layer(access_log_options options)
      : options_(std::move(options)), counted_(std::make_shared<std::atomic<unsigned>>(0)) {
    if (options_.one_in == 0) throw std::invalid_argument("weft::access_log: one_in is 0");
    if (options_.sink == nullptr) options_.sink = log_to_standard_output();
  }

  task<response> operator()(const request& req, next inner) const {
    const auto begun = scheduler::current().now();
    auto res = co_await inner(req);
    if (is_chosen(res)) note(req, inner.context(), res, scheduler::current().now() - begun);
    co_return res;
  }

private:
  bool is_chosen(const response& res) const noexcept {
    constexpr unsigned first_error = 400;
    return options_.one_in == 1 || static_cast<unsigned>(res.status()) >= first_error ||
           counted_->fetch_add(1, std::memory_order_relaxed) % options_.one_in == 0;
  }

  // A log that fails is no reason to answer otherwise.
  void note(const request& req, context& ctx, const response& res, duration took) const noexcept {
    try {
      const auto record = record_of(req, ctx, res, took);
      options_.sink->write(options_.format == log_format::json ? detail::to_json_line(record)
                                                               : detail::to_text_line(record));
    } catch (...) {
      options_.sink->write("{\"dropped_lines\":1}\n");
    }
  }

  detail::access_record record_of(const request& req, context& ctx, const response& res,
                                  duration took) const {
    detail::access_record record;
    record.time =
        std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now() - took);
    record.client = **client_address::extract(ctx);
    record.method = req.method_name();
    record.target = options_.with_queries ? req.target() : req.target().substr(0, path_end(req));
    if (ctx.route() != nullptr) record.route = ctx.route()->pattern();
    record.status = static_cast<unsigned>(res.status());
    record.bytes = bytes_of(req, res);
    record.took = took;
    record.request_id = detail::id_of(ctx);
    if (const auto* const trace = ctx.find_local<trace_context>())
      record.trace_id = trace->trace_id;
    record.user_agent = req.header("User-Agent").value_or("");
    return record;
  }

  static std::size_t path_end(const request& req) { return req.target().find('?'); }

  access_log_options options_;
  std::shared_ptr<std::atomic<unsigned>> counted_;  // answers that may be left out
};

}  // namespace

middleware access_log(access_log_options options) { return access_log_layer(std::move(options)); }

}  // namespace weft
