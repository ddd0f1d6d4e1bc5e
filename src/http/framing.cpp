#include "framing.hpp"

#include "authority.hpp"
#include "char_class.hpp"
#include "parse_errors.hpp"

#include <cstdint>

namespace weft::detail {

namespace {

using http::parse_error;

/// Calls `visit` with each element of a comma-separated list until it returns an error; empty
/// elements are skipped (RFC 9110 5.6.1.2).
template <class Visit>
const parse_error* each_element(std::string_view list, Visit visit) {
  for (;;) {
    const auto comma = list.find(',');
    const auto element = trim(list.substr(0, comma));
    if (!element.empty())
      if (const parse_error* error = visit(element)) return error;
    if (comma == std::string_view::npos) return nullptr;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace

const parse_error* note_host(std::string_view value, head_framing& framing,
                             known_host& known) noexcept {
  if (framing.has_host) return &errors::repeated_host;
  if (!known.is(value)) {
    // Also for an absolute-form target, which overrules a valid Host only (RFC 9112 3.2.2).
    if (!is_authority(value)) return &errors::bad_host;
    known.set(value);
  }
  framing.has_host = true;
  framing.host = value;
  return nullptr;
}

const parse_error* note_connection(std::string_view value, head_framing& framing) noexcept {
  return each_element(value, [&](std::string_view option) -> const parse_error* {
    if (equals_any_case(option, "close")) framing.close = true;
    if (equals_any_case(option, "keep-alive")) framing.keep_alive = true;
    return nullptr;
  });
}

const parse_error* note_expect(std::string_view value, head_framing& framing) noexcept {
  return each_element(value, [&](std::string_view expectation) -> const parse_error* {
    if (!equals_any_case(expectation, "100-continue")) return &errors::unmet_expectation;
    framing.expects_continue = true;
    return nullptr;
  });
}

const parse_error* note_content_length(std::string_view value, head_framing& framing) noexcept {
  // RFC 9112 6.3 lets a server mend equal repetitions; a proxy may have used the other one.
  if (framing.has_content_length) return &errors::repeated_content_length;
  if (value.empty() || value.size() > 19) return &errors::bad_content_length;
  std::uint64_t length = 0;
  for (const char c : value) {
    if (!is(c, digit_char)) return &errors::bad_content_length;
    length = length * 10 + static_cast<std::uint64_t>(c - '0');
  }
  framing.has_content_length = true;
  framing.content_length = length;
  return nullptr;
}

/// Both "chunked, chunked" and a second header after a final "chunked" are refused.
const parse_error* note_transfer_encoding(std::string_view value, head_framing& framing) noexcept {
  const bool had_chunked = framing.chunked;
  const parse_error* error =
      each_element(value, [&](std::string_view coding) -> const parse_error* {
        const auto name = coding.substr(0, coding.find_first_of("; \t"));
        if (!equals_any_case(name, "chunked")) return &errors::unknown_transfer_encoding;
        if (framing.chunked || name != coding) return &errors::bad_transfer_encoding;
        framing.chunked = true;
        return nullptr;
      });
  if (error != nullptr) return error;
  return had_chunked || !framing.chunked ? &errors::bad_transfer_encoding : nullptr;
}

const parse_error* check_framing(int minor_version, const head_framing& framing) noexcept {
  if (!framing.chunked) return nullptr;
  if (framing.has_content_length) return &errors::two_framings;
  if (minor_version == 0) return &errors::transfer_encoding_in_1_0;
  return nullptr;
}

const parse_error* check_request_framing(const request_line& line,
                                         const head_framing& framing) noexcept {
  if (!framing.has_host && line.minor_version != 0) return &errors::missing_host;
  return check_framing(line.minor_version, framing);
}

}  // namespace weft::detail
