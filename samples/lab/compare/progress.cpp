#include "progress.hpp"

#include <unistd.h>

#include <cstdio>

namespace lab {

progress::progress()
    : begin_(std::chrono::steady_clock::now()), is_terminal_(::isatty(STDERR_FILENO) == 1) {}

progress::~progress() { end_line(); }

void progress::step(const std::string& what) {
  if (is_terminal_) {
    std::fprintf(stderr, "\r\033[K[%5.1f s] %s", seconds(), what.c_str());
    line_open_ = true;
  } else {
    std::fprintf(stderr, "[%5.1f s] %s\n", seconds(), what.c_str());
  }
  std::fflush(stderr);
}

void progress::end_line() {
  if (line_open_) std::fputs("\r\033[K", stderr);
  line_open_ = false;
}

double progress::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

}  // namespace lab
