#pragma once

#include <unistd.h>

#include <cstdio>
#include <string>

namespace weft::test {

/// What the process writes to standard error while this lives.
class captured_stderr {
public:
  captured_stderr() : file_(std::tmpfile()), saved_(::dup(STDERR_FILENO)) {
    std::fflush(stderr);
    ::dup2(::fileno(file_), STDERR_FILENO);
  }
  captured_stderr(const captured_stderr&) = delete;
  captured_stderr& operator=(const captured_stderr&) = delete;
  ~captured_stderr() {
    std::fflush(stderr);
    ::dup2(saved_, STDERR_FILENO);
    ::close(saved_);
    std::fclose(file_);
  }

  std::string text() const {
    std::fflush(stderr);
    std::string all;
    char piece[256];
    off_t at = 0;
    for (ssize_t got = 0; (got = ::pread(::fileno(file_), piece, sizeof piece, at)) > 0;
         at += got) {
      all.append(piece, static_cast<std::size_t>(got));
    }
    return all;
  }

private:
  std::FILE* file_;
  int saved_;
};

}  // namespace weft::test
