#include "unit/web/support/client.hpp"
#include "unit/web/support/temporary_folder.hpp"

#include <weft/weft.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

using weft::embedded_file;
using weft::templates;

// [data]
struct basket_item {
  std::string name;
  int count = 0;
};
BOOST_DESCRIBE_STRUCT(basket_item, (), (name, count))

struct basket {
  std::string owner;
  std::vector<basket_item> items;
  std::optional<std::string> note;
};
BOOST_DESCRIBE_STRUCT(basket, (), (owner, items, note))
// [/data]

namespace {

/// What a template makes of a value as JSON; "p" and "q" are its partials.
std::string render(std::string_view text, std::string_view json, std::string_view p = "",
                   std::string_view q = "") {
  const std::array<embedded_file, 3> files = {
      {{"main.mustache", text}, {"p.mustache", p}, {"q.mustache", q}}};
  return templates(files).render_json("main", json);
}

void check_refused(std::string_view text, std::string_view why) {
  const std::array<embedded_file, 1> files = {{{"bad.mustache", text}}};
  INFO(text);
  try {
    const templates all(files);
    FAIL_CHECK("it was taken");
  } catch (const std::invalid_argument& e) {
    CHECK(std::string_view(e.what()).find(why) != std::string_view::npos);
  }
}

void put(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

}  // namespace

TEST_CASE("values are put in, escaped unless told otherwise") {
  CHECK(render("Hello, {{name}}!", R"({"name":"Ada"})") == "Hello, Ada!");
  CHECK(render("{{ name }}{{{name}}}{{{ name }}}{{&name}}{{& name }}", R"({"name":"<&\"'>"})") ==
        "&lt;&amp;&quot;&#39;&gt;<&\"'><&\"'><&\"'><&\"'>");
  CHECK(render("{{a}} {{b}} {{c}} {{d}}", R"({"a":85,"b":1.21,"c":true,"d":-3})") ==
        "85 1.21 true -3");
  CHECK(render("[{{a}}{{b}}{{c}}{{d}}]", R"({"b":null,"c":[1],"d":{"x":1}})") == "[]");
  CHECK(render("{{a.b.c}}|{{a.x.c}}|{{a.b}}", R"({"a":{"b":{"c":"deep"}}})") == "deep||");
  CHECK(render("a { b } {} }} c", "{}") == "a { b } {} }} c");
}

TEST_CASE("a value is text, whatever it looks like") {
  const auto json = R"({"name":"{{secret}}{{{secret}}}{{>p}}","secret":"x"})";
  CHECK(render("{{name}} {{{name}}}", json, "partial") ==
        "{{secret}}{{{secret}}}{{&gt;p}} {{secret}}{{{secret}}}{{>p}}");
  CHECK(render("<a title=\"{{t}}\">", R"({"t":"\"><script>alert('1')</script>"})") ==
        "<a title=\"&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;\">");
}

TEST_CASE("sections come once for each item, or where something is there") {
  CHECK(render("{{#a}}{{b}},{{/a}}", R"({"a":[{"b":1},{"b":2}]})") == "1,2,");
  CHECK(render("{{#a}}{{.}},{{/a}}", R"({"a":["x","<"]})") == "x,&lt;,");
  CHECK(render("{{#a}}{{#.}}{{.}}{{/.}};{{/a}}", R"({"a":[[1,2],[3]]})") == "12;3;");
  CHECK(render("{{#a}}{{b}}{{c}}{{/a}}", R"({"a":{"b":1},"c":2})") == "12");
  CHECK(render("{{#a}}yes{{/a}}{{^a}}no{{/a}}", R"({"a":true})") == "yes");
  CHECK(render("{{#a}}yes{{/a}}{{^a}}no{{/a}}", R"({"a":0})") == "yes");
  for (const auto& absent : {R"({"a":false})", R"({"a":null})", R"({"a":[]})", R"({"a":""})", "{}"})
    CHECK(render("{{#a}}yes{{/a}}{{^a}}no{{/a}}", absent) == "no");
  CHECK(render("{{#a.b}}x{{/a.b}}", R"({"a":{"b":[1,2]}})") == "xx");
  CHECK(render("{{#a}}{{#b}}{{c}}{{d}}{{/b}}{{/a}}", R"({"a":{"c":1},"b":{"d":2},"c":3})") == "12");
  CHECK(render("{{#a}}{{b}}{{/a}}", R"({"a":{"b":null},"b":"outer"})").empty());
}

TEST_CASE("a tag that has a line of its own leaves no line") {
  CHECK(render("a\n{{#x}}\nb\n{{/x}}\nc", R"({"x":true})") == "a\nb\nc");
  CHECK(render("a\n  {{#x}}  \n  b\n  {{/x}}\nc", R"({"x":true})") == "a\n  b\nc");
  CHECK(render("a\r\n{{! words }}\r\nb", "{}") == "a\r\nb");
  CHECK(render("{{! words\n over lines }}\nb{{! and here }}c", "{}") == "bc");
  CHECK(render("a\n  {{! last }}", "{}") == "a\n");
  CHECK(render(" {{#x}}{{/x}}\n{{x}}\n", R"({"x":1})") == " \n1\n");
  CHECK(render("| {{#x}}b{{/x}} |\n", R"({"x":true})") == "| b |\n");
}

TEST_CASE("other templates are put in, where they stand") {
  CHECK(render("[{{>p}}]", R"({"n":"x"})", "({{n}})") == "[(x)]");
  CHECK(render("{{#a}}{{> p }}{{/a}}", R"({"a":[{"n":1},{"n":2}]})", "{{n}};") == "1;2;");
  CHECK(render("a\n  {{>p}}\nb", R"({"n":"1\n2"})", "{{{n}}}\n\nend\n") ==
        "a\n  1\n2\n  \n  end\nb");
  CHECK(render("{{>p}}", R"({"n":1,"c":{"n":2,"c":null}})", "{{n}}{{#c}}<{{>p}}>{{/c}}") == "1<2>");
  CHECK(render("{{>p}}", "{}", "{{>q}}!", "q") == "q!");
  CHECK_THROWS_AS(render("{{>nothing}}", "{}"), std::invalid_argument);
  CHECK_THROWS_AS(render("{{>p}}", "{}", "{{>p}}"), std::length_error);
  CHECK_THROWS_AS(render("  {{>p}}\n", "{}", " {{>p}}\n"), std::length_error);
}

TEST_CASE("the marks of tags can be others for a while") {
  CHECK(render("{{=<% %>=}}<% a %>{{a}}<%={{ }}=%>{{a}}", R"({"a":1})") == "1{{a}}1");
  CHECK(render("{{= | | =}}\n|#x|\ny\n|/x|\n", R"({"x":true})") == "y\n");
}

TEST_CASE("what is no template is refused with its name and line") {
  check_refused("a\nb {{name", "bad, line 2: a tag that does not end");
  check_refused("{{{name}}", "line 1: a tag that does not end");
  check_refused("{{}}", "without a name");
  check_refused("{{ # }}", "without a name");
  check_refused("{{a b}}", "without a name");
  check_refused("{{.a}}", "a dot too many");
  check_refused("{{a..b}}", "a dot too many");
  check_refused("x\n{{#a}}\n\n", "line 2: a section that does not end");
  check_refused("\n\n{{/a}}\n", "line 3: the end of a section that did not begin");
  check_refused("{{#a}}{{#b}}{{/a}}{{/b}}", "the end of another section");
  check_refused("{{=<% %>}}", "do not end");
  check_refused("{{=<%=}}", "are none");
  check_refused("{{=a b c=}}", "are none");
  std::string deep;
  for (int i = 0; i < 65; ++i) deep += "{{#a}}";
  check_refused(deep, "more than 64 times");
}

TEST_CASE("a page is made of a described value") {
  const temporary_folder folder;
  std::filesystem::create_directory(folder.path() + "/parts");
  put(folder.path() + "/basket.mustache",
      "<h1>{{owner}}</h1>\n<ul>\n{{#items}}\n  {{> parts/item}}\n{{/items}}\n</ul>\n"
      "{{^note}}\nno note\n{{/note}}\n");
  put(folder.path() + "/parts/item.mustache", "<li>{{count}} {{name}}</li>\n");
  put(folder.path() + "/notes.txt", "{{ no template");
  // [templates]
  const weft::templates pages(folder.path());
  weft::app app;
  app.get("/basket", [pages] {
    const basket shown{"Ada & Bob", {{"tea", 2}, {"<milk>", 1}}, {}};
    return pages.render("basket", shown);
  });
  // [/templates]
  client web(app);
  const auto page = web.get("/basket");
  CHECK(page.content_type == "text/html; charset=utf-8");
  CHECK(page.body ==
        "<h1>Ada &amp; Bob</h1>\n<ul>\n  <li>2 tea</li>\n  <li>1 &lt;milk&gt;</li>\n</ul>\n"
        "no note\n");
}

TEST_CASE("templates are read again where that is wished") {
  const temporary_folder folder;
  const auto path = folder.path() + "/page.mustache";
  put(path, "one");
  put(folder.path() + "/../outside.mustache", "secret");
  const templates kept(folder.path());
  const templates fresh(folder.path(), {.reload = true});
  CHECK(fresh.render_json("page", "{}") == "one");
  put(path, "two");
  CHECK(kept.render_json("page", "{}") == "one");
  CHECK(fresh.render_json("page", "{}") == "two");
  put(path, "{{two");
  CHECK_THROWS_AS(fresh.render_json("page", "{}"), std::invalid_argument);
  CHECK_THROWS_AS(templates(folder.path()), std::invalid_argument);
  put(path, "{{> ../outside}}");
  for (const auto& all : {templates(folder.path()), fresh}) {
    CHECK_THROWS_AS(all.render_json("page", "{}"), std::invalid_argument);
    for (const auto& name : {"../outside", "nothing", "", "/page", "page/", "pag%65"})
      CHECK_THROWS_AS(all.render_json(name, "{}"), std::invalid_argument);
  }
  CHECK_THROWS_AS(templates(folder.path() + "/nothing"), std::system_error);
  std::filesystem::remove(folder.path() + "/../outside.mustache");
}
