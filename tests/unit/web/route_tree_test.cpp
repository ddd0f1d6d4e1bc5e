#include "web/route_tree.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace {

using weft::detail::parse_pattern;
using weft::detail::path_values;
using weft::detail::route_tree;
using weft::http_method;

/// The targets are the positions in the list.
route_tree get_routes(const std::vector<std::string_view>& patterns) {
  route_tree routes;
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    REQUIRE_FALSE(
        routes.add(http_method::get, parse_pattern(patterns[i]), static_cast<std::uint32_t>(i)));
  }
  return routes;
}

/// "pattern[value,value]" of the route that GET `path` finds, or "none".
std::string found_by(const std::vector<std::string_view>& patterns, std::string_view path) {
  path_values values;
  const auto found = get_routes(patterns).match(http_method::get, path, values);
  if (found.target == route_tree::none) return "none";
  std::string text(patterns[found.target]);
  for (std::size_t i = 0; i < values.size(); ++i) {
    text += (i == 0 ? " " : ",") + std::string(values[i]);
  }
  return text;
}

TEST_CASE("the route tree finds the one route whose pattern fits the path") {
  const std::vector<std::string_view> patterns = {
      "/",
      "/a",
      "/ab",
      "/abc/d",
      "/items",
      "/items/",
      "/items/{id}",
      "/items/{id}/parts",
      "/items/{id}/parts/{part}",
      "/items/new",
      "/static/{*path}",
      "/it",
      "/{lang}/about",
  };
  struct row {
    std::string_view path;
    std::string_view expected;
  };
  const row rows[] = {
      {"/", "/"},
      {"/a", "/a"},
      {"/ab", "/ab"},
      {"/abc", "none"},
      {"/abc/d", "/abc/d"},
      {"/abc/de", "none"},
      {"/it", "/it"},
      {"/items", "/items"},
      {"/items/", "/items/"},
      {"/items/7", "/items/{id} 7"},
      {"/items/new", "/items/new"},
      {"/items/newer", "/items/{id} newer"},
      {"/items/ne", "/items/{id} ne"},
      {"/items/7/", "none"},
      {"/items/7/parts", "/items/{id}/parts 7"},
      {"/items/new/parts", "/items/{id}/parts new"},
      {"/items/7/parts/9", "/items/{id}/parts/{part} 7,9"},
      {"/items//parts", "none"},
      {"/static/css/a.css", "/static/{*path} css/a.css"},
      {"/static/", "none"},
      {"/static", "none"},
      {"/de/about", "/{lang}/about de"},
      {"/items/about", "/items/{id} about"},
      {"/ITEMS", "none"},
      {"", "none"},
  };
  for (const auto& row : rows) {
    INFO("path " << row.path);
    CHECK(found_by(patterns, row.path) == row.expected);
  }
}

TEST_CASE("plain text goes before a parameter and a parameter before a wildcard") {
  const std::vector<std::string_view> patterns = {"/f/{*rest}", "/f/{name}", "/f/x"};
  CHECK(found_by(patterns, "/f/x") == "/f/x");
  CHECK(found_by(patterns, "/f/y") == "/f/{name} y");
  CHECK(found_by(patterns, "/f/x/y") == "/f/{*rest} x/y");
}

TEST_CASE("the order of registration changes no answer") {
  const std::vector<std::string_view> forward = {"/u/me", "/u/{id}", "/u/{id}/x", "/u/{*r}",
                                                 "/u/m"};
  const std::vector<std::string_view> backward(forward.rbegin(), forward.rend());
  for (std::string_view path : {"/u/me", "/u/m", "/u/mex", "/u/me/x", "/u/me/y", "/u/"}) {
    INFO("path " << path);
    CHECK(found_by(forward, path) == found_by(backward, path));
  }
}

TEST_CASE("a way that ends without a route gives back its parameters") {
  CHECK(found_by({"/{a}/{b}/x", "/{*rest}"}, "/1/2/y") == "/{*rest} 1/2/y");
  CHECK(found_by({"/a/b/{c}/d", "/a/{b}/c/e"}, "/a/b/c/e") == "/a/{b}/c/e b");
}

TEST_CASE("a route that cannot answer the method leaves the path to the next pattern") {
  route_tree routes;
  routes.add(http_method::get, parse_pattern("/users/me"), 0);
  routes.add(http_method::delete_, parse_pattern("/users/{id}"), 1);
  path_values values;
  const auto found = routes.match(http_method::delete_, "/users/me", values);
  CHECK(found.target == 1);
  REQUIRE(values.size() == 1);
  CHECK(values[0] == "me");
}

TEST_CASE("a path without a route for the method tells what it allows") {
  route_tree routes;
  routes.add(http_method::get, parse_pattern("/users/me"), 0);
  routes.add(http_method::delete_, parse_pattern("/users/{id}"), 1);
  routes.add(http_method::post, parse_pattern("/other"), 2);
  path_values values;
  const auto found = routes.match(http_method::put, "/users/me", values);
  CHECK(found.target == route_tree::none);
  CHECK(found.allowed.to_string() == "GET, HEAD, DELETE, OPTIONS");
  CHECK(routes.match(http_method::put, "/nowhere", values).allowed.empty());
}

TEST_CASE("HEAD finds GET unless it has a route of its own") {
  route_tree routes;
  routes.add(http_method::get, parse_pattern("/a"), 0);
  routes.add(http_method::get, parse_pattern("/b"), 1);
  routes.add(http_method::head, parse_pattern("/b"), 2);
  path_values values;
  CHECK(routes.match(http_method::head, "/a", values).target == 0);
  CHECK(routes.match(http_method::head, "/b", values).target == 2);
}

TEST_CASE("two patterns of one shape and method conflict, whatever their names") {
  route_tree routes;
  CHECK_FALSE(routes.add(http_method::get, parse_pattern("/users/{id}/x"), 4));
  CHECK(routes.add(http_method::get, parse_pattern("/users/{name}/x"), 5) == 4);
  CHECK_FALSE(routes.add(http_method::put, parse_pattern("/users/{name}/x"), 5));
  CHECK_FALSE(routes.add(http_method::get, parse_pattern("/users/{*id}"), 6));
  CHECK(routes.add(http_method::get, parse_pattern("/users/{*rest}"), 7) == 6);
}

TEST_CASE("among 500 routes each one is found by its own path") {
  std::vector<std::string> texts;
  for (int i = 0; i < 500; ++i) {
    texts.push_back("/api/v" + std::to_string(i % 7) + "/resource" + std::to_string(i) + "/{id}");
  }
  const std::vector<std::string_view> patterns(texts.begin(), texts.end());
  const auto routes = get_routes(patterns);
  for (std::uint32_t i = 0; i < 500; ++i) {
    path_values values;
    const auto path = texts[i].substr(0, texts[i].size() - 4) + "42";
    const auto found = routes.match(http_method::get, path, values);
    CHECK(found.target == i);
    CHECK(values[0] == "42");
  }
}

}  // namespace
