#pragma once

#include <weft/http/method.hpp>
#include <weft/web/middleware.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace weft {

/// Which pages of other origins may read what the application answers.
struct cors_options {
  /// As a browser writes them: "https://app.example.com", "http://localhost:5173". "*" alone is any
  /// page, which gets no credentials.
  std::vector<std::string> origins;
  std::vector<http_method> methods = {http_method::get, http_method::head,  http_method::post,
                                      http_method::put, http_method::patch, http_method::delete_};
  /// What a page may send beside the fields that are always allowed; "*" is any but Authorization.
  std::vector<std::string> request_headers = {"Content-Type"};
  /// What a page may read beside the fields that it always may; "*" is any.
  std::vector<std::string> exposed_headers = {};
  /// Whether a browser sends cookies along, and lets the page read the answer to them.
  bool credentials = false;
  /// How long a browser need not ask again.
  std::chrono::seconds max_age = std::chrono::minutes(10);
};

/// Cross-origin resource sharing: answers a browser's question before a request (a preflight), and
/// adds the fields to every answer that let a page of an allowed origin read it.
///
/// It keeps nobody out: a page that may not read an answer has sent its request all the same.
/// Around an app it is for all paths, around a group or a route for theirs. It stands before what
/// asks who somebody is: a preflight has no credentials. Answers are kept apart in caches by
/// `Vary: Origin`, also those to requests without an Origin.
/// @throws std::invalid_argument  an origin, method or field is none, or "*" together with
///                                credentials or with others
/// @source Fetch standard, 3.2 (HTTP-CORS protocol)
/// @example tests/unit/web/middleware/cors_test.cpp:cors
middleware cors(cors_options options);

}  // namespace weft
