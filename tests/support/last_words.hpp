#pragma once

#include <support/captured_stderr.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>

namespace weft::test {

/// Runs the function in a process of its own.
/// @return what it wrote to standard error before it aborted; "it lived on" where it did not
template <class Function>
std::string last_words(Function function) {
  const captured_stderr err;
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);
    function();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT ? err.text() : "it lived on";
}

}  // namespace weft::test
