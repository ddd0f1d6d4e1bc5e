// An operation of each kind, for openapi_test.py.

#include <weft/weft.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace shop {

enum class state { open, paid, sent };
BOOST_DESCRIBE_ENUM(state, open, paid, sent)

struct card {
  std::string number;
};
BOOST_DESCRIBE_STRUCT(card, (), (number))
inline void json_rules(weft::rules_for<card>& rules) {
  rules.tag("by", "card");
  rules.size(&card::number, 4, 8);
}

struct transfer {
  std::string account;
  int days = 14;
};
BOOST_DESCRIBE_STRUCT(transfer, (), (account, days))
inline void json_rules(weft::rules_for<transfer>& rules) {
  rules.tag("by", "transfer");
  rules.optional(&transfer::days);
  rules.range(&transfer::days, 1, 30);
}

struct line {
  std::string sku;
  std::uint16_t quantity = 1;
  std::vector<line> parts;
};
BOOST_DESCRIBE_STRUCT(line, (), (sku, quantity, parts))
inline void json_rules(weft::rules_for<line>& rules) {
  rules.describe(&line::sku, "As it stands on the box.");
  rules.pattern(&line::sku, "[A-Z]{2}-\\d+");
  rules.optional(&line::parts);
  rules.at_least(&line::quantity, 1);
}

struct order {
  std::int64_t order_id = 0;
  shop::state state = state::open;
  std::vector<line> lines;
  std::map<std::string, int> counts;
  std::optional<std::string> note;
  std::variant<card, transfer> payment;
  std::chrono::sys_seconds placed_at;
  std::chrono::year_month_day due_on{std::chrono::year(2026), std::chrono::month(1),
                                     std::chrono::day(31)};
  double discount = 0.5;
  std::string mail = "someone@example.com";
  std::string plan = "free";
  std::vector<std::string> tags;
};
BOOST_DESCRIBE_STRUCT(order, (),
                      (order_id, state, lines, counts, note, payment, placed_at, due_on, discount,
                       mail, plan, tags))
inline void json_rules(weft::rules_for<order>& rules) {
  rules.describe("What somebody wants.");
  rules.names(weft::naming::camel);
  rules.as_text(&order::order_id);
  rules.refuse_unknown();
  rules.optional(&order::order_id, &order::state, &order::counts, &order::tags);
  rules.size(&order::lines, 1, 3);
  rules.range(weft::each(&order::counts), 0, 9);
  rules.size(&order::counts, 0, 4);
  rules.size(&order::note, 1, 20);
  rules.above(&order::discount, 0);
  rules.below(&order::discount, 100);
  rules.multiple_of(&order::discount, 0.25);
  rules.email(&order::mail);
  rules.one_of(&order::plan, {"free", "team"});
  rules.unique(&order::tags);
  rules.size(weft::each(&order::tags), 1, 8);
}

struct search {
  std::string text;
  std::optional<shop::state> state;
  int page = 1;
  std::vector<std::int8_t> sizes;
  std::optional<bool> sorted;
};
BOOST_DESCRIBE_STRUCT(search, (), (text, state, page, sizes, sorted))
inline void json_rules(weft::rules_for<search>& rules) {
  rules.size(&search::text, 2, 10);
  rules.optional(&search::page);
  rules.range(&search::page, 1, 99);
  rules.size(&search::sizes, 0, 3);
}

struct picture {
  std::string title;
  weft::upload file;
};
BOOST_DESCRIBE_STRUCT(picture, (), (title, file))
inline void json_rules(weft::rules_for<picture>& rules) { rules.size(&picture::title, 1, 12); }

struct total {
  int count = 0;
  std::optional<std::string> first;
};
BOOST_DESCRIBE_STRUCT(total, (), (count, first))

weft::task<weft::response> only_with_a_key(const weft::request& req, weft::next inner) {
  if (req.header("X-Key") == "secret") co_return co_await inner(req);
  weft::response refused;
  weft::write_problem({weft::http_status::unauthorized, {}, {}}, refused);
  co_return refused;
}

weft::task<total> count_lines(weft::json_lines<line> lines) {
  total sum;
  while (auto one = co_await lines.next()) {
    if (sum.count++ == 0) sum.first = one->sku;
  }
  co_return sum;
}

weft::task<total> count_bytes(weft::body_stream body) {
  total sum;
  while (auto piece = co_await body.read()) sum.count += static_cast<int>(piece->size());
  co_return sum;
}

weft::task<total> count_parts(weft::multipart parts) {
  total sum;
  while (auto part = co_await parts.next()) ++sum.count;
  co_return sum;
}

order sample() {
  order made;
  made.lines.push_back({"AB-1", 2, {}});
  made.payment = transfer{"DE1", 7};
  return made;
}

weft::result<total> lookup(weft::path<std::string> name) {
  if (*name == "gone") return make_error_code(weft::http_status::gone);
  return total{1, *name};
}

}  // namespace shop

int main(int argc, char** argv) {
  using namespace shop;
  weft::app app;
  app.describe_api(
      {.title = "Shop",
       .version = "1.0",
       .description = "An operation of each kind.",
       .tags = {{"orders", "What people want."}},
       .security = {weft::security_scheme::key("key", weft::operation::place::header, "X-Key")}});
  app.serve_openapi();
  auto& orders = app.group("/orders");
  orders.docs({.tags = {"orders"}});
  orders.post("", [](weft::json<order> sent) { return weft::created(*sent, "/orders/1"); })
      .name("place_order")
      .docs({.summary = "Places an order",
             .answers = {{.status = weft::http_status::created,
                          .description = "It is placed.",
                          .example = weft::to_json(sample())}}});
  orders.get("/{id}", [](weft::path<std::uint32_t> id) {
    return *id == 404 ? std::nullopt : std::optional(sample());
  });
  orders.patch("/{number}", [](weft::path<std::uint32_t>, weft::patch<order> change) {
    auto stored = sample();
    if (auto fits = weft::apply(change, stored); !fits) throw weft::http_error(std::move(fits));
    return stored;
  });
  orders.del("/{id}", [](weft::path<std::uint32_t>) { return weft::no_content(); })
      .docs({.deprecated = true});
  orders.get("", [](weft::query<search> wanted) {
    return std::vector<total>{{wanted->page, wanted->text}};
  });
  orders.get("/by-key/{key}", [](weft::path<weft::uuid> key) { return key->text(); });
  orders.get("/since/{day}", [](weft::path<std::chrono::year_month_day>) {});
  app.get("/where",
          [](weft::query_value<"size", int, 20> size,
             weft::query_value<"state", std::optional<shop::state>>, weft::header<"X-Trace">,
             weft::header<"X-Level", std::optional<std::int8_t>>, weft::cookie<"theme">,
             weft::cookie<"rows", int, 10>) { return std::to_string(*size); });
  app.post("/lines", count_lines);
  app.post("/bytes", count_bytes);
  app.post("/parts", count_parts);
  app.post("/login", [](weft::form<search> form) { return total{form->page, form->text}; });
  app.post("/pictures", [](weft::form<picture> form) {
    return total{static_cast<int>(form->file.size()), form->title};
  });
  app.get("/lookup/{name}", lookup);
  app.get("/export", [] {
    return weft::stream_lines<line>([](weft::item_writer<line>& out) -> weft::task<> {
      const line one{"AB-1", 1, {}};
      const auto sent = co_await out.write(one);
      if (!sent) co_return;
    });
  });
  app.post("/jobs",
           [](weft::json<total> sent) {
             return weft::with_status(weft::http_status::accepted, *sent);
           })
      .docs({.answers = {{.status = weft::http_status::accepted, .description = "Queued."}}});
  app.get("/files/{*rest}", [](weft::path<std::string> rest) { return *rest; });
  app.get("/leave", [] { return weft::redirect("/where"); });
  auto& inside = app.group("/inside");
  inside.use(only_with_a_key).docs({.security = {"key"}});
  inside.get("/name", [] { return "somebody"; });
  return app.run(argc, argv);
}
