#include "web/templates/mustache.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace weft::detail {
namespace {

constexpr std::string_view blanks = " \t\r\n";
// A section is a frame of the renderer.
constexpr std::size_t deepest = 64;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(blanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

class mustache_parser {
public:
  mustache_parser(std::string_view text, std::string_view name) noexcept
      : text_(text), name_(name) {}

  mustache parse() {
    while (at_ < text_.size()) {
      const auto tag = text_.find(open_, at_);
      put_text(text_.substr(at_, tag - at_));
      if (tag == text_.npos) break;
      at_ = tag;
      read_tag();
    }
    if (!sections_.empty()) {
      tag_ = sections_.back().second;
      refuse("a section that does not end");
    }
    return std::move(steps_);
  }

private:
  using type = mustache_step::type;

  [[noreturn]] void refuse(const char* why) const {
    const auto line = 1 + std::ranges::count(text_.substr(0, tag_), '\n');
    throw std::invalid_argument("template " + std::string(name_) + ", line " +
                                std::to_string(line) + ": " + why);
  }

  void put_text(std::string_view text) {
    if (!text.empty()) steps_.push_back({type::text, std::string(text)});
  }

  void read_tag() {
    const std::size_t begin = at_;
    tag_ = begin;
    const bool is_triple = open_ == "{{" && text_.substr(begin).starts_with("{{{");
    const std::string close = is_triple ? "}}}" : close_;
    const std::size_t inside = begin + open_.size() + (is_triple ? 1 : 0);
    const auto end = text_.find(close, inside);
    if (end == text_.npos) refuse("a tag that does not end");
    const auto content = text_.substr(inside, end - inside);
    const std::size_t behind = end + close.size();
    const auto mark = trimmed(content).substr(0, 1);
    const auto rest = trimmed(trimmed(content).substr(mark.empty() ? 0 : 1));
    if (is_triple) {
      put_tag(type::raw, trimmed(content));
    } else if (mark == "&") {
      put_tag(type::raw, rest);
    } else if (!mark.empty() && std::string_view("#^/>!=").find(mark) != std::string_view::npos) {
      const auto indent = stand_alone(begin, behind);
      read_structure(mark.front(), rest, indent);
      return;
    } else {
      put_tag(type::escaped, trimmed(content));
    }
    at_ = behind;
  }

  /// Of a tag that has a line of its own the line goes, too. Moves on behind it.
  /// @return what stood in front of it on that line
  std::string stand_alone(std::size_t begin, std::size_t behind) {
    at_ = behind;
    const auto line_end = text_.substr(0, begin).find_last_of('\n');
    const std::size_t line = line_end == text_.npos ? 0 : line_end + 1;
    const auto before = text_.substr(line, begin - line);
    if (before.find_first_not_of(" \t") != before.npos) return {};
    auto next = std::min(text_.find_first_not_of(" \t", behind), text_.size());
    if (text_.substr(next).starts_with("\r\n")) next += 2;
    else if (next < text_.size() && text_[next] == '\n') ++next;
    else if (next < text_.size()) return {};
    at_ = next;
    if (!before.empty()) take_back(before.size());
    return std::string(before);
  }

  void take_back(std::size_t size) {
    auto& last = steps_.back().text;  // it ends with the blanks, which are no tag's
    last.resize(last.size() - size);
    if (last.empty()) steps_.pop_back();
  }

  void read_structure(char mark, std::string_view rest, const std::string& indent) {
    switch (mark) {
      case '#': return begin_section(type::section, rest);
      case '^': return begin_section(type::inverted, rest);
      case '/': return end_section(rest);
      case '=': return change_marks(rest);
      case '>':
        put_tag(type::partial, rest);
        steps_.back().indent = indent;
        return;
      default: return;  // a comment
    }
  }

  void put_tag(type kind, std::string_view name) {
    if (name.empty() || name.find_first_of(blanks) != name.npos) refuse("a tag without a name");
    if (kind != type::partial && name != "." &&
        (name.front() == '.' || name.back() == '.' || name.find("..") != name.npos))
      refuse("a name with a dot too many");
    steps_.push_back({kind, std::string(name)});
  }

  void begin_section(type kind, std::string_view name) {
    if (sections_.size() == deepest) refuse("sections within sections more than 64 times");
    put_tag(kind, name);
    sections_.emplace_back(steps_.size() - 1, tag_);
  }

  void end_section(std::string_view name) {
    if (sections_.empty()) refuse("the end of a section that did not begin");
    auto& section = steps_[sections_.back().first];
    if (section.text != name) refuse("the end of another section");
    section.end = steps_.size();
    sections_.pop_back();
  }

  /// "=<% %>=".
  void change_marks(std::string_view rest) {
    if (!rest.ends_with('=')) refuse("marks of tags that do not end");
    rest = trimmed(rest.substr(0, rest.size() - 1));
    const auto gap = rest.find_first_of(blanks);
    const auto first = rest.substr(0, gap);
    const auto second = gap == rest.npos ? std::string_view() : trimmed(rest.substr(gap));
    if (first.empty() || second.empty() || second.find_first_of(blanks) != second.npos ||
        rest.find('=') != rest.npos)
      refuse("marks of tags that are none");
    open_ = first;
    close_ = second;
  }

  std::string_view text_;
  std::string_view name_;
  std::size_t at_ = 0;
  std::size_t tag_ = 0;  // where the one at hand begins, for errors
  std::string open_ = "{{";
  std::string close_ = "}}";
  mustache steps_;
  std::vector<std::pair<std::size_t, std::size_t>> sections_;  // step, and place for errors
};

}  // namespace

mustache parse_mustache(std::string_view text, std::string_view name) {
  return mustache_parser(text, name).parse();
}

std::string indented(std::string_view text, std::string_view indent) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
    out.append(indent).append(text.substr(0, end));
    text.remove_prefix(end);
  }
  return out;
}

}  // namespace weft::detail
