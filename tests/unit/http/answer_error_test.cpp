#include "http/answer_error.hpp"

#include "http/parse_errors.hpp"

#include <weft/base/error.hpp>

#include <catch2/catch_test_macros.hpp>

using weft::condition;
using weft::http::answer_error;
namespace errors = weft::detail::errors;

TEST_CASE("the code of a broken answer names the rule, and equals what callers compare with") {
  const auto cut = answer_error(errors::cut_short);
  CHECK(cut.message() == "malformed answer: the connection ended inside of the answer");
  CHECK(cut == condition::bad_input);
  CHECK(cut != answer_error(errors::bad_chunk_end));
  CHECK(answer_error(errors::bad_chunk_end) == condition::bad_input);
  for (const auto* limit : {&errors::body_too_large, &errors::headers_too_large,
                            &errors::too_many_headers, &errors::trailers_too_large}) {
    CHECK(answer_error(*limit) == condition::limit_exceeded);
    CHECK(!(answer_error(*limit) == condition::bad_input));
  }
}

TEST_CASE("a rule that answers have not got is malformed all the same") {
  const auto other = answer_error(errors::missing_host);
  CHECK(other == condition::bad_input);
  CHECK(other.message() == "malformed answer");
}
