#include "unit/http/running_server.hpp"
#include "unit/web/support/client.hpp"
#include "unit/web/support/temporary_folder.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;
using weft::task;

namespace {

struct picture {
  std::string title;
  weft::upload file;
  std::optional<weft::upload> preview;
  std::vector<weft::upload> more;
  std::optional<int> year;
};
BOOST_DESCRIBE_STRUCT(picture, (), (title, file, preview, more, year))
void json_rules(weft::rules_for<picture>& rules) {
  rules.size(&picture::file, 1, 500'000);
  rules.size(&picture::more, 0, 2);
  rules.size(&picture::title, 1, 10);
}

struct note {
  std::string text;
  std::optional<int> stars;
  std::vector<std::string> tag;
};
BOOST_DESCRIBE_STRUCT(note, (), (text, stars, tag))

constexpr const char* form_type = "multipart/form-data; boundary=B";
const std::string end = "--B--\r\n";

std::string part(const std::string& parameters, const std::string& data) {
  return "--B\r\nContent-Disposition: form-data; " + parameters + "\r\n\r\n" + data + "\r\n";
}

answer post_form(client& web, const std::string& target, const std::string& body,
                 const std::string& type = form_type) {
  return web.post(target, body, {{"Content-Type", type}});
}

std::string errors_of(const answer& a) {
  std::string lines;
  const auto json = a.json();
  for (const auto& error : json.at("errors").as_array()) {
    lines.append(error.at("pointer").as_string()).append(" ");
    lines.append(error.at("message").as_string()).append("\n");
  }
  return lines;
}

std::string text_of(const weft::upload& file) {
  return file.filename() + "|" + file.content_type() + "|" + std::to_string(file.size()) +
         (file.in_memory() ? "" : " in a file");
}

std::string text_of(const picture& p) {
  auto text = p.title + ": " + text_of(p.file);
  if (p.preview) text += ", preview " + text_of(*p.preview);
  for (const auto& more : p.more) text += ", more " + text_of(more);
  if (p.year) text += ", " + std::to_string(*p.year);
  return text;
}

void add_pictures(weft::app& app) {
  app.post("/pictures", [](weft::form<picture> sent) { return text_of(*sent); });
}

const std::string title = part("name=title", "cat");
const std::string file = part("name=file; filename=\"c.png\"", "1234");

TEST_CASE("a form without files comes as multipart too") {
  weft::app app;
  app.post("/notes", [](weft::form<note> sent) {
    auto text = sent->text + (sent->stars ? " " + std::to_string(*sent->stars) : "");
    for (const auto& tag : sent->tag) text += " #" + tag;
    return text;
  });
  client web(app);
  const auto text = part("name=text", "a&b=\xc3\xa9\r\nc");
  CHECK(post_form(web, "/notes", text + end).body == "a&b=\xc3\xa9\r\nc");
  CHECK(post_form(web, "/notes",
                  text + part("name=stars", "5") + part("name=tag", "x") + part("name=tag", "y") +
                      part("name=z", "") + end)
            .body == "a&b=\xc3\xa9\r\nc 5 #x #y");
  CHECK(post_form(web, "/notes", text + part("name=stars", "") + end).status == 200);
  CHECK(errors_of(post_form(web, "/notes", part("name=stars", "x") + end)) ==
        "/stars must be an integer\n/text is required\n");
  CHECK(errors_of(post_form(web, "/notes", part("name=text; filename=f", "x") + end)) ==
        "/text must be a text and no file\n");
  CHECK(errors_of(post_form(web, "/notes", part("name=text", "\xff") + end)) ==
        "/text must be UTF-8\n");
  CHECK(post_form(web, "/notes", text).status == 400);
  CHECK(post_form(web, "/notes", text + end, "multipart/form-data").status == 400);
  CHECK(post_form(web, "/notes", text + end, "multipart/mixed; boundary=B").status == 415);
  CHECK(post_form(web, "/notes", part("name=text", std::string(65'536, 'x')) + end).status == 200);
  const auto large = post_form(web, "/notes", part("name=text", std::string(65'537, 'x')) + end);
  CHECK(large.status == 413);
  CHECK(large.json().at("detail") ==
        "A field of the form has more than 65536 bytes (max_text_bytes).");
}

TEST_CASE("files fill members that are uploads, in memory or in a file") {
  weft::app app;
  // [upload]
  app.post("/avatar", [](weft::form<picture> sent) -> weft::task<std::string> {
    const auto first = co_await sent->file.read(0, 4);
    co_return sent->file.filename() + ": " + std::to_string(sent->file.size()) + " bytes, " +
        first.value();
  });
  // [/upload]
  add_pictures(app);
  client web(app);
  CHECK(post_form(web, "/avatar", title + file + end).body == "c.png: 4 bytes, 1234");
  CHECK(post_form(web, "/pictures", title + file + end).body == "cat: c.png||4");
  CHECK(post_form(web, "/pictures",
                  file + part("name=year", "7") + part("name=more; filename=a", "1") +
                      part("name=preview; filename=p", "22") + title +
                      part("name=more; filename=b\r\nContent-Type: image/png", "") + end)
            .body == "cat: c.png||4, preview p||2, more a||1, more b|image/png|0, 7");
  const auto sized = [&](std::size_t bytes) {
    return post_form(web, "/pictures",
                     title + part("name=file; filename=f", std::string(bytes, 'x')) + end)
        .body;
  };
  CHECK(sized(65'536) == "cat: f||65536");
  CHECK(sized(65'537) == "cat: f||65537 in a file");
  CHECK(sized(500'000) == "cat: f||500000 in a file");
}

TEST_CASE("a file that is missing, too large or no file is told with the other errors") {
  weft::app app;
  add_pictures(app);
  client web(app);
  const auto errors = [&](const std::string& form) {
    const auto refused = post_form(web, "/pictures", form + end);
    CHECK(refused.status == 422);
    return errors_of(refused);
  };
  CHECK(errors(title) == "/file is required\n");
  // A file input that was left empty.
  CHECK(errors(title + part("name=file; filename=\"\"", "")) == "/file is required\n");
  CHECK(errors(title + part("name=file", "1234")) == "/file must be a file\n");
  CHECK(errors(title + part("name=file; filename=e", "")) ==
        "/file must have between 1 and 500000 bytes\n");
  CHECK(errors(part("name=file; filename=f", std::string(500'001, 'x')) + part("name=year", "x")) ==
        "/file must have between 1 and 500000 bytes\n/year must be an integer\n"
        "/title is required\n");
  CHECK(errors(title + file + file) == "/file appears twice\n");
  CHECK(errors(file + part("name=title; filename=t", "x")) ==
        "/title must be a text and no file\n");
  std::string more;
  for (int i = 0; i < 3; ++i) more += part("name=more; filename=m", "x");
  CHECK(errors(title + file + more) == "/more must have at most 2 items\n");
  CHECK(post_form(web, "/pictures",
                  title + file + part("name=preview; filename=\"\"", "") +
                      part("name=more; filename=\"\"", "") + end)
            .body == "cat: c.png||4");
}

TEST_CASE("a form with uploads keeps the rules and limits of all forms") {
  weft::app app;
  add_pictures(app);
  app.post("/maybe", [](weft::form<note> sent, weft::query_value<"n", int>) { return sent->text; });
  client web(app);
  CHECK(post_form(web, "/pictures", title + file).status == 400);
  CHECK(post_form(web, "/pictures", "").status == 400);
  CHECK(post_form(web, "/pictures", title + file + end, "text/plain").status == 415);
  CHECK(post_form(web, "/pictures", title + file + end, "multipart/form-data").status == 400);
  CHECK(post_form(web, "/pictures", part("name=title", std::string(65'537, 'x')) + end).status ==
        413);
  std::string many;
  for (int i = 0; i < 129; ++i) many += part("name=x", "");
  CHECK(post_form(web, "/pictures", many + end).status == 413);
  const std::string type = "application/x-www-form-urlencoded";
  CHECK(errors_of(post_form(web, "/pictures", "title=cat&file=c.png", type)) ==
        "/file must be a file\n");
  CHECK(post_form(web, "/pictures", "title=" + std::string(65'536, 'x'), type).status == 413);
  CHECK(post_form(web, "/pictures", "title=%zz", type).status == 400);
  CHECK(post_form(web, "/maybe?n=x", part("name=text", "x") + end).status == 400);
}

TEST_CASE("an upload is saved as a new file, from memory and from a file, any number of times") {
  weft::app app;
  const temporary_folder folder;
  app.post("/", [&folder](weft::form<picture> sent) -> task<std::string> {
    const auto copy = sent->file;
    std::string seen;
    const std::vector<std::string> names = {"one", "two", "one"};
    for (const auto& name : names) {
      const auto saved = co_await copy.save(folder.path() + "/" + name);
      seen += saved ? "saved " : saved.error() == std::errc::file_exists ? "exists " : "failed ";
    }
    const auto tail = co_await copy.read(copy.size() - 2, 100);
    const auto none = co_await copy.read(copy.size() + 1, 100);
    co_return seen + *tail + *none;
  });
  client web(app);
  for (const std::size_t bytes : {std::size_t{3}, std::size_t{300'000}}) {
    const auto data = std::string(bytes - 2, 'x') + "yz";
    const auto seen = post_form(web, "/", title + part("name=file; filename=f", data) + end);
    CHECK(seen.body == "saved saved exists yz");
    CHECK(folder.text_of("one") == data);
    CHECK(folder.text_of("two") == data);
    CHECK(folder.count() == 2);
    std::filesystem::remove(folder.path() + "/one");
    std::filesystem::remove(folder.path() + "/two");
  }
}

TEST_CASE("temporary files have no name and are gone with the request") {
  weft::app app;
  const temporary_folder folder;
  weft::form_limits limits{.max_memory_bytes = 10};
  limits.temporary_folder = folder.path();
  app.limit_forms(limits);
  long seen = -1;
  long open = -1;
  app.post("/", [&](weft::form<picture> sent) {
    seen = folder.count();
    open = folder.open_files();
    return text_of(*sent);
  });
  client web(app);
  const auto large = part("name=file; filename=f", std::string(100'000, 'x'));
  CHECK(post_form(web, "/", title + large + end).body == "cat: f||100000 in a file");
  CHECK(seen == 0);
  CHECK(open == 1);
  CHECK(folder.open_files() == 0);
  CHECK(post_form(web, "/", title + large).status == 400);
  CHECK(folder.open_files() == 0);
  CHECK(folder.count() == 0);
}

/// Makes files beyond a size fail, as a full disk does.
class file_size_limit {
public:
  explicit file_size_limit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit less{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &less);
  }
  ~file_size_limit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, SIG_DFL);
  }

private:
  rlimit before_{};
};

TEST_CASE("where there is no room for an upload the answer is a 507, and nothing is left") {
  weft::app app;
  const temporary_folder folder;
  weft::form_limits limits;
  limits.temporary_folder = folder.path();
  app.limit_forms(limits);
  add_pictures(app);
  app.post("/save", [&folder](weft::multipart parts) -> task<std::string> {
    auto one = co_await parts.next();
    const auto saved = co_await one->save(folder.path() + "/file");
    co_return saved ? "saved" : saved.error().message();
  });
  client web(app);
  const auto form = title + part("name=file; filename=f", std::string(300'000, 'x')) + end;
  {
    const file_size_limit full(100'000);
    const auto refused = post_form(web, "/pictures", form);
    CHECK(refused.status == 507);
    CHECK(refused.json().at("detail") == "There is no room for the upload.");
    CHECK(post_form(web, "/save", form.substr(title.size())).body ==
          std::make_error_code(std::errc::file_too_large).message());
  }
  CHECK(folder.open_files() == 0);
  CHECK(folder.count() == 0);
  CHECK(post_form(web, "/pictures", form).status == 200);
}

TEST_CASE("a folder that is not there is a 500 that does not tell its name") {
  weft::app app;
  weft::form_limits limits;
  limits.temporary_folder = "/nowhere/at/all";
  app.limit_forms(limits);
  add_pictures(app);
  client web(app);
  const auto refused = post_form(
      web, "/pictures", title + part("name=file; filename=f", std::string(100'000, 'x')) + end);
  CHECK(refused.status == 500);
  CHECK(refused.body.find("nowhere") == std::string::npos);
}

TEST_CASE("a form with uploads arrives over the wire, within the limit of its route") {
  weft::test::under_each_model([]() -> task<> {
    weft::app app;
    app.post("/pictures", [](weft::form<picture> sent) { return text_of(*sent); })
        .limit_body(400'000);
    weft::test::running_server server(weft::test::on_a_free_port(), &app);
    server.start();
    const auto send = [&server](std::string body) {
      return weft::test::exchange(
          server, std::string("POST /pictures HTTP/1.1\r\nHost: here\r\nConnection: close\r\n"
                              "Content-Type: ") +
                      form_type + "\r\nContent-Length: " + std::to_string(body.size()) +
                      "\r\n\r\n" + body);
    };
    const auto large = part("name=file; filename=f", std::string(390'000, '\n'));
    const auto whole = co_await send(title + large + end);
    CHECK_THAT(whole, EndsWith("\r\n\r\ncat: f||390000 in a file"));
    const auto too_much = co_await send(title + large + large + end);
    CHECK_THAT(too_much, StartsWith("HTTP/1.1 413 "));
    const auto unfit = co_await send(large + end);
    CHECK_THAT(unfit, StartsWith("HTTP/1.1 422 "));
    co_await server.stop();
  });
}

TEST_CASE(
    "a client that goes away in the middle of an upload leaves nothing, and no handler runs") {
  weft::test::under_each_model([]() -> task<> {
    const temporary_folder folder;
    weft::app app;
    weft::form_limits limits{.max_memory_bytes = 10};
    limits.temporary_folder = folder.path();
    app.limit_forms(limits);
    int handled = 0;
    app.post("/pictures", [&handled](weft::form<picture> sent) {
      ++handled;
      return text_of(*sent);
    });
    weft::test::running_server server(weft::test::on_a_free_port(), &app);
    server.start();
    {
      auto stream = co_await server.connect();
      const auto begun = std::string("POST /pictures HTTP/1.1\r\nHost: here\r\nContent-Type: ") +
                         form_type + "\r\nContent-Length: 200000\r\n\r\n" +
                         part("name=file; filename=f", std::string(50'000, 'x'));
      co_await weft::test::write(stream, begun);
      while (folder.open_files() == 0) co_await weft::sleep(std::chrono::milliseconds(1));
    }
    co_await server.stop();
    CHECK(folder.open_files() == 0);
    CHECK(folder.count() == 0);
    CHECK(handled == 0);
  });
}

}  // namespace
