#include "routes.hpp"

#include "workload.hpp"

#include <weft/runtime/sleep.hpp>
#include <weft/web/json.hpp>
#include <weft/web/path.hpp>
#include <weft/web/query.hpp>

#include <chrono>
#include <string>

namespace lab {
namespace {

struct items_query {
  std::int32_t m = 1;
};
BOOST_DESCRIBE_STRUCT(items_query, (), (m))
void json_rules(weft::rules_for<items_query>& rules) { rules.optional(&items_query::m); }

struct report_query {
  std::int64_t rows = 0;
};
BOOST_DESCRIBE_STRUCT(report_query, (), (rows))
void json_rules(weft::rules_for<report_query>& rules) {
  rules.range(&report_query::rows, 1, most_report_rows);
}

struct io_query {
  std::int64_t ms = 0;
};
BOOST_DESCRIBE_STRUCT(io_query, (), (ms))
void json_rules(weft::rules_for<io_query>& rules) { rules.range(&io_query::ms, 0, 60'000); }

std::string list_routes() {
  return "The Concurrency Lab\n\n"
         "GET  /json            a greeting\n"
         "POST /orders          totals of an order\n"
         "GET  /items/{count}   the first items, ?m= multiplies their totals\n"
         "GET  /report          CPU-bound, ?rows=\n"
         "GET  /io              waits without a thread, ?ms=\n"
         "POST /echo            the bytes of the body\n";
}

item_list list_items(weft::path<std::int64_t> count, weft::query<items_query> query) {
  if (*count < 1 || *count > static_cast<std::int64_t>(catalogue().size())) {
    throw weft::http_error(weft::http_status::bad_request, "count must be 1 to 50");
  }
  return price_items(*count, query->m);
}

weft::task<greeting> wait_and_greet(weft::query<io_query> query) {
  co_await weft::sleep(std::chrono::milliseconds(query->ms));
  co_return greet();
}

weft::response echo(const weft::request& req) {
  weft::response res;
  res.set_content_type("application/octet-stream");
  res.body().append(req.body());
  return res;
}

}  // namespace

void add_routes(weft::app& app) {
  catalogue();  // read now and not in the first request
  app.get("/", list_routes);
  app.get("/json", greet);
  app.post("/orders", [](weft::json<order> placed) { return price_order(*std::move(placed)); });
  app.get("/items/{count}", list_items);
  app.get("/report", [](weft::query<report_query> query) { return make_report(query->rows); });
  app.get("/io", wait_and_greet);
  app.post("/echo", echo);
}

}  // namespace lab
