#include <weft/http/request_writer.hpp>

#include "field_rules.hpp"

#include <charconv>

namespace weft::http {

namespace {

void write_field(byte_buffer& out, std::string_view name, std::string_view value) {
  out.append(name);
  out.append(": ");
  out.append(value);
  out.append("\r\n");
}

// RFC 9110 8.6: the length is told also where it is 0, if the method expects a body.
bool expects_body(http_method method) noexcept {
  return method == http_method::post || method == http_method::put || method == http_method::patch;
}

void write_framing(byte_buffer& out, const client_request& request) {
  if (!request.has_body() && !expects_body(request.method())) return;
  if (const auto length = request.body_length()) {
    out.append("Content-Length: ");
    out.append_number(*length);
    out.append("\r\n");
  } else {
    out.append("Transfer-Encoding: chunked\r\n");
  }
  if (request.expects_continue()) out.append("Expect: 100-continue\r\n");
}

}  // namespace

void write_request_head(byte_buffer& out, const client_request& request,
                        const request_context& context) {
  out.append(context.is_connect ? to_string(http_method::connect) : request.method_name());
  out.append(" ");
  out.append(context.target);
  out.append(" HTTP/1.1\r\n");
  write_field(out, "Host", context.authority);
  if (!request.header("User-Agent")) write_field(out, "User-Agent", "weft");
  if (!context.proxy_authorization.empty())
    write_field(out, "Proxy-Authorization", context.proxy_authorization);
  if (!context.upgrade.empty()) {
    write_field(out, "Connection", "upgrade");
    write_field(out, "Upgrade", context.upgrade);
  }
  for (const auto& [name, value] : request.headers()) write_field(out, name, value);
  write_framing(out, request);
  out.append("\r\n");
}

void write_chunk(byte_buffer& out, std::string_view piece) {
  if (piece.empty()) return;
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, piece.size(), 16).ptr;
  out.append({digits, static_cast<std::size_t>(end - digits)});
  out.append("\r\n");
  out.append(piece);
  out.append("\r\n");
}

void write_last_chunk(byte_buffer& out, std::span<const header_field> trailers) {
  out.append("0\r\n");
  for (const auto& [name, value] : trailers) {
    detail::check_field_name(name);
    detail::check_field_value(value);
    write_field(out, name, value);
  }
  out.append("\r\n");
}

}  // namespace weft::http
