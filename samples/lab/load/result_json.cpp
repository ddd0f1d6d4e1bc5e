#include "result_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value_from.hpp>
#include <boost/json/value_to.hpp>

namespace lab {

namespace json = boost::json;

json::value to_json(const load_result& result) { return json::value_from(result); }

load_result load_result_from_json(std::string_view text) {
  return json::value_to<load_result>(json::parse(text));
}

void tag_invoke(json::value_from_tag, json::value& out, const histogram& from) {
  json::array buckets;
  for (const auto& [middle, count] : from.occupied()) {
    buckets.push_back(json::array{middle, count});
  }
  out = {{"count", from.count()},
         {"min_ns", from.min().count()},
         {"max_ns", from.max().count()},
         {"sum_ns", from.sum()},
         {"buckets", std::move(buckets)}};
}

histogram tag_invoke(json::value_to_tag<histogram>, const json::value& from) {
  std::vector<std::pair<std::int64_t, std::uint64_t>> buckets;
  for (const json::value& bucket : from.at("buckets").as_array()) {
    buckets.emplace_back(bucket.at(0).to_number<std::int64_t>(),
                         bucket.at(1).to_number<std::uint64_t>());
  }
  return histogram::restore(buckets, from.at("min_ns").to_number<std::int64_t>(),
                            from.at("max_ns").to_number<std::int64_t>(),
                            from.at("sum_ns").to_number<double>());
}

}  // namespace lab
