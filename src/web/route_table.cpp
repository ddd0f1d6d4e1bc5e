#include "web/route_table.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>

namespace weft::detail {
namespace {

constexpr std::size_t columns = 6;
using row = std::array<std::string, columns>;

// 0 for text, 1 for a parameter, 2 for a wildcard.
int rank_of(std::string_view segment) {
  if (!segment.starts_with('{')) return 0;
  return segment.starts_with("{*") ? 2 : 1;
}

int rank_of_host(std::string_view host) {
  if (host.empty()) return 2;
  return host.starts_with('{') || host.starts_with('*') ? 1 : 0;
}

std::string_view next_segment(std::string_view& path) {
  const auto segment = path.substr(0, path.find('/'));
  path.remove_prefix(std::min(path.size(), segment.size() + 1));
  return segment;
}

bool path_before(std::string_view a, std::string_view b) {
  const bool is_shorter = a.size() < b.size();
  while (!a.empty() && !b.empty()) {
    const auto left = next_segment(a);
    const auto right = next_segment(b);
    const auto left_key = std::tuple(rank_of(left), left);
    const auto right_key = std::tuple(rank_of(right), right);
    if (left_key != right_key) return left_key < right_key;
  }
  return a.empty() && b.empty() ? is_shorter : a.empty();
}

bool before(const route* a, const route* b) {
  const auto key = [](const route* r) { return std::tuple(rank_of_host(r->host()), r->host()); };
  if (key(a) != key(b)) return key(a) < key(b);
  if (a->pattern() != b->pattern()) return path_before(a->pattern(), b->pattern());
  return a->method() < b->method();
}

row row_of(const route& r) {
  return {std::string(to_string(r.method())),
          r.host().empty() ? "*" : r.host(),
          r.pattern(),
          r.name().empty() ? "-" : r.name(),
          std::to_string(r.middleware_count()),
          std::string(r.where().file_name()) + ':' + std::to_string(r.where().line())};
}

}  // namespace

std::vector<const route*> in_matching_order(std::span<const route> routes) {
  std::vector<const route*> sorted;
  sorted.reserve(routes.size());
  for (const auto& r : routes) sorted.push_back(&r);
  std::stable_sort(sorted.begin(), sorted.end(), before);
  return sorted;
}

std::string table_of(std::span<const route* const> routes) {
  std::vector<row> rows{{"METHOD", "HOST", "PATH", "NAME", "MIDDLEWARE", "REGISTERED"}};
  for (const auto* r : routes) rows.push_back(row_of(*r));
  std::array<std::size_t, columns> widths{};
  for (const auto& r : rows) {
    for (std::size_t i = 0; i < columns; ++i) widths[i] = std::max(widths[i], r[i].size());
  }
  std::string out;
  for (const auto& r : rows) {
    for (std::size_t i = 0; i + 1 < columns; ++i) {
      out += r[i];
      out.append(widths[i] - r[i].size() + 2, ' ');
    }
    out += r.back() + '\n';
  }
  return out;
}

}  // namespace weft::detail
