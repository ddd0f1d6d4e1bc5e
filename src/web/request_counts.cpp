#include "web/request_counts.hpp"

#include <algorithm>
#include <charconv>
#include <mutex>

namespace weft::detail {
namespace {

constexpr std::string_view requests_name = "http_requests_total";
constexpr std::string_view duration_name = "http_request_duration_seconds";

void append_number(std::string& out, std::uint64_t value) { out += std::to_string(value); }

// Never with an exponent: a bound is a label, which people write in queries as they see it.
void append_number(std::string& out, double value) {
  std::array<char, 400> text;
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed).ptr;
  out.append(text.data(), end);
}

template <class Number>
void append_line(std::string& out, std::string_view name, std::string_view labels, Number value) {
  out.append(name);
  if (!labels.empty()) out.append(1, '{').append(labels).append(1, '}');
  out += ' ';
  append_number(out, value);
  out += '\n';
}

std::uint64_t read(const std::atomic<std::uint64_t>& count) {
  return count.load(std::memory_order_relaxed);
}

std::string labels_of(http_method method, std::string_view route) {
  std::string labels;
  const auto name = to_string(method);
  append_label(labels, "method", name.empty() ? "other" : name);
  append_label(labels, "route", route);
  return labels;
}

}  // namespace

void append_sample(std::string& out, std::string_view name, std::string_view labels,
                   std::uint64_t value) {
  append_line(out, name, labels, value);
}

void append_sample(std::string& out, std::string_view name, std::string_view labels, double value) {
  append_line(out, name, labels, value);
}

void append_label(std::string& labels, std::string_view name, std::string_view value) {
  if (!labels.empty()) labels += ',';
  labels.append(name).append("=\"");
  for (const char c : value) {
    if (c == '\n') labels += "\\n";
    else if (c == '"' || c == '\\') labels.append(1, '\\').append(1, c);
    else labels += c;
  }
  labels += '"';
}

void append_head(std::string& out, std::string_view name, std::string_view type,
                 std::string_view help) {
  out.append("# HELP ").append(name).append(1, ' ').append(help);
  out.append("\n# TYPE ").append(name).append(1, ' ').append(type).append(1, '\n');
}

request_counts::series& request_counts::of(http_method method, std::string_view route) {
  const std::pair<http_method, std::string_view> wanted(method, route);
  {
    const std::shared_lock lock(mutex_);
    const auto known = all_.find(wanted);
    if (known != all_.end()) return *known->second;
  }
  const std::unique_lock lock(mutex_);
  auto& place = all_[name(method, std::string(route))];
  if (place == nullptr) place = std::make_unique<series>(bounds_.size() + 1);
  return *place;
}

void request_counts::count(http_method method, std::string_view route, http_status status,
                           duration took) {
  auto& mine = of(method, route);
  const auto code = static_cast<std::size_t>(status);
  if (code >= first_status && code < end_of_statuses)
    mine.by_status[code - first_status].fetch_add(1, std::memory_order_relaxed);
  const auto seconds = std::chrono::duration<double>(took).count();
  const auto bucket = std::ranges::lower_bound(bounds_, seconds) - bounds_.begin();
  mine.by_duration[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  mine.nanoseconds.fetch_add(static_cast<std::uint64_t>(std::max<duration::rep>(took.count(), 0)),
                             std::memory_order_relaxed);
}

void request_counts::write(std::string& out) const {
  const std::shared_lock lock(mutex_);
  append_head(out, requests_name, "counter", "Requests that were answered.");
  for (const auto& [key, counts] : all_) {
    const auto labels = labels_of(key.first, key.second);
    for (std::size_t i = 0; i < counts->by_status.size(); ++i) {
      const auto number = read(counts->by_status[i]);
      if (number == 0) continue;
      auto with_status = labels;
      append_label(with_status, "status", std::to_string(first_status + i));
      append_sample(out, requests_name, with_status, number);
    }
  }
  append_head(out, duration_name, "histogram", "Time until the answer was made.");
  for (const auto& [key, counts] : all_) {
    const auto labels = labels_of(key.first, key.second);
    std::uint64_t so_far = 0;
    for (std::size_t i = 0; i <= bounds_.size(); ++i) {
      so_far += read(counts->by_duration[i]);
      std::string bound = "+Inf";
      if (i < bounds_.size()) {
        bound.clear();
        append_number(bound, bounds_[i]);
      }
      auto with_bound = labels;
      append_label(with_bound, "le", bound);
      append_sample(out, std::string(duration_name) + "_bucket", with_bound, so_far);
    }
    append_sample(out, std::string(duration_name) + "_sum", labels,
                  static_cast<double>(read(counts->nanoseconds)) / 1e9);
    append_sample(out, std::string(duration_name) + "_count", labels, so_far);
  }
}

}  // namespace weft::detail
