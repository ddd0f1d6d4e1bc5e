#include <weft/testing/web/app_answer.hpp>

#include <cstddef>
#include <ostream>

namespace weft::testing {
namespace {

constexpr std::size_t most_shown = 4 * 1024;

bool is_shown(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return c == '\n' || c == '\t' || (byte >= 0x20 && byte != 0x7f);
}

/// A body may hold what a terminal would obey.
std::string shown(std::string_view body) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const char c : body.substr(0, most_shown)) {
    if (is_shown(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += "\\x";
    out += digits[byte >> 4];
    out += digits[byte & 0xf];
  }
  if (body.size() > most_shown) out += "... of " + std::to_string(body.size()) + " bytes";
  return out;
}

}  // namespace

std::string app_answer::text() const {
  std::string out = std::to_string(code());
  out.append(" ").append(reason()).append("\n");
  for (const auto& [name, value] : headers()) {
    out.append(name).append(": ").append(shown(value)).append("\n");
  }
  out.append("\n").append(shown(body()));
  return out;
}

void app_answer::complain(std::string_view what) const {
  throw unexpected_answer("the answer from " + std::string(url()) + ": " + std::string(what) +
                          "\n" + text());
}

const app_answer& app_answer::expect(int wanted) const& {
  if (code() != wanted) complain("the status is not " + std::to_string(wanted));
  return *this;
}

app_answer app_answer::expect(int wanted) && {
  static_cast<const app_answer&>(*this).expect(wanted);
  return std::move(*this);
}

std::vector<server_event> app_answer::events() const {
  event_parser parser;
  parser.feed(body());
  std::vector<server_event> all;
  while (auto one = parser.next()) all.push_back(std::move(*one));
  return all;
}

std::ostream& operator<<(std::ostream& out, const app_answer& answer) {
  return out << answer.text();
}

}  // namespace weft::testing
