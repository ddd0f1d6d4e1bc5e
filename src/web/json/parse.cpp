#include <weft/web/json/parse.hpp>
#include <weft/web/json/patch.hpp>

#include "reader.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

// The only file that knows Boost.JSON.
namespace weft::detail {
namespace {

namespace json = boost::json;

/// Hands the events of Boost.JSON's parser to the reader.
struct event_handler {
  using error = json::error_code&;
  using text = json::string_view;

  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  event_handler(std::string_view all, void* out, const json_type& type, const json_limits& limits,
                reading how) noexcept
      : reader(all, out, type, limits, how) {}

  static bool go_on(bool wanted, error ec) {
    if (!wanted) ec = json::error::input_error;
    return wanted;
  }

  bool on_document_begin(error) { return true; }
  bool on_document_end(error) { return true; }
  bool on_object_begin(error ec) { return go_on(reader.begin_object(), ec); }
  bool on_object_end(std::size_t, error ec) { return go_on(reader.end_object(), ec); }
  bool on_array_begin(error ec) { return go_on(reader.begin_array(), ec); }
  bool on_array_end(std::size_t, error ec) { return go_on(reader.end_array(), ec); }
  bool on_key_part(text part, std::size_t, error ec) { return go_on(reader.key_part(part), ec); }
  bool on_key(text last, std::size_t size, error ec) { return go_on(reader.key(last, size), ec); }
  bool on_string_part(text part, std::size_t size, error ec) {
    return go_on(reader.string_part(part, size), ec);
  }
  bool on_string(text last, std::size_t size, error ec) {
    return go_on(reader.string(last, size), ec);
  }
  bool on_number_part(text, error) { return true; }
  bool on_int64(std::int64_t value, text, error ec) { return go_on(reader.integer(value), ec); }
  bool on_uint64(std::uint64_t value, text, error ec) {
    return go_on(reader.large_integer(value), ec);
  }
  bool on_double(double value, text all, error ec) { return go_on(reader.number(value, all), ec); }
  bool on_bool(bool value, error ec) { return go_on(reader.boolean(value), ec); }
  bool on_null(error ec) { return go_on(reader.null(), ec); }
  bool on_comment_part(text, error) { return true; }
  bool on_comment(text, error) { return true; }

  json_reader reader;
};

std::string_view message_of(const json::error_code& ec) {
  if (ec == json::error::incomplete) return "the JSON text ends too early";
  if (ec == json::error::extra_data) return "there is text behind the JSON value";
  if (ec == json::error::too_deep) return "the JSON text is nested too deep";
  if (ec == json::error::exponent_overflow) return "an exponent is too large";
  if (ec == json::error::expected_hex_digit || ec == json::error::expected_utf16_escape ||
      ec == json::error::illegal_leading_surrogate || ec == json::error::illegal_trailing_surrogate)
    return "a \\u escape is not a character";
  return "the text is not JSON";
}

json_outcome read(std::string_view text, void* out, const json_type& type,
                  const json_limits& limits, reading how, std::vector<std::size_t>* given) {
  json::parse_options options;
  options.max_depth = std::min(limits.depth, json_limits::deepest);
  json::basic_parser<event_handler> parser(options, text, out, type, limits, how);
  json::error_code ec;
  const std::size_t offset = parser.write_some(false, text.data(), text.size(), ec);
  json_reader& reader = parser.handler().reader;
  if (!ec && offset != text.size()) ec = json::error::extra_data;
  if (ec && !reader.is_full()) return json_outcome::syntax_error(message_of(ec), offset);
  auto issues = reader.take_issues();
  if (!issues.empty()) return json_outcome::invalid(std::move(issues));
  if (given != nullptr) *given = reader.given_members();
  return {};
}

}  // namespace

json_outcome parse_json(std::string_view text, void* out, const json_type& type,
                        const json_limits& limits) {
  return read(text, out, type, limits, reading::whole, nullptr);
}

json_outcome parse_patch(std::string_view text, void* out, const json_type& type,
                         const json_limits& limits, std::vector<std::size_t>& given) {
  return read(text, out, type, limits, reading::patch, &given);
}

json_outcome apply_patch(std::string_view text, void* out, const json_type& type,
                         const json_limits& limits) {
  return read(text, out, type, limits, reading::patch_apply, nullptr);
}

}  // namespace weft::detail
