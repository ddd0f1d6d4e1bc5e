#include <weft/net/listen_address.hpp>

#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <limits>

namespace weft {
namespace {

constexpr int first_inherited = 3;

std::optional<int> parse_number(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  return is_whole && number >= 0 ? std::optional(number) : std::nullopt;
}

std::string_view environment(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

// What is meant for another process, which has this one as a child, counts as nothing.
int inherited_count() {
  if (parse_number(environment("LISTEN_PID")) != ::getpid()) return 0;
  const int most = std::numeric_limits<int>::max() - first_inherited;
  const int count = parse_number(environment("LISTEN_FDS")).value_or(0);
  return count <= most ? count : 0;
}

/// Takes the first of a list of names that colons part.
std::string_view take_name(std::string_view& names) {
  const auto colon = names.find(':');
  const auto first = names.substr(0, colon);
  names.remove_prefix(colon == std::string_view::npos ? names.size() : colon + 1);
  return first;
}

result<std::vector<listen_address>> inherited(std::optional<std::string_view> wanted) {
  std::string_view names = environment("LISTEN_FDNAMES");
  std::vector<listen_address> found;
  for (int i = 0; i < inherited_count(); ++i) {
    const auto name = take_name(names);
    if (!wanted || *wanted == name) found.push_back(listen_address::inherited(first_inherited + i));
  }
  if (found.empty()) return condition::closed;
  return found;
}

}  // namespace

result<std::vector<listen_address>> parse_listen_address(std::string_view text) {
  constexpr std::string_view descriptor = "fd:";
  constexpr std::string_view all = "inherited";
  constexpr std::string_view all_named = "inherited:";
  if (text == all) return inherited(std::nullopt);
  if (text.starts_with(all_named)) return inherited(text.substr(all_named.size()));
  if (text.starts_with(descriptor)) {
    const auto number = parse_number(text.substr(descriptor.size()));
    if (!number) return condition::bad_input;
    return std::vector{listen_address::inherited(*number)};
  }
  const auto at = parse_endpoint(text);
  if (!at) return at.error();
  return std::vector{listen_address(*at)};
}

std::string to_string(const listen_address& a) {
  return a.descriptor ? "fd:" + std::to_string(*a.descriptor) : to_string(a.at);
}

}  // namespace weft
