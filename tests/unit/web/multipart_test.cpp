#include "unit/http/running_server.hpp"
#include "unit/web/support/client.hpp"
#include "unit/web/support/temporary_folder.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <cstdint>
#include <string>
#include <utility>

using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;
using weft::task;

namespace {

constexpr const char* form_type = "multipart/form-data; boundary=B";

std::string part(const std::string& parameters, const std::string& data) {
  return "--B\r\nContent-Disposition: form-data; " + parameters + "\r\n\r\n" + data + "\r\n";
}

answer post_form(client& web, const std::string& target, const std::string& body,
                 const std::string& type = form_type) {
  return web.post(target, body, {{"Content-Type", type}});
}

std::string over_the_wire(const std::string& target, const std::string& body) {
  return "POST " + target +
         " HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Type: " + form_type +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// "[name|file]size" for each part, and whether the form was complete.
task<std::string> describe(weft::multipart parts) {
  std::string seen;
  while (auto part = co_await parts.next()) {
    seen += "[" + part->name() + (part->filename() ? "|" + *part->filename() : "") + "]";
    std::size_t bytes = 0;
    while (auto piece = co_await part->read()) bytes += piece->size();
    seen += std::to_string(bytes);
  }
  co_return seen + (parts.complete() ? " complete" : " cut");
}

void add_describe(weft::app& app) {
  app.post("/describe", [](weft::multipart parts) -> task<std::string> {
    auto seen = co_await describe(std::move(parts));
    co_return seen;
  });
}

TEST_CASE("a handler takes a form part by part") {
  weft::app app;
  // [multipart]
  app.post("/import", [](weft::multipart parts) -> weft::task<std::string> {
    std::string title;
    std::uint64_t bytes = 0;
    while (auto part = co_await parts.next()) {
      if (part->name() == "title") {
        const auto text = co_await part->text(100);
        if (text) title = *text;
      } else if (part->filename()) {
        while (auto piece = co_await part->read()) bytes += piece->size();
      }
    }
    co_return title + ": " + std::to_string(bytes) + " bytes";
  });
  // [/multipart]
  add_describe(app);
  client web(app);
  CHECK(post_form(web, "/import",
                  part("name=title", "Photos") + part("name=f; filename=a", "12345") +
                      part("name=other", "x") + part("name=f; filename=b", "67") + "--B--\r\n")
            .body == "Photos: 7 bytes");
  CHECK(
      post_form(web, "/describe", part("name=a", "1") + part("name=b; filename=\"\"", "") + "--B--")
          .body == "[a]1[b|]0 complete");
  CHECK(post_form(web, "/describe", "--B--\r\n").body == " complete");
}

TEST_CASE("a part that is not read is passed over, and gone when the next one is there") {
  weft::app app;
  app.post("/", [](weft::multipart parts) -> task<std::string> {
    auto first = co_await parts.next();
    auto second = co_await parts.next();
    const auto gone = co_await first->read();
    auto text = co_await second->text();
    const auto end = co_await second->read();
    const auto last = co_await parts.next();
    const bool good = gone.error() == weft::condition::closed &&
                      end.error() == weft::condition::eof && last.error() == weft::condition::eof;
    co_return *text + (good && parts.complete() ? " good" : " bad");
  });
  client web(app);
  CHECK(
      post_form(web, "/", part("name=a", std::string(100'000, 'x')) + part("name=b", "2") + "--B--")
          .body == "2 good");
}

TEST_CASE("a form that breaks a rule is refused, whatever the handler returns or throws") {
  weft::app app;
  add_describe(app);
  app.post("/throws", [](weft::multipart parts) -> task<> {
    while (auto part = co_await parts.next()) {
      auto text = co_await part->text();
      (void)text.value();
    }
    if (!parts.complete()) throw std::runtime_error("cut");
  });
  client web(app);
  for (auto target : {"/describe", "/throws"}) {
    INFO(target);
    const auto cut = post_form(web, target, part("name=a", "1"));
    CHECK(cut.status == 400);
    CHECK(cut.json().at("detail") == "The form ends before its last boundary.");
    CHECK(post_form(web, target, "").status == 400);
    CHECK(post_form(web, target, "--B\r\n\r\n\r\n--B--").status == 400);
    std::string many;
    for (int i = 0; i < 129; ++i) many += part("name=a", "");
    CHECK(post_form(web, target, many + "--B--").status == 413);
  }
  CHECK(post_form(web, "/throws", part("name=a", std::string(65'536, 'x')) + "--B--").status ==
        204);
  CHECK(post_form(web, "/throws", part("name=a", std::string(65'537, 'x')) + "--B--").status ==
        413);
  CHECK(post_form(web, "/throws", part("name=a", "\xff") + "--B--").status == 400);
}

TEST_CASE("a body that is no multipart form is refused before the handler runs") {
  weft::app app;
  add_describe(app);
  client web(app);
  for (auto type : {"text/plain", "application/x-www-form-urlencoded",
                    "multipart/mixed; boundary=B", "", "multipart/form-datax; boundary=B"})
    CHECK(post_form(web, "/describe", "--B--", type).status == 415);
  CHECK(web.post("/describe", "--B--").status == 415);
  for (auto type : {"multipart/form-data", "multipart/form-data; boundary=",
                    "multipart/form-data; boundary=a; boundary=b"})
    CHECK(post_form(web, "/describe", "--B--", type).status == 400);
}

TEST_CASE("an app has other bounds for the parts of forms") {
  weft::app app;
  add_describe(app);
  app.limit_forms({.max_parts = 1});
  client web(app);
  CHECK(post_form(web, "/describe", part("name=a", "1") + "--B--").status == 200);
  const auto refused =
      post_form(web, "/describe", part("name=a", "") + part("name=b", "") + "--B--");
  CHECK(refused.status == 413);
  CHECK(refused.json().at("detail") == "The form has more than 1 parts (max_parts).");
}

TEST_CASE("a large form comes over the wire piece by piece, within the limit of its route") {
  weft::test::under_each_model([]() -> task<> {
    weft::app app;
    app.post("/large",
             [](weft::multipart parts) -> task<std::string> {
               auto seen = co_await describe(std::move(parts));
               co_return seen;
             })
        .limit_body(4'000'000);
    add_describe(app);
    weft::test::running_server server(weft::test::on_a_free_port(), &app);
    server.start();
    const auto form = part("name=a; filename=x", std::string(3'000'000, '\r')) +
                      part("name=b", "2") + "--B--\r\n";
    const auto whole = co_await weft::test::exchange(server, over_the_wire("/large", form));
    CHECK_THAT(whole, EndsWith("\r\n\r\n[a|x]3000000[b]1 complete"));
    const auto refused = co_await weft::test::exchange(server, over_the_wire("/describe", form));
    CHECK_THAT(refused, StartsWith("HTTP/1.1 413 "));
    const auto broken =
        co_await weft::test::exchange(server, over_the_wire("/describe", part("name=a", "1")));
    CHECK_THAT(broken, StartsWith("HTTP/1.1 400 "));
    co_await server.stop();
  });
}

TEST_CASE("a form may outlive its handler in a stream, and is closed then") {
  weft::test::under_each_model([]() -> task<> {
    weft::app app;
    app.post("/echo", [](weft::multipart parts) -> task<weft::stream> {
      co_return weft::stream(
          [parts = std::move(parts)](weft::body_writer& out) mutable -> task<> {
            while (auto part = co_await parts.next()) {
              while (auto piece = co_await part->read()) (void)co_await out.write(*piece);
            }
            const std::string end = parts.complete() ? " complete" : " cut";
            (void)co_await out.write(end);
          },
          "text/plain");
    });
    weft::test::running_server server(weft::test::on_a_free_port(), &app);
    server.start();
    const auto whole = co_await weft::test::exchange(
        server, over_the_wire("/echo", part("name=a", "12") + part("name=b", "3") + "--B--"));
    CHECK(whole.find(" complete\r\n0\r\n") != std::string::npos);
    const auto cut =
        co_await weft::test::exchange(server, over_the_wire("/echo", part("name=a", "12")));
    CHECK(cut.find(" cut\r\n0\r\n") != std::string::npos);
    co_await server.stop();
  });
}

TEST_CASE("a part is saved whole or not at all, and never over another file") {
  weft::app app;
  const temporary_folder folder;
  app.post("/{name}", [&folder](weft::path<> name, weft::multipart parts) -> task<std::string> {
    auto part = co_await parts.next();
    const auto saved = co_await part->save(folder.path() + "/" + *name);
    if (saved) co_return std::to_string(*saved);
    co_return saved.error() == std::errc::file_exists ? "exists" : "failed";
  });
  client web(app);
  const auto save = [&](const std::string& name, const std::string& form) {
    return post_form(web, "/" + name, form);
  };
  const std::string large(200'001, 'x');
  CHECK(save("small", part("name=a", "12") + "--B--").body == "2");
  CHECK(save("empty", part("name=a; filename=\"../x\"", "") + "--B--").body == "0");
  CHECK(save("large", part("name=a", large) + "--B--").body == "200001");
  CHECK(folder.text_of("small") == "12");
  CHECK(folder.text_of("empty").empty());
  CHECK(folder.text_of("large") == large);
  CHECK(save("small", part("name=a", "other") + "--B--").body == "exists");
  CHECK(folder.text_of("small") == "12");
  CHECK(save("cut", part("name=a", large)).status == 400);
  CHECK(save("missing%2Ffolder", part("name=a", large) + "--B--").body == "failed");
  CHECK(folder.count() == 3);
}

}  // namespace
