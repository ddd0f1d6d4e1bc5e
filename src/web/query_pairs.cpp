#include "web/query_pairs.hpp"

#include "web/percent.hpp"

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <utility>

namespace weft::detail {
namespace {

/// Splits at the first `separator`, which belongs to neither side.
std::pair<std::string_view, std::string_view> split(std::string_view text, char separator) {
  const auto place = std::min(text.find(separator), text.size());
  return {text.substr(0, place), text.substr(std::min(place + 1, text.size()))};
}

bool is_plain(char c) { return c != '%' && c != '+' && static_cast<unsigned char>(c) < 0x80; }

}  // namespace

bool query_pairs::next() {
  std::string_view pair;
  while (pair.empty()) {
    if (rest_.empty()) return false;
    std::tie(pair, rest_) = split(rest_, '&');
  }
  const auto [name, value] = split(pair, '=');
  malformed_ = !name_.decode(name) || !value_.decode(value);
  return !malformed_;
}

bool query_pairs::text::decode(std::string_view raw) {
  view = raw;
  if (std::all_of(raw.begin(), raw.end(), is_plain)) return true;
  auto decoded = percent_decode(raw, plus_sign::is_blank);
  if (!decoded) return false;
  owner = std::move(*decoded);
  view = owner;
  return true;
}

}  // namespace weft::detail
