// Forms, read into a type with a member of each kind.
//
// Oracles: a form sent as multipart is read as the same form sent urlencoded, and in any split;
// what is written of pairs reads back as these; a query of the same pairs is judged alike where
// browsers send nothing of their own; no more fields are read than the limit says.

#include "support/choices.hpp"
#include "support/target.hpp"
#include "web/field_reader.hpp"
#include "web/query_pairs.hpp"

#include <weft/base/byte_buffer.hpp>
#include <weft/http/request.hpp>
#include <weft/http/response.hpp>
#include <weft/web/context.hpp>
#include <weft/web/form.hpp>
#include <weft/web/json/write.hpp>
#include <weft/web/query.hpp>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weft::fuzz {

const std::vector<std::string_view> plants = {"lose_field", "change_text",   "lose_error",
                                              "lose_pair",  "take_too_much", "judge_query"};

enum class form_colour : std::int8_t { red, green = 7 };
BOOST_DESCRIBE_ENUM(form_colour, red, green)

struct form_fields {
  std::string text;
  std::optional<std::string> maybe;
  std::optional<std::int64_t> whole;
  std::uint8_t small = 9;
  std::optional<double> real;
  bool flag = false;
  std::optional<form_colour> colour;
  std::vector<std::string> list;
  std::vector<std::int32_t> numbers;
};
BOOST_DESCRIBE_STRUCT(form_fields, (),
                      (text, maybe, whole, small, real, flag, colour, list, numbers))
void json_rules(rules_for<form_fields>& rules) {
  rules.optional(&form_fields::small, &form_fields::flag);
  rules.range(&form_fields::small, 1, 99);
  rules.size(&form_fields::text, 0, 12);
  rules.size(&form_fields::list, 0, 3);
}

namespace {

using pairs = std::vector<std::pair<std::string, std::string>>;

/// What came of a form: the object as JSON, or what is wrong with it.
template <class Extractor>
std::string outcome(request& req, const form_limits& limits) {
  detail::state_table states;
  states.add(typeid(form_limits), std::make_shared<form_limits>(limits));
  response res;
  context ctx(states, req, res);
  auto value = Extractor::extract(ctx);
  expect(value.has_value() == (ctx.rejection() == nullptr), "a form is neither read nor rejected");
  if (value) {
    byte_buffer out;
    write_json(out, **value);
    return std::string(out.view());
  }
  const auto& why = *ctx.rejection();
  expect(why.errors.size() <= 32, "there are too many errors");
  std::string text = std::to_string(static_cast<int>(why.status)) + " " + why.detail + "\n";
  for (const auto& error : why.errors) text += error.where + " " + error.message + "\n";
  return text;
}

std::string read_form(std::string_view type, std::string_view body, const form_limits& limits) {
  const std::array fields = {header_field{"Content-Type", type}};
  request req;
  req.set_headers(fields);
  req.set_body(body);
  return outcome<form<form_fields>>(req, limits);
}

std::string read_urlencoded(std::string_view body, const form_limits& limits) {
  return read_form("application/x-www-form-urlencoded", body, limits);
}

std::optional<pairs> split(std::string_view body) {
  pairs all;
  detail::query_pairs query(body);
  while (query.next()) all.emplace_back(query.name(), query.value());
  if (query.is_malformed()) return std::nullopt;
  return all;
}

std::string escaped(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain) out += c;
    else out.append("%") += {digits[byte >> 4U], digits[byte & 15U]};
  }
  return out;
}

/// As a browser names a field (WHATWG HTML, "multipart form data").
std::string in_quotes(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '"') out += "%22";
    else if (c == '\r') out += "%0D";
    else if (c == '\n') out += "%0A";
    else out += c;
  }
  return out;
}

/// A name that a part's head can carry and that comes back as it was.
bool is_plain(std::string_view name) {
  for (const char c : name)
    if ((c >= 0 && c < ' ' && c != '\r' && c != '\n') || c == '\x7f' || c == '\\' || c == '%')
      return false;
  return true;
}

void check_multipart(const pairs& all, const std::string& urlencoded, const form_limits& limits) {
  std::string body;
  for (const auto& [name, value] : all) {
    if (!is_plain(name) || value.find("--X") != std::string::npos) return;
    body += "--X\r\nContent-Disposition: form-data; name=\"" + in_quotes(name) + "\"\r\n\r\n";
    body += value + "\r\n";
  }
  if (is_planted("lose_field") && !all.empty())
    body = body.substr(body.find("--X", 1) % body.size());
  body += "--X--\r\n";
  auto ours = read_form("multipart/form-data; boundary=X", body, limits);
  if (is_planted("change_text")) ours.insert(ours.size() / 2, "x");
  if (is_planted("lose_error") && ours.starts_with("422"))
    ours.resize(ours.find_last_of('\n', ours.size() - 2));
  expect_same(ours, urlencoded, "a multipart form is read otherwise than a urlencoded one");
}

void check_pairs(const pairs& all) {
  std::string body;
  for (const auto& [name, value] : all)
    body.append(body.empty() ? "" : "&").append(escaped(name)).append("=").append(escaped(value));
  auto back = split(body).value();
  if (is_planted("lose_pair") && !back.empty()) back.pop_back();
  expect(back == all, "pairs that were written read back as others");
}

/// What only browsers' inputs do: "on", and empty texts for what is no text.
bool is_of_inputs(const pairs& all) {
  for (const auto& [name, value] : all)
    if (value == "on" || value.empty()) return true;
  return false;
}

void check_query(std::string_view text, const std::string& as_form) {
  request req;
  req.set_target("/", "/", text);
  auto as_query = outcome<weft::query<form_fields>>(req, {});
  if (is_planted("judge_query") && !as_query.starts_with("4")) as_query = "400 \n";
  // Status, and the place of an error, are told otherwise.
  if (as_query.starts_with("4"))
    return expect(as_form.starts_with("4"), "a query is refused alone");
  expect_same(as_form, as_query, "a form is read otherwise than a query");
}

}  // namespace

void try_input(std::string_view bytes) {
  choices from(bytes);
  form_limits few;
  few.max_fields = from.below(8);
  const auto text = from.text();

  const auto all = split(text);
  const form_limits many{
      .max_fields = 10'000, .max_parts = 10'000, .max_part_header_bytes = 100'000};
  const auto whole = read_urlencoded(text, many);
  expect(all.has_value() || whole.starts_with("400 "), "a form that cannot be decoded is read");
  if (!all) return;
  check_pairs(*all);
  check_multipart(*all, whole, many);
  if (!is_of_inputs(*all)) check_query(text, whole);

  const bool too_many = all->size() > few.max_fields && !is_planted("take_too_much");
  const auto bounded = read_urlencoded(text, few);
  expect(bounded.starts_with("400 The form has more than") == too_many, "a limit does not hold");
}

}  // namespace weft::fuzz
