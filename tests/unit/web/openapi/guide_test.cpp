#include "unit/web/openapi/reading_document.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace {

// [type]
struct book {
  int id = 0;
  std::string title;
  std::string isbn;
};
BOOST_DESCRIBE_STRUCT(book, (), (id, title, isbn))

inline void json_rules(weft::rules_for<book>& rules) {
  rules.describe("A book that somebody may borrow.");
  rules.describe(&book::isbn, "Without hyphens.");
  rules.optional(&book::id);
  rules.size(&book::title, 1, 200);
  rules.pattern(&book::isbn, "97[89][0-9]{10}");
}
// [/type]

TEST_CASE("an app describes itself") {
  weft::app app;
  // [api]
  app.describe_api({.title = "Library",
                    .version = "2.1",
                    .tags = {{"books", "What can be borrowed."}},
                    .security = {weft::security_scheme::bearer("token", "JWT")}});
  app.serve_openapi();  // GET /openapi.json and GET /docs

  auto& books = app.group("/books");
  books.docs({.tags = {"books"}, .security = {"token"}});
  books.get("/{id}",
            [](weft::path<int> id) {
              return book{*id, "Dune", "9780441013593"};
            })
      .name("book")
      .docs({.summary = "One book",
             .answers = {{.status = weft::http_status::gone, .description = "It was sold."}},
             .is_public = true});
  books.post("", [](weft::json<book> sent) { return weft::created(*sent, "/books/7"); })
      .docs({.body_example = weft::to_json(book{0, "Dune", "9780441013593"})});
  // [/api]
  const document all(app);
  CHECK(all.get("/books/{id}", "/operationId") == R"("book")");
  CHECK(all.get("/books/{id}", "/security") == "nothing");
  CHECK(all.at("/paths/~1books/post/security") == R"([{"token":[]}])");
  CHECK(all.schema("book", "/properties/isbn/description") == R"("Without hyphens.")");
  CHECK(all.at("/paths/~1openapi.json") == "nothing");
}

}  // namespace
