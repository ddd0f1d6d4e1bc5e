#include <weft/http/method.hpp>
#include <weft/http/status.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>
#include <utility>

using namespace weft;

TEST_CASE("a method is parsed from its exact name and written as that name") {
  const std::pair<std::string_view, http_method> methods[] = {
      {"GET", http_method::get},         {"HEAD", http_method::head},
      {"POST", http_method::post},       {"PUT", http_method::put},
      {"DELETE", http_method::delete_},  {"PATCH", http_method::patch},
      {"OPTIONS", http_method::options}, {"CONNECT", http_method::connect},
      {"TRACE", http_method::trace},
  };
  for (const auto& [name, method] : methods) {
    CAPTURE(name);
    CHECK(parse_method(name) == method);
    CHECK(to_string(method) == name);
    CHECK(parse_method(std::string{name} + 'X') == http_method::other);
    CHECK(parse_method(name.substr(0, name.size() - 1)) == http_method::other);
  }
  for (const auto name : {"", "get", "Get", "PRI", "POTS", "PUR", "PATCX", "BREW"})
    CHECK(parse_method(name) == http_method::other);
  CHECK(to_string(http_method::other).empty());
}

TEST_CASE("a registered status has its phrase and its status line") {
  const std::pair<http_status, std::string_view> phrases[] = {
      {http_status::continue_, "Continue"},
      {http_status::ok, "OK"},
      {http_status::non_authoritative_information, "Non-Authoritative Information"},
      {http_status::im_used, "IM Used"},
      {http_status::not_modified, "Not Modified"},
      {http_status::content_too_large, "Content Too Large"},
      {http_status::uri_too_long, "URI Too Long"},
      {http_status::unprocessable_content, "Unprocessable Content"},
      {http_status::request_header_fields_too_large, "Request Header Fields Too Large"},
      {http_status::unavailable_for_legal_reasons, "Unavailable For Legal Reasons"},
      {http_status::http_version_not_supported, "HTTP Version Not Supported"},
      {http_status::network_authentication_required, "Network Authentication Required"},
  };
  for (const auto& [status, phrase] : phrases) {
    const auto code = std::to_string(static_cast<int>(status));
    CAPTURE(code);
    CHECK(reason(status) == phrase);
    CHECK(status_line(status) == "HTTP/1.1 " + code + ' ' + std::string{phrase} + "\r\n");
  }
}

TEST_CASE("a status that is not registered has neither") {
  for (const int code : {0, 99, 299, 418, 599, 600, 65535}) {
    CAPTURE(code);
    CHECK(reason(static_cast<http_status>(code)).empty());
    CHECK(status_line(static_cast<http_status>(code)).empty());
  }
}

TEST_CASE("1xx, 204 and 304 have no body") {
  CHECK_FALSE(has_body(http_status::continue_));
  CHECK_FALSE(has_body(http_status::early_hints));
  CHECK_FALSE(has_body(http_status::no_content));
  CHECK_FALSE(has_body(http_status::not_modified));
  CHECK(has_body(http_status::ok));
  CHECK(has_body(http_status::reset_content));
  CHECK(has_body(http_status::bad_request));
}
