#pragma once

#include <weft/base/byte_buffer.hpp>
#include <weft/http/client_request.hpp>
#include <weft/web/json/write.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace weft::testing {

/// A request whose body is a value as JSON:
///
///     client.send(json_request("PUT", "/todos/7", todo));
///
/// @param value  what write_json() takes
/// @throws std::invalid_argument as client_request
template <json_writable T>
http::client_request json_request(std::string_view method, std::string target, const T& value) {
  byte_buffer text;
  write_json(text, value);
  http::client_request request(method, std::move(target));
  request.set_body(std::string(text.view()), "application/json");
  return request;
}

}  // namespace weft::testing
