#pragma once

#include "support/models.hpp"

#include <weft/web/app.hpp>

#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using header_list = std::vector<std::pair<std::string, std::string>>;

/// An answer as a test looks at it.
struct answer {
  int status = 0;
  std::string body;
  std::string content_type;
  weft::response whole;

  /// Empty where there is none.
  std::string header(std::string_view name) const;
  /// The body, which must be JSON.
  boost::json::value json() const;
};

/// Asks an app without a socket.
///
/// A test that makes one runs once for each of weft::test::every_model(): its constructor is a
/// generator.
class client {
public:
  explicit client(weft::app& app);

  answer get(std::string_view target, const header_list& headers = {}) {
    return ask("GET", target, {}, headers);
  }
  answer post(std::string_view target, std::string_view body, const header_list& headers = {}) {
    return ask("POST", target, body, headers);
  }
  answer ask(std::string_view method, std::string_view target, std::string_view body = {},
             const header_list& headers = {});

private:
  weft::app& app_;
  const weft::test::named_model& model_;
};
