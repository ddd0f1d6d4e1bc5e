#include "chrome_event_list.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ostream>

namespace weft::detail {
namespace {

using std::chrono::nanoseconds;

std::string microseconds(nanoseconds time) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%lld.%03lld",
                static_cast<long long>(time.count() / 1000),
                static_cast<long long>(time.count() % 1000));
  return text.data();
}

}  // namespace

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + '"';
}

void chrome_event_list::name(const char* what, process p, std::size_t track,
                             std::string_view name) {
  begin();
  out_ << R"({"ph":"M","name":")" << what << R"(","pid":)" << static_cast<int>(p) << R"(,"tid":)"
       << track + 1 << R"(,"args":{"name":)" << json_string(name) << "}}";
}

void chrome_event_list::span(process p, moment begin_of, nanoseconds end, std::string_view name,
                             const std::string& arguments) {
  if (!admit()) return;
  head("X", p, begin_of, name);
  out_ << R"(,"dur":)" << microseconds(std::max(nanoseconds(0), end - begin_of.time))
       << R"(,"args":{)" << arguments << "}}";
}

void chrome_event_list::instant(process p, moment when, std::string_view name,
                                const std::string& arguments) {
  if (!admit()) return;
  head("i", p, when, name);
  out_ << R"(,"s":"t","args":{)" << arguments << "}}";
}

void chrome_event_list::arrow(moment from, moment to, std::string_view name) {
  if (!admit(2)) return;
  ++arrows_;
  head("s", process::threads, from, name);
  out_ << R"(,"cat":"flow","id":)" << arrows_ << '}';
  head("f", process::threads, to, name);
  out_ << R"(,"cat":"flow","bp":"e","id":)" << arrows_ << '}';
}

void chrome_event_list::whole(process p, std::uint32_t id, std::string_view name,
                              const std::vector<step>& all) {
  if (!admit(all.size())) return;
  for (const step& s : all) {
    head(s.phase, p, s.when, name);
    out_ << R"(,"cat":"steps","id":)" << id << R"(,"args":{)" << s.arguments << "}}";
  }
}

bool chrome_event_list::admit(std::size_t count) {
  if (left_off_ != 0 || written_ + count > most_) left_off_ += count;
  else written_ += count;
  return left_off_ == 0;
}

void chrome_event_list::begin() {
  if (!is_first_) out_ << ",\n";
  is_first_ = false;
}

void chrome_event_list::head(const char* phase, process p, moment at, std::string_view name) {
  begin();
  out_ << R"({"ph":")" << phase << R"(","pid":)" << static_cast<int>(p) << R"(,"tid":)"
       << at.track + 1 << R"(,"ts":)" << microseconds(at.time) << R"(,"name":)"
       << json_string(name);
}

}  // namespace weft::detail
