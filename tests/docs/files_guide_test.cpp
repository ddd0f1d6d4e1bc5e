#include "unit/http/running_server.hpp"
#include "unit/web/support/temporary_folder.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <filesystem>
#include <fstream>
#include <string>

// What docs/files.md shows, region by region, asked over a socket; and files of any size there.

using namespace weft::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

std::string numbers(std::size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i) text += std::to_string(i) + ' ';
  text.resize(size);
  return text;
}

void put(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
  const auto hour = std::chrono::hours(1);
  std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() - hour);
}

void add_download(weft::app& app, const std::string& path) {
  // [download]
  app.get("/report", [path]() -> weft::task<weft::result<weft::file_reply>> {
    auto opened = co_await weft::blocking([&path] { return weft::file_reply::open(path); });
    if (opened) opened->attachment("Report \u20ac 2026.pdf");
    co_return opened;
  });
  // [/download]
}

void add_files(weft::app& app, const std::string& folder) {
  // [static_files]
  app.use(weft::static_files(folder, {.fallback = "index.html", .precompressed = true}));
  // [/static_files]
}

void add_private_files(weft::app& app, const weft::middleware& require_login,
                       const std::string& folder) {
  // [below]
  auto& members = app.group("/members");
  members.use(require_login);
  weft::static_files(folder).serve_below(members, "/files");
  // [/below]
}

weft::task<weft::response> let_all_in(const weft::request& req, weft::next next) {
  return next(req);
}

std::string body_of(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

TEST_CASE("the guide's files are served, of any size and in parts, and their conditions heeded") {
  const std::string large = numbers(3'000'000);
  const temporary_folder folder;
  put(folder.path() + "/index.html", "home");
  put(folder.path() + "/large.txt", large);
  put(folder.path() + "/report.pdf", large);
  under_each_model([&]() -> weft::task<> {
    weft::app app;
    add_files(app, folder.path());
    add_download(app, folder.path() + "/report.pdf");
    add_private_files(app, &let_all_in, folder.path());
    app.get("/gone", [&folder] { return weft::file_reply::open(folder.path() + "/gone"); });
    app.get("/folder", [&folder] { return weft::file_reply::open(folder.path()); });
    app.get("/error-page", [&folder] {
      auto opened = weft::file_reply::open(folder.path() + "/index.html");
      return weft::with_status(weft::http_status::not_found, std::move(*opened));
    });
    app.get("/several", [&folder] {
      auto opened = weft::file_reply::open(folder.path() + "/large.txt");
      opened->limit_ranges(2).show_as("all.txt");
      return opened;
    });
    running_server server(on_a_free_port(), &app);
    server.start();
    const auto whole = co_await exchange(server, get("/large.txt") + get("/", last));
    CHECK_THAT(whole, ContainsSubstring("Content-Length: 3000000\r\n"));
    CHECK(body_of(whole).starts_with(large + "HTTP/1.1 200 OK\r\n"));
    CHECK_THAT(whole, EndsWith("\r\n\r\nhome"));
    const auto part =
        co_await exchange(server, get("/large.txt", last + "Range: bytes=1000-2000999\r\n"));
    CHECK_THAT(part, StartsWith("HTTP/1.1 206 "));
    CHECK_THAT(part, ContainsSubstring("Content-Range: bytes 1000-2000999/3000000\r\n"));
    CHECK(body_of(part) == large.substr(1000, 2'000'000));
    const auto head = co_await exchange(
        server, "HEAD /large.txt HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    CHECK_THAT(head, ContainsSubstring("Content-Length: 3000000\r\n"));
    CHECK_THAT(head, EndsWith("\r\n\r\n"));
    const auto below = co_await exchange(server, get("/members/files/", last));
    CHECK_THAT(below, EndsWith("\r\n\r\nhome"));
    const auto page = co_await exchange(server, get("/any/page", last + "Accept: text/html\r\n"));
    CHECK_THAT(page, EndsWith("\r\n\r\nhome"));

    const auto report = co_await exchange(server, get("/report", last));
    CHECK_THAT(report, ContainsSubstring("Content-Type: application/pdf\r\n"));
    CHECK_THAT(report, ContainsSubstring("Content-Disposition: attachment; "
                                         "filename=\"Report _ 2026.pdf\"; "
                                         "filename*=UTF-8''Report%20%E2%82%AC%202026.pdf\r\n"));
    CHECK(body_of(report) == large);
    const auto gone = co_await exchange(server, get("/gone") + get("/folder", last));
    CHECK(count(gone, "HTTP/1.1 404 ") == 2);

    const auto page_of_error = co_await exchange(
        server, get("/error-page", "If-None-Match: *\r\nRange: bytes=0-1\r\n" + last));
    CHECK_THAT(page_of_error, StartsWith("HTTP/1.1 404 "));
    CHECK_THAT(page_of_error, EndsWith("\r\n\r\nhome"));
    CHECK_THAT(page_of_error, !ContainsSubstring("ETag"));

    const auto several =
        co_await exchange(server, get("/several", last + "Range: bytes=0-99999,-100000\r\n"));
    const auto start = several.find("boundary=") + 9;
    const auto boundary = several.substr(start, several.find("\r\n", start) - start);
    const std::string type = "Content-Type: text/plain; charset=utf-8\r\n";
    const std::string body = "--" + boundary + "\r\n" + type +
                             "Content-Range: bytes 0-99999/3000000\r\n\r\n" +
                             large.substr(0, 100'000) + "\r\n--" + boundary + "\r\n" + type +
                             "Content-Range: bytes 2900000-2999999/3000000\r\n\r\n" +
                             large.substr(2'900'000) + "\r\n--" + boundary + "--\r\n";
    CHECK(body_of(several) == body);
    CHECK_THAT(several,
               ContainsSubstring("Content-Length: " + std::to_string(body.size()) + "\r\n"));
    co_await server.stop();
  });
  CHECK(folder.open_files() == 0);
}

}  // namespace
