#pragma once

#include "load_result.hpp"

#include <boost/json/value.hpp>

#include <string_view>

namespace lab {

/// A histogram is {"count", "min_ns", "max_ns", "sum_ns", "buckets": [[middle ns, count], ...]};
/// everything else is an object with the members' names.
boost::json::value to_json(const load_result& result);
/// @throws std::exception for a text that to_json() did not write
load_result load_result_from_json(std::string_view text);

void tag_invoke(boost::json::value_from_tag, boost::json::value& out, const histogram& from);
histogram tag_invoke(boost::json::value_to_tag<histogram>, const boost::json::value& from);

}  // namespace lab
