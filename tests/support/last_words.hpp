#pragma once

#include <support/captured_stderr.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string>

namespace weft::test {

/// What a function says on standard error before it ends the process by abort(), in a child process
/// of its own; "it went on" where it does not end it.
template <class Function>
std::string last_words(Function function) {
  std::fflush(stdout);  // the child must not write it a second time
  const captured_stderr err;
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);
    try {
      function();
    } catch (...) {}
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!WIFSIGNALED(status)) return "it went on";
  return WTERMSIG(status) == SIGABRT ? err.text() : "it crashed";
}

}  // namespace weft::test
