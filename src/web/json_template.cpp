#include "web/templates/template_set.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <charconv>
#include <stdexcept>
#include <vector>

// A template and a value as JSON become text.

namespace weft::detail {
namespace {

namespace json = boost::json;

constexpr std::size_t deepest = 64;

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
}

std::string text_of(const json::value& value) {
  switch (value.kind()) {
    case json::kind::string: return std::string(value.get_string());
    case json::kind::double_: {
      char digits[32];
      const auto end = std::to_chars(digits, digits + sizeof digits, value.get_double()).ptr;
      return {digits, end};
    }
    case json::kind::bool_:
    case json::kind::int64:
    case json::kind::uint64: return json::serialize(value);
    default: return {};
  }
}

bool is_there(const json::value* value) {
  if (value == nullptr || value->is_null()) return false;
  if (const auto* flag = value->if_bool()) return *flag;
  if (const auto* list = value->if_array()) return !list->empty();
  if (const auto* text = value->if_string()) return !text->empty();
  return true;
}

class mustache_renderer {
public:
  mustache_renderer(const template_set& set, const json::value& root) : set_(set) {
    context_.push_back(&root);
  }

  void render(const mustache& steps) { render(steps, 0, steps.size()); }
  std::string take() { return std::move(out_); }

private:
  using type = mustache_step::type;

  void render(const mustache& steps, std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      const auto& step = steps[i];
      switch (step.kind) {
        case type::text: out_ += step.text; break;
        case type::raw: put(step.text, false); break;
        case type::escaped: put(step.text, true); break;
        case type::partial: render_partial(step); break;
        case type::section:
        case type::inverted:
          render_section(steps, i);
          i = step.end - 1;
          break;
      }
    }
  }

  void put(std::string_view name, bool is_escaped) {
    const auto* value = look_up(name);
    if (value == nullptr) return;
    const auto text = text_of(*value);
    if (is_escaped) append_escaped(out_, text);
    else out_ += text;
  }

  void render_section(const mustache& steps, std::size_t at) {
    const auto& section = steps[at];
    const auto* value = look_up(section.text);
    const bool wants_it = section.kind == type::section;
    if (is_there(value) != wants_it) return;
    if (!wants_it) return render(steps, at + 1, section.end);
    if (const auto* list = value->if_array()) {
      for (const auto& item : *list) render_within(item, steps, at + 1, section.end);
    } else {
      render_within(*value, steps, at + 1, section.end);
    }
  }

  void render_within(const json::value& value, const mustache& steps, std::size_t from,
                     std::size_t to) {
    context_.push_back(&value);
    render(steps, from, to);
    context_.pop_back();
  }

  void render_partial(const mustache_step& step) {
    if (depth_ == deepest)
      throw std::length_error("template " + step.text + ": partials within each other");
    const auto found = set_.find(step.text);
    ++depth_;
    if (step.indent.empty()) render(found->steps);
    else render(parse_mustache(indented(found->text, step.indent), step.text));
    --depth_;
  }

  /// The first name is looked for from the inside out, the rest in what it stands for.
  const json::value* look_up(std::string_view name) const {
    if (name == ".") return context_.back();
    const auto dot = name.find('.');
    const auto first = name.substr(0, dot);
    const json::value* found = nullptr;
    for (auto level = context_.rbegin(); level != context_.rend() && found == nullptr; ++level)
      found = member(**level, first);
    name.remove_prefix(first.size());
    while (found != nullptr && !name.empty()) {
      name.remove_prefix(1);
      const auto next = name.substr(0, name.find('.'));
      found = member(*found, next);
      name.remove_prefix(next.size());
    }
    return found;
  }

  static const json::value* member(const json::value& of, std::string_view name) {
    const auto* object = of.if_object();
    return object != nullptr ? object->if_contains(name) : nullptr;
  }

  const template_set& set_;
  std::vector<const json::value*> context_;
  std::size_t depth_ = 0;
  std::string out_;
};

}  // namespace

std::string render_mustache(const template_set& set, std::string_view name, std::string_view text) {
  json::parse_options any_depth;
  any_depth.max_depth = 1024;  // the value is the program's own
  const json::value root = json::parse(text, {}, any_depth);
  mustache_renderer renderer(set, root);
  const auto found = set.find(name);
  renderer.render(found->steps);
  return renderer.take();
}

}  // namespace weft::detail
