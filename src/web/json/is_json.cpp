#include "is_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace weft::detail {

bool is_json(std::string_view text) {
  boost::json::error_code error;
  (void)boost::json::parse({text.data(), text.size()}, error);
  return !error;
}

}  // namespace weft::detail
