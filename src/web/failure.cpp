#include "web/failure.hpp"

#include <weft/web/problem.hpp>

#include <cstdio>
#include <system_error>

namespace weft::detail {
namespace {

constexpr std::size_t longest_target = 256;

void write_unknown(const request& req, std::string_view what, response& res) {
  log_failure(req, what);
  write_problem({http_status::internal_server_error, "The server failed to answer.", {}}, res);
}

}  // namespace

void write_failure(const request& req, std::exception_ptr error, response& res) {
  try {
    std::rethrow_exception(error);
  } catch (const http_error& failure) {
    write_problem(failure.answer(), res);
  } catch (const std::exception& unknown) {
    write_unknown(req, unknown.what(), res);
  } catch (...) {
    write_unknown(req, "an exception that is no std::exception", res);
  }
}

void log_failure(const request& req, std::string_view text) {
  std::string line = "weft: ";
  line += escape_for_log(req.method_name());
  line += ' ';
  line += escape_for_log(req.target().substr(0, longest_target));
  line += ": ";
  line += escape_for_log(text);
  line += '\n';
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
