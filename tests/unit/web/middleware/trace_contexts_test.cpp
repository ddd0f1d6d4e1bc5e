#include "unit/web/support/client.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>

namespace {

constexpr std::string_view trace = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr std::string_view parent = "00f067aa0ba902b7";
const std::string sent = "00-" + std::string(trace) + "-" + std::string(parent) + "-01";

struct shown {
  std::string trace_id, parent_id, span_id, state, field;
  bool sampled;
};
BOOST_DESCRIBE_STRUCT(shown, (), (trace_id, parent_id, span_id, state, field, sampled))

void serve(weft::app& app) {
  // [trace_contexts]
  app.use(weft::trace_contexts());
  app.get("/", [](weft::local<weft::trace_context> at) {
    const std::string handed_on = at->to_field();  // traceparent of a request to another service
    return shown{at->trace_id, at->parent_id, at->span_id, at->state, handed_on, at->sampled};
  });
  // [/trace_contexts]
}

bool is_hex(std::string_view text, std::size_t digits) {
  return text.size() == digits && text.find_first_not_of("0123456789abcdef") == text.npos;
}

std::string text_of(const answer& a, const char* member) {
  return std::string(a.json().at(member).as_string());
}

}  // namespace

TEST_CASE("a request goes on with its caller's trace") {
  weft::app app;
  serve(app);
  client web(app);
  const auto at = web.get("/", {{"traceparent", sent}, {"tracestate", "congo=t61rcWkgMzE"}});
  CHECK(text_of(at, "trace_id") == trace);
  CHECK(text_of(at, "parent_id") == parent);
  CHECK(text_of(at, "state") == "congo=t61rcWkgMzE");
  CHECK(at.json().at("sampled") == true);
  const auto span = text_of(at, "span_id");
  CHECK(is_hex(span, 16));
  CHECK(span != parent);
  CHECK(text_of(at, "field") == "00-" + std::string(trace) + "-" + span + "-01");
}

TEST_CASE("a request without a trace begins one") {
  weft::app app;
  serve(app);
  client web(app);
  const auto first = web.get("/", {{"tracestate", "congo=t61rcWkgMzE"}});
  CHECK(is_hex(text_of(first, "trace_id"), 32));
  CHECK(text_of(first, "parent_id").empty());
  CHECK(text_of(first, "state").empty());
  CHECK(first.json().at("sampled") == false);
  CHECK(text_of(first, "trace_id") != text_of(web.get("/"), "trace_id"));
}

TEST_CASE("a traceparent is read strictly, and of a later version what this one knows") {
  const auto parse = &weft::trace_context::parse;
  CHECK(parse(sent)->sampled);
  const auto with = [](std::string_view version, std::string_view rest) {
    return std::string(version) + "-" + std::string(trace) + "-" + std::string(parent) +
           std::string(rest);
  };
  CHECK_FALSE(parse(with("00", "-00"))->sampled);
  CHECK_FALSE(parse(with("00", "-fe"))->sampled);
  CHECK(parse(with("00", "-ff"))->sampled);
  CHECK(parse(with("01", "-01"))->trace_id == trace);
  CHECK(parse(with("cc", "-01-what-ever"))->trace_id == trace);

  const std::string zeros(32, '0');
  for (const auto& bad :
       {std::string(), with("ff", "-01"), with("00", "-01-x"), with("00", "-01-"), with("00", ""),
        with("00", "-1"), with("00", "-0g"), with("0", "-01"), with("0x", "-01"),
        with("cc", "-01x"), "00-" + zeros + "-" + std::string(parent) + "-01",
        "00-" + std::string(trace) + "-" + zeros.substr(16) + "-01",
        "00-" + std::string(trace).substr(1) + "-" + std::string(parent) + "-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + std::string(parent) + "-01", " " + sent,
        sent + " "}) {
    INFO("traceparent " << bad);
    CHECK_FALSE(parse(bad).has_value());
  }
}

TEST_CASE("a tracestate that is too long is left out") {
  weft::app app;
  serve(app);
  client web(app);
  const auto at =
      web.get("/", {{"traceparent", sent}, {"tracestate", "a=" + std::string(511, 'x')}});
  CHECK(text_of(at, "trace_id") == trace);
  CHECK(text_of(at, "state").empty());
}
