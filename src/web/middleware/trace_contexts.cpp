#include <weft/web/middleware/trace_contexts.hpp>

#include "web/middleware/random_id.hpp"

#include <weft/web/context.hpp>

#include <algorithm>
#include <utility>

namespace weft {
namespace {

// "00-" 32 digits "-" 16 digits "-" 2 digits.
constexpr std::size_t version_digits = 2;
constexpr std::size_t trace_digits = 32;
constexpr std::size_t span_digits = 16;
constexpr std::size_t flag_digits = 2;
constexpr std::size_t length = 55;
constexpr std::size_t longest_state = 512;

constexpr bool is_hex(char c) noexcept { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

/// Takes digits and the dash behind them, which the last field of all has not.
/// @return empty where they are not there
std::string_view take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return {};
  const auto digits = text.substr(0, count);
  if (!std::ranges::all_of(digits, is_hex)) return {};
  text.remove_prefix(count);
  if (text.empty()) return digits;
  if (text.front() != '-') return {};
  text.remove_prefix(1);
  return digits;
}

bool is_zero(std::string_view digits) { return digits.find_first_not_of('0') == digits.npos; }

trace_context context_of(const request& req) {
  auto sent = trace_context::parse(req.header("traceparent").value_or(""));
  if (!sent) {
    trace_context begun;
    begun.trace_id = detail::random_id(trace_digits);
    return begun;
  }
  const auto state = req.header("tracestate").value_or("");
  if (state.size() <= longest_state) sent->state = state;
  return std::move(*sent);
}

task<response> with_trace_context(const request& req, next inner) {
  if (inner.context().find_local<trace_context>() == nullptr) {
    auto& mine = inner.context().put_local(context_of(req));
    mine.span_id = detail::random_id(span_digits);
  }
  return inner(req);
}

}  // namespace

std::optional<trace_context> trace_context::parse(std::string_view traceparent) {
  const bool is_longer = traceparent.size() > length;
  const auto version = take_digits(traceparent, version_digits);
  const auto trace = take_digits(traceparent, trace_digits);
  const auto parent = take_digits(traceparent, span_digits);
  const auto flags = take_digits(traceparent, flag_digits);
  const bool is_known = version == "00" ? !is_longer : !version.empty() && version != "ff";
  if (!is_known || is_zero(trace) || is_zero(parent) || flags.empty()) return std::nullopt;
  trace_context found;
  found.trace_id = trace;
  found.parent_id = parent;
  found.sampled = std::string_view("13579bdf").find(flags.back()) != std::string_view::npos;
  return found;
}

std::string trace_context::to_field() const {
  return "00-" + trace_id + '-' + span_id + (sampled ? "-01" : "-00");
}

middleware trace_contexts() { return &with_trace_context; }

}  // namespace weft
