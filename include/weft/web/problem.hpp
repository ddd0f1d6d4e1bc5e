#pragma once

#include <weft/base/error.hpp>
#include <weft/http/response.hpp>
#include <weft/http/status.hpp>
#include <weft/web/json/outcome.hpp>

#include <exception>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace weft {

/// One part of a request that is wrong, and why.
struct field_error {
  enum class place {
    body,       ///< `where` is a JSON Pointer (RFC 6901): "/items/0/quantity"
    parameter,  ///< `where` is the name of a path or query parameter
    header,     ///< `where` is the name of a header
    cookie,     ///< `where` is the name of a cookie
  };

  place in = place::body;
  std::string where;
  std::string message;  ///< public: it goes to the client
};

/// What the client is told about a request that failed.
///
/// @source RFC 9457; the member `errors` is its own extension example
struct problem {
  http_status status = http_status::internal_server_error;
  std::string detail;  ///< public; empty leaves the member out
  std::vector<field_error> errors;
};

/// Writes `problem` as application/problem+json in place of all that `res` holds.
/// @param request_id  by which the log knows the request; empty leaves the member out
void write_problem(const problem& failure, response& res, std::string_view request_id = {});

/// The answer to a request that a handler or middleware throws: status and text reach the client.
///
/// @example tests/unit/web/error_test.cpp:http_error
class http_error : public std::exception {
public:
  /// @param detail  public text; never put there what only the log may know
  explicit http_error(http_status status, std::string detail = {});
  /// A 422 with all issues, or a 400 for what is no JSON. @param outcome  not ok
  explicit http_error(json_outcome outcome);

  /// Names a part of the body. @param pointer  a JSON Pointer, "/items/0/quantity"
  http_error& at(std::string pointer, std::string message) &;
  http_error&& at(std::string pointer, std::string message) &&;

  http_status status() const noexcept { return problem_.status; }
  const problem& answer() const noexcept { return problem_; }
  const char* what() const noexcept override;

private:
  problem problem_;
};

/// What a handler that returns result<T> fails with:
/// `return make_error_code(http_status::not_found);`
std::error_code make_error_code(http_status status) noexcept;

namespace detail {

/// The answer to `error`: a code made of an http_status is answered with that status, all others
/// with the nearest 5xx and fixed text.
problem problem_of(std::error_code error);

}  // namespace detail
}  // namespace weft
