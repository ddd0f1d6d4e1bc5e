#include <weft/testing/web/app_client.hpp>
#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// What docs/testing.md shows.

using namespace std::chrono_literals;
using weft::testing::app_client;
using weft::testing::event_reader;
using weft::testing::in_process;
using weft::testing::over_socket;
using weft::testing::user_agent;

namespace {

struct note {
  std::string text;
  int stars = 0;
};
BOOST_DESCRIBE_STRUCT(note, (), (text, stars))

using notes = weft::state<weft::guarded<std::vector<note>>>;

void add_notes(weft::app& app) {
  app.state(std::make_shared<weft::guarded<std::vector<note>>>());
  app.get("/notes",
          [](notes all) { return all->with([](std::vector<note>& list) { return list; }); });
  app.post("/notes", [](notes all, weft::json<note> sent) -> weft::task<weft::created<note>> {
    const auto id = co_await all->with([&](std::vector<note>& list) {
      list.push_back(*sent);
      return list.size();
    });
    co_return weft::created(*sent, "/notes/" + std::to_string(id));
  });
  app.get("/notes/{id}", [](notes all, weft::path<std::size_t> id) {
    return all->with([id = *id](std::vector<note>& list) {
      return id == 0 || id > list.size() ? std::nullopt : std::optional(list[id - 1]);
    });
  });
}

}  // namespace

// [first]
TEST_CASE("a note is kept") {
  weft::app app;
  add_notes(app);
  app_client client(app);

  const auto made = client.post("/notes", note{"weave", 3});
  CHECK(made.code() == 201);
  CHECK(made.header("Location") == "/notes/1");
  CHECK(client.get("/notes/1").json<note>().text == "weave");
  CHECK(client.get("/notes/2").code() == 404);
}
// [/first]

TEST_CASE("the guide's answers say what they are") {
  weft::app app;
  add_notes(app);
  app_client client(app);
  // [answers]
  client.post("/notes", note{"weave", 3}).expect(201);
  const auto all = client.get("/notes");
  CHECK(all.json_at("/0/text") == "weave");
  CHECK(all.json_at<int>("/0/stars") == 3);
  const auto refused = client.post("/notes", R"({"text":7})", "application/json");
  CHECK(refused.expect(422).json_at("/errors/0/pointer") == "/text");
  // [/answers]
}

TEST_CASE("the guide's clients ask by each way") {
  weft::app app;
  add_notes(app);
  // [ways]
  app_client in_virtual_time(app);
  app_client under_the_lock(app, in_process{.model = weft::gil{.threads = 4}});
  app_client all_of_it(app, over_socket{});
  // [/ways]
  for (app_client* client : {&in_virtual_time, &under_the_lock, &all_of_it}) {
    CHECK(client->get("/notes/9").code() == 404);
  }
}

TEST_CASE("the guide's agent keeps cookies and follows redirects") {
  weft::app app;
  app.get("/login", [](weft::query_value<"name"> name) {
    return weft::with_cookies("in", weft::set_cookie("session", *name, {.max_age = 1h}));
  });
  app.get("/me", [](weft::cookie<"session", std::optional<std::string>> session,
                    weft::header<"Authorization", std::optional<std::string>> token) {
    if (token->has_value()) return **token;
    if (!session->has_value()) throw weft::http_error(weft::http_status::unauthorized);
    return **session;
  });
  app.get("/old-me", [] { return weft::redirect("/me"); });
  app_client client(app);
  // [agent]
  client.get("/login?name=ada");
  CHECK(client.agent().cookies().find("session")->http_only);
  CHECK(client.get("/me").body() == "ada");
  client.let_pass(2h);  // virtual: the session's hour is over
  CHECK(client.get("/me").code() == 401);

  client.agent().set_default_header("Authorization", "Bearer t1");
  client.agent().follow_redirects();
  CHECK(client.get("/old-me").url() == "http://localhost/me");
  // [/agent]
}

TEST_CASE("the guide's last ticket is sold once") {
  weft::app app;
  app.state(std::make_shared<weft::guarded<int>>(1));
  app.post("/tickets",
           [](weft::state<weft::guarded<int>> left) -> weft::task<weft::with_status<std::string>> {
             const bool sold = co_await left->with([](int& n) { return n > 0 && n-- > 0; });
             co_return weft::with_status(
                 sold ? weft::http_status::created : weft::http_status::conflict,
                 std::string(sold ? "yours" : "sold out"));
           });
  app_client client(app);
  // [together]
  const int sold = client.run([](user_agent& agent) -> weft::task<int> {
    auto first = weft::go(agent.post("/tickets", "", "text/plain"));
    auto second = weft::go(agent.post("/tickets", "", "text/plain"));
    const auto one = co_await first.join();
    const auto two = co_await second.join();
    co_return (one.code() == 201 ? 1 : 0) + (two.code() == 201 ? 1 : 0);
  });
  CHECK(sold == 1);
  // [/together]
}

TEST_CASE("the guide's ticks are read as they come") {
  weft::app app;
  app.get("/ticks", [] {
    return weft::stream(
        [](weft::body_writer& out) -> weft::task<> {
          for (int n = 1;; ++n) {
            const auto number = std::to_string(n);
            const auto sent =
                co_await out.write("id: " + number + "\ndata: tick " + number + "\n\n");
            if (!sent) co_return;
            const std::error_code cut = co_await weft::sleep(1s);
            if (cut) co_return;
          }
        },
        "text/event-stream");
  });
  app_client client(app);
  // [events]
  client.run([](user_agent& agent) -> weft::task<> {
    weft::http::client_request request("GET", "/ticks");
    auto answer = co_await agent.open(std::move(request));
    event_reader events(answer);
    const auto first = co_await events.next();
    CHECK(first->data == "tick 1");
    const auto second = co_await events.next();
    CHECK(second->id == "2");
  });
  // [/events]
}
