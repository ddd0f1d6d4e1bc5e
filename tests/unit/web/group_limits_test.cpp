#include "unit/http/running_server.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <string>
#include <tuple>
#include <vector>

using namespace std::chrono_literals;
using namespace weft::test;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;
using weft::task;

namespace {

std::string take_order(const weft::request& req) { return std::to_string(req.body().size()); }
std::string take_import(const weft::request& req) { return std::to_string(req.body().size()); }

std::string post(const std::string& target, std::size_t size) {
  return "POST " + target +
         " HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Length: " + std::to_string(size) +
         "\r\n\r\n" + std::string(size, 'x');
}

task<std::string> wait() {
  const std::error_code end = co_await weft::sleep(400ms);
  co_return end ? "cut" : "whole";
}

}  // namespace

TEST_CASE("the body limit of a group is that of its routes without one of their own") {
  under_each_model([]() -> task<> {
    weft::app app;
    // [limits]
    auto& api = app.group("/api");
    api.limit_body(64 * 1024).limit_time(2s);
    api.post("/orders", take_order);
    api.post("/imports", take_import).limit_body(512 * 1024 * 1024).limit_time(10min);
    // [/limits]
    api.group("/small").limit_body(10).post("/x", take_order);
    weft::router mounted;
    mounted.post("/as-around", take_order);
    api.mount("/m", mounted);
    app.post("/outside", take_order);
    running_server server(on_a_free_port(), &app);
    server.start();
    const std::vector<std::tuple<std::string, int, std::string>> asked = {
        std::tuple("/api/orders", 65536, "200"),      std::tuple("/api/orders", 65537, "413"),
        std::tuple("/api/imports", 2'000'000, "200"), std::tuple("/api/small/x", 10, "200"),
        std::tuple("/api/small/x", 11, "413"),        std::tuple("/api/m/as-around", 65537, "413"),
        std::tuple("/outside", 65537, "200"),         std::tuple("/outside", 1'048'577, "413")};
    for (const auto& [target, size, status] : asked) {
      INFO(target << ' ' << size);
      const auto answer =
          co_await weft::test::exchange(server, post(target, static_cast<std::size_t>(size)));
      CHECK_THAT(answer, StartsWith("HTTP/1.1 " + status));
    }
    co_await server.stop();
  });
}

TEST_CASE("the time limit of a group is that of its routes without one of their own") {
  under_each_model([]() -> task<> {
    weft::app app;
    auto& quick = app.group("/quick").limit_time(1ms);
    quick.get("/x", wait);
    quick.get("/own", wait).limit_time(1h);
    quick.group("/inner").limit_time(1h).get("/x", wait);
    app.get("/outside", wait);
    running_server server(on_a_free_port(), &app);
    server.start();
    const auto cut = co_await weft::test::exchange(server, get("/quick/x"));
    CHECK_THAT(cut, StartsWith("HTTP/1.1 503 "));
    const std::vector<std::string> patient = {"/quick/own", "/quick/inner/x", "/outside"};
    for (const auto& path : patient) {
      INFO("path " << path);
      const auto answer = co_await weft::test::exchange(server, get(path, last));
      CHECK_THAT(answer, EndsWith("\r\n\r\nwhole"));
    }
    co_await server.stop();
  });
}
