#include "request_line.hpp"

#include "authority.hpp"
#include "char_class.hpp"
#include "http_version.hpp"
#include "parse_errors.hpp"
#include "scan.hpp"

namespace weft::detail {

namespace {

using http::parse_error;

/// Checks path [ "?" query ] and splits it. @param text  from where the path begins
bool split_path(std::string_view text, request_line& line) noexcept {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char* question = nullptr;
  for (const char* p = begin;;) {
    p = scan::skip_target(p, end);
    if (p == end) break;
    if (*p == '%') {
      if (end - p < 3 || !is(p[1], hex_char) || !is(p[2], hex_char)) return false;
      p += 3;
    } else if (*p == '?') {
      if (question == nullptr) question = p;
      ++p;
    } else {
      return false;
    }
  }
  const char* const path_end = question == nullptr ? end : question;
  line.path = {begin, static_cast<std::size_t>(path_end - begin)};
  line.query = question == nullptr
                   ? std::string_view{}
                   : std::string_view{question + 1, static_cast<std::size_t>(end - question - 1)};
  return true;
}

/// The length of "http://" or "https://" in any case at the start. @return 0 where there is none
std::size_t scheme_size(std::string_view target) noexcept {
  if (equals_any_case(target.substr(0, 4), "http")) {
    if (target.substr(4, 3) == "://") return 7;
    if (target.substr(4, 4) == "s://" || target.substr(4, 4) == "S://") return 8;
  }
  return 0;
}

/// RFC 9112 3.2.2. Schemes other than http and https name nothing that this server has.
const parse_error* read_absolute_form(request_line& line) noexcept {
  const auto scheme = scheme_size(line.target);
  if (scheme == 0) return &errors::bad_target;
  const auto rest = line.target.substr(scheme);
  line.authority = rest.substr(0, rest.find_first_of("/?"));
  if (!is_authority(line.authority)) return &errors::bad_host;
  if (!split_path(rest.substr(line.authority.size()), line)) return &errors::bad_target;
  // RFC 9110 4.2.3: an empty path equals "/"; RFC 9112 3.2.4: but not for OPTIONS.
  if (line.path.empty())
    line.path = line.method == http_method::options && line.query.empty() ? "*" : "/";
  return nullptr;
}

const parse_error* read_target(request_line& line) noexcept {
  if (line.method == http_method::connect)
    return is_authority(line.target) ? nullptr : &errors::bad_target_form;
  if (line.target.front() == '/')
    return split_path(line.target, line) ? nullptr : &errors::bad_target;
  if (line.target != "*") return read_absolute_form(line);
  if (line.method != http_method::options) return &errors::bad_target_form;
  line.path = line.target;
  line.query = {};
  return nullptr;
}

}  // namespace

const parse_error* read_request_line(std::string_view text, request_line& line) noexcept {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char* const method_end = scan::skip_token(begin, end);
  const auto method_size = static_cast<std::size_t>(method_end - begin);
  // At least one byte of target between two blanks.
  if (method_size == 0 || text.size() < method_size + version_size + 3 || *method_end != ' ')
    return &errors::bad_request_line;
  const char* const version = end - version_size;
  if (version[-1] != ' ') return &errors::bad_request_line;

  line.method_name = {begin, method_size};
  line.method = parse_method(line.method_name);
  line.target = {method_end + 1, static_cast<std::size_t>(version - method_end) - 2};
  line.authority = {};
  if (const auto* error =
          read_version({version, version_size}, line.minor_version, errors::bad_request_line))
    return error;
  if (const auto* error = read_target(line)) return error;
  if (line.method == http_method::connect || line.method == http_method::trace)
    return &errors::unsupported_method;
  return nullptr;
}

}  // namespace weft::detail
