#include <weft/web/accept.hpp>

#include "web/ascii.hpp"
#include "web/middleware/vary.hpp"
#include "web/weighted_list.hpp"

#include <weft/web/problem.hpp>

#include <algorithm>
#include <cstddef>

namespace weft {
namespace {

using detail::equal_ignoring_case;
using detail::take_until;
using detail::trim_blanks;
using detail::weighted_list;

constexpr unsigned of_all = 1000;

/// How well something fits: by the most specific of what fits it, whose weight counts.
class fitness {
public:
  void note(std::size_t specificity, unsigned weight) noexcept {
    if (specificity < specificity_) return;
    weight_ = specificity > specificity_ ? weight : std::max(weight, weight_);
    specificity_ = specificity;
  }
  unsigned weight() const noexcept { return weight_; }

private:
  std::size_t specificity_ = 0;
  unsigned weight_ = 0;
};

std::string_view unquoted(std::string_view text) {
  const bool is_quoted = text.size() > 1 && text.front() == '"' && text.back() == '"';
  return is_quoted ? text.substr(1, text.size() - 2) : text;
}

bool is_same_parameter(std::string_view a, std::string_view b) {
  const auto a_name = trim_blanks(take_until(a, '='));
  const auto b_name = trim_blanks(take_until(b, '='));
  return equal_ignoring_case(a_name, b_name) &&
         equal_ignoring_case(unquoted(trim_blanks(a)), unquoted(trim_blanks(b)));
}

bool has_parameter(std::string_view offered, std::string_view wanted) {
  while (!offered.empty()) {
    if (is_same_parameter(take_until(offered, ';'), wanted)) return true;
  }
  return false;
}

/// @return how specific the range is, from 1; 0 where it does not fit
std::size_t fit(const weighted_list& range, std::string_view offer) {
  auto parameters = offer;
  const auto type = trim_blanks(take_until(parameters, ';'));
  if (range.value() == "*/*") return 1;
  const auto slash = range.value().find('/');
  if (slash == std::string_view::npos) return 0;
  const auto family = range.value().substr(0, slash + 1);
  if (range.value().substr(slash + 1) == "*")
    return equal_ignoring_case(type.substr(0, family.size()), family) ? 2 : 0;
  if (!equal_ignoring_case(type, range.value())) return 0;
  std::size_t specificity = 3;
  auto wanted = range.parameters();
  while (!wanted.empty()) {
    const auto one = trim_blanks(take_until(wanted, ';'));
    if (one.empty()) continue;
    if (!has_parameter(parameters, one)) return 0;
    ++specificity;
  }
  return specificity;
}

unsigned weight_of_type(std::string_view field, std::string_view offer) {
  if (!weighted_list(field).next()) return of_all;
  fitness found;
  weighted_list ranges(field);
  while (ranges.next()) {
    if (const auto specificity = fit(ranges, offer)) found.note(specificity, ranges.weight());
  }
  return found.weight();
}

bool is_prefix(std::string_view range, std::string_view tag) {
  return equal_ignoring_case(tag.substr(0, range.size()), range) &&
         (tag.size() == range.size() || tag.substr(range.size()).starts_with('-'));
}

/// RFC 4647 3.3.1, basic filtering, goes before 3.4, lookup, where a range loses its end.
unsigned weight_of_language(std::string_view field, std::string_view offer) {
  fitness filtered;
  fitness looked_up;
  bool is_filtered = false;
  weighted_list ranges(field);
  while (ranges.next()) {
    const auto range = ranges.value();
    if (range != "*" && is_prefix(offer, range) && offer.size() != range.size()) {
      looked_up.note(1, ranges.weight());
    } else if (range == "*" || is_prefix(range, offer)) {
      filtered.note(range == "*" ? 1 : 1 + range.size(), ranges.weight());
      is_filtered = is_filtered || range != "*";
    }
  }
  return is_filtered ? filtered.weight() : std::max(filtered.weight(), looked_up.weight());
}

}  // namespace

accept::accept(const request& req) : field_(detail::joined_fields(req, "Accept")) {}

std::optional<accept> accept::extract(context& ctx) {
  detail::add_vary(ctx.response(), "Accept");
  return accept(ctx.request());
}

std::optional<std::string_view> accept::best(std::initializer_list<std::string_view> offers) const {
  std::optional<std::string_view> chosen;
  unsigned most = 0;
  for (const auto offer : offers) {
    const unsigned weight = weight_of_type(field_, offer);
    if (weight <= most) continue;
    most = weight;
    chosen = offer;
  }
  return chosen;
}

std::string_view accept::require(std::initializer_list<std::string_view> offers) const {
  if (const auto chosen = best(offers)) return *chosen;
  std::string text = "There is ";
  for (const auto offer : offers) {
    if (offer.data() != offers.begin()->data()) text += ", ";
    text += offer;
  }
  throw http_error(http_status::not_acceptable, text + '.');
}

accept_language::accept_language(const request& req)
    : field_(detail::joined_fields(req, "Accept-Language")) {}

std::optional<accept_language> accept_language::extract(context& ctx) {
  detail::add_vary(ctx.response(), "Accept-Language");
  return accept_language(ctx.request());
}

std::string_view accept_language::best(std::initializer_list<std::string_view> offers) const {
  std::string_view chosen = *offers.begin();
  unsigned most = 0;
  for (const auto offer : offers) {
    const unsigned weight = weight_of_language(field_, offer);
    if (weight <= most) continue;
    most = weight;
    chosen = offer;
  }
  return chosen;
}

}  // namespace weft
