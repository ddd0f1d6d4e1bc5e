#include "web/failure.hpp"

#include <weft/web/middleware/request_ids.hpp>
#include <weft/web/problem.hpp>

#include <cstdio>
#include <system_error>

namespace weft::detail {
namespace {

constexpr std::size_t longest_target = 256;

void write_unknown(const context& ctx, std::string_view what, response& res) {
  log_failure(ctx, what);
  write_problem({http_status::internal_server_error, "The server failed to answer.", {}}, res,
                id_of(ctx));
}

}  // namespace

void write_failure(const context& ctx, std::exception_ptr error, response& res) {
  try {
    std::rethrow_exception(error);
  } catch (const http_error& failure) {
    write_problem(failure.answer(), res, id_of(ctx));
  } catch (const std::exception& unknown) {
    write_unknown(ctx, unknown.what(), res);
  } catch (...) {
    write_unknown(ctx, "an exception that is no std::exception", res);
  }
}

std::string_view id_of(const context& ctx) noexcept {
  const auto* const id = ctx.find_local<request_id>();
  return id != nullptr ? std::string_view(id->text()) : std::string_view();
}

std::string failure_line(const context& ctx, std::string_view text) {
  const auto& req = ctx.request();
  const auto id = id_of(ctx);
  std::string line = "weft: ";
  line += escape_for_log(req.method_name());
  line += ' ';
  line += escape_for_log(req.target().substr(0, longest_target));
  if (!id.empty()) line += " [" + escape_for_log(id) + ']';
  line += ": ";
  line += escape_for_log(text);
  line += '\n';
  return line;
}

void log_failure(const context& ctx, std::string_view text) {
  const auto line = failure_line(ctx, text);
  // In one call: lines of several threads do not mix.
  std::fwrite(line.data(), 1, line.size(), stderr);
}

std::string escape_for_log(std::string_view text) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F && c != '\\') {
      out += c;
    } else {
      out += "\\x";
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

}  // namespace weft::detail
