#pragma once

#include <weft/http/client.hpp>

#include <string>
#include <utility>

// What a client gets, in words.

namespace weft::test {

inline http::client_request post_to(std::string url, std::string body) {
  http::client_request request(http_method::post, std::move(url));
  request.set_body(std::move(body));
  return request;
}

/// What send() gives, as a sentence: the status and the body, or the error.
inline task<std::string> told(http::client& c, http::client_request request) {
  auto got = co_await c.send(std::move(request));
  if (!got) co_return got.error().message();
  co_return std::to_string(static_cast<int>(got->status())) + " " + std::string(got->body());
}
inline task<std::string> told(http::client& c, std::string url) {
  return told(c, http::client_request(http_method::get, std::move(url)));
}

}  // namespace weft::test
