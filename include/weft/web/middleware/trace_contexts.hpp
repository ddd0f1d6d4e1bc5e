#pragma once

#include <weft/web/middleware.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace weft {

/// Where a request stands in a trace that several services write; trace_contexts() puts it for
/// each. @source W3C Trace Context
struct trace_context {
  std::string trace_id;   ///< 32 hexadecimal digits: the same in all services
  std::string parent_id;  ///< 16: the caller's span; empty where the trace begins here
  std::string span_id;    ///< 16: the span of this request
  bool sampled = false;   ///< the caller records its part
  std::string state;      ///< the field tracestate as it came, which is handed on with to_field()

  /// The field traceparent for a request to another service, whose caller this request is.
  std::string to_field() const;
  /// @return nullopt where the text is no traceparent; of a later version what this one knows
  static std::optional<trace_context> parse(std::string_view traceparent);
};

/// Reads the fields traceparent and tracestate, or begins a trace, and gives the request a span. A
/// handler takes local<trace_context> and hands it on. What is malformed is as not sent.
/// @example tests/unit/web/middleware/trace_contexts_test.cpp:trace_contexts
middleware trace_contexts();

}  // namespace weft
