#include "answer_error.hpp"

#include "parse_errors.hpp"

#include <weft/base/error.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>

namespace weft::http {
namespace {

namespace errors = detail::errors;

// What an answer can break; a code is a place here, counted from 1.
constexpr const parse_error* rules[] = {&errors::bare_line_feed,
                                        &errors::bare_carriage_return,
                                        &errors::control_byte,
                                        &errors::unsupported_version,
                                        &errors::bad_status_line,
                                        &errors::status_line_too_long,
                                        &errors::bad_status,
                                        &errors::too_many_interim,
                                        &errors::bad_field_name,
                                        &errors::folded_field,
                                        &errors::headers_too_large,
                                        &errors::too_many_headers,
                                        &errors::bad_content_length,
                                        &errors::repeated_content_length,
                                        &errors::two_framings,
                                        &errors::bad_transfer_encoding,
                                        &errors::unknown_transfer_encoding,
                                        &errors::transfer_encoding_in_1_0,
                                        &errors::unasked_protocol,
                                        &errors::cut_short,
                                        &errors::body_too_large,
                                        &errors::bad_chunk_size,
                                        &errors::bad_chunk_extension,
                                        &errors::chunk_extension_too_large,
                                        &errors::chunk_extensions_too_large,
                                        &errors::bad_chunk_end,
                                        &errors::trailers_too_large,
                                        &errors::too_many_trailers};

class answer_category final : public std::error_category {
public:
  const char* name() const noexcept override { return "weft.http.answer"; }

  std::string message(int value) const override {
    const parse_error* const broken = rule(value);
    if (broken == nullptr) return "malformed answer";
    return "malformed answer: " + std::string(broken->reason);
  }

  std::error_condition default_error_condition(int value) const noexcept override {
    const parse_error* const broken = rule(value);
    return make_error_condition(broken != nullptr && is_limit(*broken) ? condition::limit_exceeded
                                                                       : condition::bad_input);
  }

private:
  static const parse_error* rule(int value) noexcept {
    const auto place = static_cast<std::size_t>(value) - 1;
    return place < std::size(rules) ? rules[place] : nullptr;
  }
  static bool is_limit(const parse_error& broken) noexcept {
    return broken.status == http_status::content_too_large ||
           broken.status == http_status::request_header_fields_too_large;
  }
};

}  // namespace

std::error_code answer_error(const parse_error& broken) noexcept {
  static const answer_category category;
  const auto* const found = std::ranges::find(rules, &broken);
  const auto place = found - std::begin(rules);
  return {static_cast<int>(place) + 1, category};
}

}  // namespace weft::http
