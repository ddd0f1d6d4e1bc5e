#include "unit/testing_web/each_client.hpp"

#include "samples/todo/routes.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using weft::testing::app_client;
using weft::testing::json_request;
using weft::testing::user_agent;

namespace {

/// Each client asks an app of its own: the list would keep what the one before has put in.
template <class Test>
void with_each_todo_app(Test test) {
  for (const auto& m : weft::test::every_model()) {
    INFO("in process, " << m.name);
    weft::app app;
    add_routes(app);
    app_client client(app, weft::testing::in_process{.model = m.value});
    test(client);
  }
  weft::app app;
  add_routes(app);
  app_client client(app, weft::testing::over_socket{});
  test(client);
}

}  // namespace

TEST_CASE("the todo sample keeps what it is told") {
  with_each_todo_app([](app_client& client) {
    CHECK(client.get("/todos").json<std::vector<todo>>().empty());
    const auto made = client.post("/todos", R"({"title":"weave"})", "application/json").expect(201);
    CHECK(made.header("Location") == "/todos/1");
    CHECK(made.json_at("/title") == "weave");
    CHECK_FALSE(made.json_at<bool>("/done"));
    CHECK(client.get("/todos/1").json<todo>().title == "weave");
    todo woven = made.json<todo>();
    woven.done = true;
    CHECK(client.send(json_request("PUT", "/todos/1", woven)).expect(200).json<todo>().done);
    CHECK(client.get("/todos").json_at("/0/done") == "true");
    client.send({"DELETE", "/todos/1"}).expect(204);
    client.send({"DELETE", "/todos/1"}).expect(404);
    client.get("/todos/1").expect(404);
    client.send(json_request("PUT", "/todos/1", woven)).expect(404);
  });
}

TEST_CASE("the todo sample names what is wrong") {
  with_each_todo_app([](app_client& client) {
    const auto wrong = client.post("/todos", R"({"title":7,"done":"no"})", "application/json");
    wrong.expect(422);
    CHECK(wrong.header("Content-Type") == "application/problem+json");
    CHECK(wrong.json_at("/errors/0/pointer") == "/title");
    CHECK(wrong.json_at("/errors/1/pointer") == "/done");
    client.post("/todos", todo{0, std::string(201, 't'), false}).expect(422);
    client.post("/todos", "{", "application/json").expect(400);
    client.post("/todos", "title=weave", "application/x-www-form-urlencoded").expect(415);
    client.get("/todos/x").expect(400);
    CHECK(client.send({"PATCH", "/todos/1"}).expect(405).header("Allow").has_value());
  });
}

TEST_CASE("the todo sample gives each of many its own id") {
  with_each_todo_app([](app_client& client) {
    const std::size_t kept = client.run([](user_agent& agent) -> weft::task<std::size_t> {
      std::vector<weft::join_handle<weft::testing::app_answer>> asking;
      for (int n = 0; n < 8; ++n) {
        asking.push_back(
            weft::go(agent.post("/todos", R"({"title":"weave"})", "application/json")));
      }
      for (auto& one : asking) (void)co_await one.join();
      const auto all = co_await agent.get("/todos");
      co_return all.json<std::vector<todo>>().size();
    });
    CHECK(kept == 8);
    CHECK(client.get("/todos/8").code() == 200);
  });
}
