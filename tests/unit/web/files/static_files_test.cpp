#include "unit/web/support/client.hpp"
#include "unit/web/support/temporary_folder.hpp"
#include "web/files/file_source.hpp"

#include <weft/http/date.hpp>
#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

using namespace std::chrono_literals;
using weft::static_files;
using weft::task;

namespace {

/// A site in a folder; its files are an hour old, so that their tags are strong.
class site {
public:
  site() {
    put("index.html", "home");
    put("site.css", "css");
    put("a b.txt", "blank");
    put("empty.txt", "");
    put("docs/index.html", "docs");
    put("docs/page.html", "page");
    put("bare/x.txt", "x");
    put(".env", "secret");
    put(".git/config", "secret");
    put("../outside.txt", "secret");
    std::filesystem::create_symlink("../outside.txt", root() + "/link.txt");
    std::filesystem::create_symlink("site.css", root() + "/inside.css");
  }
  std::string root() const { return all_.path() + "/public"; }
  long open_files() const { return all_.open_files(); }
  void put(const std::string& name, const std::string& text, std::chrono::seconds age = 1h) const {
    const auto path = std::filesystem::path(root()) / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() - age);
  }

private:
  temporary_folder all_;
};

}  // namespace

TEST_CASE("files are served with type, tag and time, and read again only where they changed") {
  const site files;
  weft::app app;
  app.use(static_files(files.root()));
  client web(app);
  const auto css = web.get("/site.css");
  CHECK(css.status == 200);
  CHECK(css.body == "css");
  CHECK(css.content_type == "text/css; charset=utf-8");
  CHECK(css.header("Cache-Control") == "no-cache");
  CHECK(css.header("X-Content-Type-Options") == "nosniff");
  CHECK(css.header("Accept-Ranges") == "bytes");
  CHECK(css.header("ETag").starts_with("\""));
  CHECK(css.header("Last-Modified").ends_with(" GMT"));
  CHECK(web.get("/a%20b.txt").body == "blank");
  CHECK(web.get("/empty.txt").status == 200);

  const auto again = web.get("/site.css", {{"If-None-Match", css.header("ETag")}});
  CHECK(again.status == 304);
  CHECK(again.body.empty());
  CHECK(again.header("ETag") == css.header("ETag"));
  CHECK(web.get("/site.css", {{"If-Modified-Since", css.header("Last-Modified")}}).status == 304);
  CHECK(web.get("/site.css", {{"If-Match", "\"other\""}}).status == 412);
  files.put("site.css", "CSS", 30min);
  const auto changed = web.get("/site.css", {{"If-None-Match", css.header("ETag")}});
  CHECK(changed.status == 200);
  CHECK(changed.body == "CSS");
  CHECK(changed.header("ETag") != css.header("ETag"));
  CHECK(files.open_files() == 1);  // the folder itself
}

TEST_CASE("a file that has just been written has a weak tag") {
  const site files;
  files.put("new.txt", "new", 0s);
  files.put("future.txt", "future", -1h);
  weft::app app;
  app.use(static_files(files.root()));
  client web(app);
  const auto fresh = web.get("/new.txt");
  CHECK(fresh.header("ETag").starts_with("W/\""));
  CHECK(web.get("/new.txt", {{"If-None-Match", fresh.header("ETag")}}).status == 304);
  CHECK(web.get("/new.txt", {{"Range", "bytes=0-0"}, {"If-Range", fresh.header("ETag")}}).status ==
        200);
  const auto future = web.get("/future.txt");
  CHECK(future.header("ETag").starts_with("W/\""));
  CHECK(weft::http::parse_date(future.header("Last-Modified")) <= weft::http::current_time() + 1s);
}

TEST_CASE("a folder is its index, behind a slash") {
  const site files;
  weft::app app;
  app.use(static_files(files.root(), {.prefix = "/site"}));
  client web(app);
  CHECK(web.get("/site/").body == "home");
  CHECK(web.get("/site/docs/").body == "docs");
  CHECK(web.get("/site/docs/index.html").body == "docs");
  const auto docs = web.get("/site/docs?a=1");
  CHECK(docs.status == 308);
  CHECK(docs.header("Location") == "/site/docs/?a=1");
  CHECK(web.get("/site").header("Location") == "/site/");
  CHECK(web.get("/site/bare").status == 404);
  CHECK(web.get("/site/bare/").status == 404);
  CHECK(web.get("/site/docs/page.html/").status == 404);
  CHECK(web.get("/sitemap").status == 404);
  CHECK(web.get("/").status == 404);
  weft::app plain;
  plain.use(static_files(files.root(), {.index = ""}));
  client others(plain);
  CHECK(others.get("/").status == 404);
  CHECK(others.get("/docs").status == 404);
  CHECK(others.get("/docs/page.html").body == "page");
}

TEST_CASE("nothing but what may be seen is served") {
  const site files;
  weft::app app;
  app.use(static_files(files.root(), {.fallback = "index.html"}));
  client web(app);
  for (const std::string target : {"/.env",
                                   "/.git/config",
                                   "/%2eenv",
                                   "/../outside.txt",
                                   "/%2e%2e/outside.txt",
                                   "/..%2foutside.txt",
                                   "/docs/../../outside.txt",
                                   "/docs/%2e%2e/%2e%2e/outside.txt",
                                   "/..%5coutside.txt",
                                   "/link.txt",
                                   "/inside.css",
                                   "/site.css%00",
                                   "/site.css%00.txt",
                                   "/docs%2findex.html",
                                   "//site.css",
                                   "/docs//index.html",
                                   "/./site.css",
                                   "/site.css/",
                                   "/SITE.CSS",
                                   "/site.cs",
                                   "/%c0%ae%c0%ae/outside.txt"}) {
    INFO(target);
    const auto answer = web.get(target);
    CHECK(answer.status == 404);
    CHECK(answer.body.find("secret") == std::string::npos);
  }
  CHECK(web.get("/%zz").status == 400);
  CHECK(files.open_files() == 1);  // the folder itself
}

TEST_CASE("dot files and links inside are served where that is wished") {
  const site files;
  weft::app app;
  app.use(static_files(files.root(), {.dot_files = true, .follow_links = true}));
  client web(app);
  CHECK(web.get("/.env").body == "secret");
  CHECK(web.get("/.git/config").body == "secret");
  CHECK(web.get("/inside.css").body == "css");
  CHECK(web.get("/link.txt").status == 404);
  CHECK(web.get("/../outside.txt").status == 404);
}

TEST_CASE("routes go before files, and only reading is for files") {
  const site files;
  weft::app app;
  app.use(static_files(files.root()));
  app.get("/site.css", [] { return "the route's"; });
  app.post("/docs/page.html", [] { return "posted"; });
  client web(app);
  CHECK(web.get("/site.css").body == "the route's");
  CHECK(web.get("/docs/page.html").body == "page");
  CHECK(web.post("/docs/page.html", "").body == "posted");
  CHECK(web.post("/index.html", "").status == 404);
  CHECK(web.ask("DELETE", "/index.html").status == 404);
  const auto head = web.ask("HEAD", "/index.html");
  CHECK(head.status == 200);
  CHECK(head.body.empty());
  CHECK(head.whole.produced_length() == 4);
}

TEST_CASE("a single page app has its pages, and its 404s") {
  const site files;
  weft::app app;
  app.use(static_files(files.root(), {.fallback = "index.html",
                                      .caching = {.max_age = 24h * 365, .immutable = true}}));
  app.get("/api/items", [] { return "items"; });
  client web(app);
  const header_list browser = {{"Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}};
  for (const auto& target : {"/settings", "/orders/7/", "/bare/"}) {
    const auto page = web.get(target, browser);
    CHECK(page.status == 200);
    CHECK(page.body == "home");
    CHECK(page.content_type == "text/html; charset=utf-8");
    CHECK(page.header("Cache-Control") == "no-cache");
    CHECK(page.header("Vary") == "Accept");
  }
  CHECK(web.get("/site.css").header("Cache-Control") == "max-age=31536000, immutable");
  CHECK(web.get("/nothing.js", browser).status == 404);
  CHECK(web.get("/settings").status == 404);
  CHECK(web.get("/settings").header("Vary") == "Accept");
  CHECK(web.get("/nothing.js", browser).header("Vary").empty());
  CHECK(web.get("/settings", {{"Accept", "application/json"}}).status == 404);
  CHECK(web.get("/settings", {{"Accept", "*/*"}}).status == 404);
  CHECK(web.get("/settings", {{"Accept", "text/html;q=0"}}).status == 404);
  CHECK(web.get("/api/items", browser).body == "items");
}

TEST_CASE("a compressed variant goes to who takes it") {
  const site files;
  files.put("app.js", "plain", 2h);
  files.put("app.js.br", "brotli", 1h);
  files.put("app.js.gz", "gzipped", 1h);
  files.put("old.js", "plain", 1h);
  files.put("old.js.gz", "stale", 2h);
  weft::app app;
  app.use(static_files(files.root(), {.precompressed = true}));
  client web(app);
  const auto ask = [&web](const std::string& accepted) {
    const auto answer = web.get("/app.js", {{"Accept-Encoding", accepted}});
    CHECK(answer.content_type == "text/javascript; charset=utf-8");
    CHECK(answer.header("Vary") == "Accept-Encoding");
    return answer.header("Content-Encoding") + '|' + answer.body;
  };
  CHECK(ask("gzip, deflate, br, zstd") == "br|brotli");
  CHECK(ask("gzip") == "gzip|gzipped");
  CHECK(ask("GZIP;q=0.5") == "gzip|gzipped");
  CHECK(ask("br;q=0.5, gzip;q=0.8") == "gzip|gzipped");
  CHECK(ask("br;q=0, *") == "gzip|gzipped");
  CHECK(ask("br;q=0, gzip;q=0") == "|plain");
  CHECK(ask("zstd") == "|plain");
  CHECK(ask("identity") == "|plain");
  CHECK(ask("") == "|plain");
  CHECK(ask("br;q=junk") == "|plain");
  CHECK(web.get("/old.js", {{"Accept-Encoding", "gzip"}}).body == "plain");
  // Each representation has its own tag, and its own bytes.
  const auto plain = web.get("/app.js");
  const auto packed = web.get("/app.js", {{"Accept-Encoding", "br"}});
  CHECK(plain.header("ETag") != packed.header("ETag"));
  const auto part = web.get("/app.js", {{"Accept-Encoding", "br"}, {"Range", "bytes=0-2"}});
  CHECK(part.body == "bro");
  CHECK(part.header("Content-Range") == "bytes 0-2/6");
  const auto same =
      web.get("/app.js", {{"Accept-Encoding", "br"}, {"If-None-Match", packed.header("ETag")}});
  CHECK(same.status == 304);
  CHECK(same.header("Vary") == "Accept-Encoding");
  CHECK_FALSE(same.whole.header("Content-Encoding").has_value());
}

TEST_CASE("a part of a file, several parts, and parts that are not there") {
  const site files;
  files.put("n.txt", "0123456789");
  weft::app app;
  app.use(static_files(files.root(), {.max_ranges = 3}));
  client web(app);
  const auto ask = [&web](const std::string& range) {
    return web.get("/n.txt", {{"Range", range}});
  };
  const auto part = ask("bytes=2-4");
  CHECK(part.status == 206);
  CHECK(part.body == "234");
  CHECK(part.header("Content-Range") == "bytes 2-4/10");
  CHECK(part.content_type == "text/plain; charset=utf-8");
  CHECK(ask("bytes=-3").body == "789");
  const auto none = ask("bytes=10-");
  CHECK(none.status == 416);
  CHECK(none.header("Content-Range") == "bytes */10");
  CHECK(none.content_type == "application/problem+json");
  CHECK(ask("lines=1-2").status == 200);
  CHECK(ask("bytes=0-0,2-2,4-4,6-6").body == "0123456789");
  CHECK(ask("bytes=0-8,0-8").body == "0123456789");
  const auto several = ask("bytes=0-0,-2");
  CHECK(several.status == 206);
  CHECK(several.header("Content-Type").starts_with("multipart/byteranges; boundary="));
  CHECK(several.whole.producer() != nullptr);

  const auto whole = web.get("/n.txt");
  const auto if_range = [&web](const std::string& condition) {
    return web.get("/n.txt", {{"Range", "bytes=0-1"}, {"If-Range", condition}}).status;
  };
  CHECK(if_range(whole.header("ETag")) == 206);
  CHECK(if_range("\"other\"") == 200);
  CHECK(if_range("W/" + whole.header("ETag")) == 200);
  CHECK(if_range(whole.header("Last-Modified")) == 200);
  CHECK(web.get("/n.txt", {{"Range", "bytes=0-1"}, {"Range", "bytes=2-3"}}).status == 416);
  CHECK(web.ask("HEAD", "/n.txt", {}, {{"Range", "bytes=0-1"}}).status == 200);
  CHECK(web.get("/empty.txt", {{"Range", "bytes=0-"}}).status == 200);
  const header_list unchanged = {{"Range", "bytes=0-1"}, {"If-None-Match", whole.header("ETag")}};
  CHECK(web.get("/n.txt", unchanged).status == 304);
}

TEST_CASE("files below a prefix are routes, behind the middleware of their group") {
  const site files;
  weft::app app;
  auto& members = app.group("/{club}/members");
  members.use([](const weft::request& req, weft::next next) -> task<weft::response> {
    if (!req.header("Authorization")) throw weft::http_error(weft::http_status::unauthorized);
    co_return co_await next(req);
  });
  static_files(files.root()).serve_below(members, "/files");
  client web(app);
  const header_list member = {{"Authorization", "yes"}};
  CHECK(web.get("/chess/members/files/site.css").status == 401);
  CHECK(web.get("/chess/members/files/site.css", member).body == "css");
  CHECK(web.get("/chess/members/files/", member).body == "home");
  CHECK(web.get("/chess/members/files/docs/", member).body == "docs");
  CHECK(web.get("/chess/members/files/docs", member).header("Location") ==
        "/chess/members/files/docs/");
  CHECK(web.get("/chess/members/files/empty.txt", member).status == 200);
  CHECK(web.get("/chess/members/files/nothing", member).status == 404);
  CHECK(web.get("/chess/members/files/../outside.txt", member).status == 404);
  CHECK(web.get("/chess/members/files/%2e%2e/outside.txt", member).status == 404);
  CHECK(web.post("/chess/members/files/site.css", "", member).status == 405);
}

TEST_CASE("a folder is a folder also where slashes do not count") {
  const site files;
  weft::app app;
  app.trailing_slash(weft::slash_policy::ignore);
  static_files(files.root()).serve_below(app, "/files");
  client web(app);
  CHECK(web.get("/files/docs/").body == "docs");
  CHECK(web.get("/files/docs").header("Location") == "/files/docs/");
  CHECK(web.get("/files/").body == "home");
}

TEST_CASE("files that are part of the program are served alike") {
  // [embedded]
  static constexpr std::array<weft::embedded_file, 3> pages = {{
      {"index.html", "<h1>Hello</h1>"},
      {"css/site.css", "h1 { color: green }"},
      {"css/site.css.br", "packed"},
  }};
  weft::app app;
  app.use(weft::static_files(pages, {.fallback = "index.html", .precompressed = true}));
  // [/embedded]
  client web(app);
  const auto page = web.get("/");
  CHECK(page.body == "<h1>Hello</h1>");
  CHECK(page.header("ETag") == weft::entity_tag::of("<h1>Hello</h1>").text());
  CHECK_FALSE(page.whole.header("Last-Modified").has_value());
  CHECK(web.get("/", {{"If-None-Match", page.header("ETag")}}).status == 304);
  CHECK(web.get("/css/site.css").body == "h1 { color: green }");
  CHECK(web.get("/css/site.css", {{"Accept-Encoding", "br"}}).body == "packed");
  CHECK(web.get("/css/site.css", {{"Range", "bytes=3-3"}}).body == "{");
  CHECK(web.get("/css").status == 404);
  CHECK(web.get("/cs").status == 404);
  CHECK(web.get("/page", {{"Accept", "text/html"}}).body == "<h1>Hello</h1>");
  CHECK(web.get("/css/../index.html").status == 404);
}

TEST_CASE("what cannot be served is refused when it is made") {
  const site files;
  CHECK_THROWS_AS(static_files(files.root() + "/nothing"), std::system_error);
  CHECK_THROWS_AS(static_files(files.root() + "/site.css"), std::system_error);
  CHECK_THROWS_AS(static_files(files.root(), {.prefix = "site"}), std::invalid_argument);
  CHECK_THROWS_AS(static_files(files.root(), {.index = "../index.html"}), std::invalid_argument);
  CHECK_THROWS_AS(static_files(files.root(), {.fallback = "/index.html"}), std::invalid_argument);
  CHECK_THROWS_AS(static_files(files.root(), {.media_types = {{"x", "a\nb"}}}),
                  std::invalid_argument);
  const weft::cache_control both{.max_age = 1s, .no_store = true};
  CHECK_THROWS_AS(static_files(files.root(), {.caching = both}), std::invalid_argument);
  for (const auto& path : {"", "/a", "a/", "../a", "a//b", "a%20b", "a\\b"}) {
    const std::array<weft::embedded_file, 1> one = {{{path, "x"}}};
    CHECK_THROWS_AS(static_files(one), std::invalid_argument);
  }
  const std::array<weft::embedded_file, 2> twice = {{{"a", "x"}, {"a", "y"}}};
  CHECK_THROWS_AS(static_files(twice), std::invalid_argument);
}

TEST_CASE("a media type of one's own goes before the table") {
  const site files;
  files.put("a.GLSL", "shader");
  files.put("b.txt", "text");
  weft::app app;
  app.use(
      static_files(files.root(), {.media_types = {{"glsl", "text/x-glsl"}, {"txt", "text/x"}}}));
  client web(app);
  CHECK(web.get("/a.GLSL").content_type == "text/x-glsl");
  CHECK(web.get("/b.txt").content_type == "text/x");
  CHECK(web.get("/index.html").content_type == "text/html; charset=utf-8");
}

TEST_CASE("where the disk has to be asked, another thread does it") {
  const site files;
  using weft::detail::located;
  for (const auto& m : weft::test::every_model()) {
    CAPTURE(m.name);
    auto root = weft::detail::folder::open(files.root(), weft::detail::links::refused);
    REQUIRE(root.has_value());
    root->walk_always();  // which never knows without asking
    const weft::detail::disk_source source(std::move(*root));
    const auto kind_of = [&](const std::string& name) {
      return weft::test::run_under(m, source.locate(name, {})).kind;
    };
    CHECK(kind_of("docs/page.html") == located::type::regular);
    CHECK(kind_of("docs") == located::type::folder);
    CHECK(kind_of("") == located::type::folder);
    CHECK(kind_of("link.txt") == located::type::nothing);
    CHECK(kind_of("docs/nothing") == located::type::nothing);
    const auto page = weft::test::run_under(m, source.locate("docs/page.html", "br"));
    CHECK(page.content->size() == 4);
    CHECK(page.current.tag()->text().ends_with("-br\""));
  }
}
