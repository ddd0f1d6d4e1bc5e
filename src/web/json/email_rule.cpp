#include "layout.hpp"

#include <weft/web/json/rules.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace weft::detail {
namespace {

constexpr std::size_t longest_email = 254;  // RFC 5321 4.5.3.1, less the brackets
constexpr std::size_t longest_local_part = 64;
constexpr std::size_t longest_label = 63;

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_local_character(char c) {
  return is_alphanumeric(c) ||
         std::string_view(".!#$%&'*+/=?^_`{|}~-").find(c) != std::string_view::npos;
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= longest_label && label.front() != '-' &&
         label.back() != '-' &&
         std::ranges::all_of(label, [](char c) { return is_alphanumeric(c) || c == '-'; });
}

bool is_host(std::string_view host) {
  std::size_t labels = 1;
  for (auto dot = host.find('.'); dot != std::string_view::npos; dot = host.find('.')) {
    if (!is_label(host.substr(0, dot))) return false;
    host.remove_prefix(dot + 1);
    ++labels;
  }
  return labels > 1 && is_label(host);
}

bool is_email(const std::string& text) {
  const std::string_view all = text;
  const auto at = all.find('@');
  return all.size() <= longest_email && at != std::string_view::npos && at != 0 &&
         at <= longest_local_part && std::ranges::all_of(all.substr(0, at), is_local_character) &&
         is_host(all.substr(at + 1));
}

}  // namespace

void json_members::email(json_place place) {
  check(place, json_predicate_of(&is_email), "must be an email address");
  layout_.checks.back().keyword = {"format", "email", true};
}

}  // namespace weft::detail
