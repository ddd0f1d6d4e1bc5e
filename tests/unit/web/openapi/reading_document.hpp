#pragma once

#include <weft/weft.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>

/// An app's document.
class document {
public:
  explicit document(const weft::app& app, std::string_view host = {})
      : whole_(boost::json::parse(app.openapi(host))) {}

  /// What is at a JSON Pointer, as compact text; "nothing" where there is nothing.
  std::string at(std::string_view pointer) const {
    boost::system::error_code none;
    const auto* const found = whole_.find_pointer(pointer, none);
    return found != nullptr ? boost::json::serialize(*found) : "nothing";
  }
  std::string get(std::string_view path, std::string_view inside) const {
    std::string escaped;
    for (const char c : path) escaped += c == '/' ? std::string("~1") : std::string(1, c);
    return at("/paths/" + escaped + "/get" + std::string(inside));
  }
  std::string schema(std::string_view name, std::string_view inside = {}) const {
    return at("/components/schemas/" + std::string(name) + std::string(inside));
  }

private:
  boost::json::value whole_;
};
