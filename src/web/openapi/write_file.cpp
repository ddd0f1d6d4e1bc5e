#include "web/openapi/write_file.hpp"

#include "web/command_line.hpp"

#include <weft/web/app.hpp>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <system_error>

namespace weft::detail {
namespace {

int refuse(const std::string& file, int error) {
  report_error("--openapi: cannot write " + file + ": " +
               std::error_code(error, std::generic_category()).message());
  return exit_failure;
}

/// @return what went wrong, or 0
int write_text(std::FILE* to, const std::string& text) {
  errno = 0;
  const bool is_whole = std::fwrite(text.data(), 1, text.size(), to) == text.size();
  const bool is_out = std::fflush(to) == 0;
  if (is_whole && is_out) return 0;
  return errno != 0 ? errno : EIO;
}

}  // namespace

int write_openapi(const app& program, const std::string& file) {
  std::string text;
  try {
    program.check();
    text = program.openapi({}, json_style::pretty) + '\n';
  } catch (const std::exception& failure) {
    report_error(failure.what());
    return exit_failure;
  }
  if (file == "-") {
    const int error = write_text(stdout, text);
    return error == 0 ? 0 : refuse("to standard output", error);
  }
  std::FILE* const opened = std::fopen(file.c_str(), "wb");
  if (opened == nullptr) return refuse(file, errno);
  int error = write_text(opened, text);
  if (std::fclose(opened) != 0 && error == 0) error = errno;
  return error == 0 ? 0 : refuse(file, error);
}

}  // namespace weft::detail
