#include "comparison_json.hpp"

#include "../load/result_json.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>

namespace lab {

std::string write_json_report(const comparison_result& result) {
  return boost::json::serialize(boost::json::value_from(result)) + "\n";
}

}  // namespace lab
