#include "pattern_tree.hpp"

#include "utf8.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>

namespace weft::detail {
namespace {

constexpr char32_t last_character = 0x10FFFF;
constexpr unsigned most_repeats = 1'000;
constexpr unsigned deepest = 50;

character_set in_order(character_set set) {
  std::ranges::sort(set);
  character_set joined;
  for (const auto& run : set) {
    if (!joined.empty() && run.first <= joined.back().second + 1)
      joined.back().second = std::max(joined.back().second, run.second);
    else joined.push_back(run);
  }
  return joined;
}

character_set all_but(const character_set& set) {
  character_set others;
  char32_t next = 0;
  for (const auto& [first, last] : set) {
    if (first > next) others.emplace_back(next, first - 1);
    next = last + 1;
  }
  if (next <= last_character) others.emplace_back(next, last_character);
  return others;
}

// Functions, since a rule may be needed before main().
character_set digits() { return {{'0', '9'}}; }
character_set word() { return {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}; }
character_set blank() { return {{'\t', '\r'}, {' ', ' '}}; }
character_set line_ends() { return {{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}}; }

bool is_special(char32_t c) {
  return c < 0x80 &&
         std::string_view("^$\\.*+?()[]{}|").find(static_cast<char>(c)) != std::string_view::npos;
}

class parser {
public:
  explicit parser(std::string_view expression) : all_(expression), left_(expression) {}

  pattern_node whole() {
    const bool has_begin = take('^');
    pattern_node tree = choice();
    if (!left_.empty()) refuse("a ')' closes nothing");
    if ((has_begin || has_end_) && tree.kind == pattern_node::kind::choice)
      refuse("'^' and '$' beside '|' need a group");
    return tree;
  }

private:
  [[noreturn]] void refuse(const char* why) const {
    throw std::invalid_argument("the pattern \"" + std::string(all_) + "\": " + why + ", at byte " +
                                std::to_string(all_.size() - left_.size()));
  }
  bool take(char c) {
    if (!left_.starts_with(c)) return false;
    left_.remove_prefix(1);
    return true;
  }
  char32_t next() {
    if (left_.empty()) refuse("it ends too early");
    const char32_t character = take_character(left_);
    if (character == no_character) refuse("it is not UTF-8");
    return character;
  }

  pattern_node choice() {
    if (++depth_ > deepest) refuse("its groups are too deep");
    pattern_node node;
    node.kind = pattern_node::kind::choice;
    do node.parts.push_back(sequence());
    while (take('|'));
    --depth_;
    if (node.parts.size() != 1) return node;
    pattern_node only = std::move(node.parts.front());
    return only;
  }

  pattern_node sequence() {
    pattern_node node;
    while (!left_.empty() && left_.front() != '|' && left_.front() != ')') {
      if (depth_ == 1 && left_ == "$") {
        has_end_ = take('$');
        break;
      }
      node.parts.push_back(repeated());
    }
    return node;
  }

  pattern_node repeated() {
    pattern_node body = atom();
    const auto bounds = quantifier();
    if (!bounds) return body;
    if (left_.starts_with('?') || left_.starts_with('*') || left_.starts_with('+'))
      refuse("there are two quantifiers");
    pattern_node node;
    node.kind = pattern_node::kind::repeat;
    node.least = bounds->first;
    node.most = bounds->second;
    node.parts.push_back(std::move(body));
    return node;
  }

  std::optional<std::pair<unsigned, unsigned>> quantifier() {
    constexpr unsigned unbounded = pattern_node::unbounded;
    using bounds = std::pair<unsigned, unsigned>;
    if (take('*')) return bounds{0, unbounded};
    if (take('+')) return bounds{1, unbounded};
    if (take('?')) return bounds{0, 1};
    if (!take('{')) return std::nullopt;
    const unsigned least = count();
    unsigned most = least;
    if (take(',')) most = left_.starts_with('}') ? unbounded : count();
    if (!take('}') || most < least) refuse("a quantifier is {n}, {n,} or {n,m}");
    return bounds{least, most};
  }
  unsigned count() {
    unsigned value = 0;
    if (left_.empty() || left_.front() < '0' || left_.front() > '9')
      refuse("a quantifier is {n}, {n,} or {n,m}");
    while (!left_.empty() && left_.front() >= '0' && left_.front() <= '9') {
      value = value * 10 + static_cast<unsigned>(left_.front() - '0');
      if (value > most_repeats) refuse("a part is repeated too often");
      left_.remove_prefix(1);
    }
    return value;
  }

  pattern_node atom() {
    if (take('(')) return group();
    pattern_node node;
    node.kind = pattern_node::kind::set;
    if (take('[')) node.set = bracket();
    else if (take('.')) node.set = all_but(line_ends());
    else if (take('\\')) node.set = escape();
    else if (is_special(static_cast<unsigned char>(left_.front())))
      refuse("this character needs a '\\' in front to stand for itself");
    else node.set = one(next());
    return node;
  }

  pattern_node group() {
    if (take('?') && !take(':')) refuse("a group is (...) or (?:...)");
    pattern_node node = choice();
    if (!take(')')) refuse("a group is not closed");
    return node;
  }

  static character_set one(char32_t character) { return {{character, character}}; }

  character_set bracket() {
    const bool is_negated = take('^');
    character_set set;
    while (!take(']')) {
      const character_set first = member();
      const bool is_single = first.size() == 1 && first[0].first == first[0].second;
      if (left_.starts_with('-') && !left_.starts_with("-]")) {
        take('-');
        const character_set last = member();
        if (!is_single || last.size() != 1 || last[0].first != last[0].second ||
            last[0].first < first[0].first)
          refuse("a range in brackets goes from one character up to another");
        set.emplace_back(first[0].first, last[0].first);
      } else {
        set.insert(set.end(), first.begin(), first.end());
      }
    }
    if (set.empty()) refuse("there is nothing in the brackets");
    set = in_order(std::move(set));
    return is_negated ? all_but(set) : set;
  }
  character_set member() {
    if (take('\\')) return escape();
    if (left_.starts_with('[')) refuse("a '[' in brackets needs a '\\' in front");
    return one(next());
  }

  character_set escape() {
    const char32_t letter = next();
    switch (letter) {
      case 'd': return digits();
      case 'D': return all_but(digits());
      case 'w': return word();
      case 'W': return all_but(word());
      case 's': return blank();
      case 'S': return all_but(blank());
      case 'n': return one('\n');
      case 'r': return one('\r');
      case 't': return one('\t');
      case 'f': return one('\f');
      case 'v': return one('\v');
      case 'x': return one(code(2));
      case 'u': return one(code(4));
      default: break;
    }
    const bool is_plain = letter >= 0x80 || (letter >= '0' && letter <= '9') || letter <= ' ' ||
                          ((letter | 0x20U) >= 'a' && (letter | 0x20U) <= 'z');
    if (is_plain) refuse("there is no such escape");
    return one(letter);
  }
  char32_t code(unsigned length) {
    char32_t value = 0;
    for (; length != 0; --length) {
      const auto digit = std::string_view("0123456789abcdef").find(lower(next()));
      if (digit == std::string_view::npos) refuse("an escape needs hexadecimal digits");
      value = value * 16 + static_cast<char32_t>(digit);
    }
    if (value >= 0xD800 && value <= 0xDFFF) refuse("an escape is half a character");
    return value;
  }
  static char lower(char32_t c) {
    if (c >= 'A' && c <= 'F') return static_cast<char>(c | 0x20U);
    return c < 0x80 ? static_cast<char>(c) : '\0';
  }

  std::string_view all_;
  std::string_view left_;
  unsigned depth_ = 0;
  bool has_end_ = false;
};

}  // namespace

bool has_character(const character_set& set, char32_t character) noexcept {
  return std::ranges::any_of(
      set, [&](const auto& run) { return run.first <= character && character <= run.second; });
}

pattern_node parse_expression(std::string_view expression) { return parser(expression).whole(); }

}  // namespace weft::detail
