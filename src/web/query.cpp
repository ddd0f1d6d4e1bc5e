#include <weft/web/query.hpp>

#include "web/field_reader.hpp"
#include "web/query_pairs.hpp"

#include <cstddef>
#include <string>
#include <utility>

namespace weft::detail {
namespace {

constexpr field_origin from_query{http_status::bad_request, field_error::place::parameter};

bool reject_malformed(context& ctx, const query_pairs& pairs) {
  if (!pairs.is_malformed()) return false;
  ctx.reject(http_status::bad_request,
             std::string("The query has a '%' that begins no escape, or is not UTF-8."));
  return true;
}

}  // namespace

bool read_query(context& ctx, const json_type& type, void* out) {
  field_reader reader(ctx, from_query, type, out);
  query_pairs pairs(ctx.request().query());
  while (pairs.next()) reader.read(pairs.name(), pairs.value());
  if (reject_malformed(ctx, pairs)) return false;
  return reader.finish();
}

bool read_query(context& ctx, const query_slot& slot, void* out) {
  query_pairs pairs(ctx.request().query());
  std::size_t count = 0;
  std::string wrong;
  while (wrong.empty() && pairs.next()) {
    if (pairs.name() != slot.name) continue;
    wrong = ++count > 1 && !slot.repeated ? "appears twice" : slot.read(pairs.value(), out);
  }
  if (reject_malformed(ctx, pairs)) return false;
  if (count == 0 && slot.required) wrong = "is required";
  if (wrong.empty()) return true;
  ctx.reject(http_status::bad_request,
             {field_error::place::parameter, std::string(slot.name), std::move(wrong)});
  return false;
}

}  // namespace weft::detail
