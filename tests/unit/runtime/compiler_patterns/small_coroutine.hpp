#pragma once

#include <catch2/catch_test_macros.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <coroutine>
#include <csignal>
#include <cstdio>
#include <exception>
#include <optional>
#include <set>
#include <utility>

// What g++ 12 makes of coroutines: the forms that this project is written in, which every compiler
// has to get right, and beside them the forms that it avoids, with what each compiler does to them
// today. A broken form that g++ 12 gets right fails here, so that the rule can go (CONTRIBUTING.md,
// "Coroutines").
//
// Nothing but the compiler is under test, so the coroutines are of a small type of their own.

namespace compiler_patterns {

/// Which objects live. A compiler that destroys one twice, or looks at a copy it made of the bytes,
/// is found without memory that breaks.
class ledger {
public:
  void enter(const void* object) { is_sound_ = living_.insert(object).second && is_sound_; }
  void leave(const void* object) { is_sound_ = living_.erase(object) == 1 && is_sound_; }
  void look_at(const void* object) { is_sound_ = living_.contains(object) && is_sound_; }
  bool is_balanced() const { return is_sound_ && living_.empty(); }

private:
  std::set<const void*> living_;
  bool is_sound_ = true;
};

inline ledger objects;

/// A value whose destruction matters, as that of a std::string.
class number {
public:
  explicit number(int value) : value_(value) { objects.enter(this); }
  number(const number& other) : value_(other.get()) { objects.enter(this); }
  number(number&& other) noexcept : value_(other.get()) { objects.enter(this); }
  number& operator=(const number&) = delete;
  ~number() { objects.leave(this); }
  int get() const {
    objects.look_at(this);
    return value_;
  }

private:
  int value_;
};

inline std::coroutine_handle<> paused;

class pause_here {
public:
  pause_here() noexcept = default;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> h) noexcept { paused = h; }
  void await_resume() const noexcept {}
};

template <class T>
class routine {
public:
  struct promise_type {
    struct final_awaiter {
      bool await_ready() const noexcept { return false; }
      std::coroutine_handle<> await_suspend(
          std::coroutine_handle<promise_type> ended) const noexcept {
        const auto next = ended.promise().caller;
        return next ? next : std::noop_coroutine();
      }
      void await_resume() const noexcept {}
    };
    routine get_return_object() {
      return routine(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    final_awaiter final_suspend() const noexcept { return {}; }
    template <class U>
    void return_value(U&& result) {
      value.emplace(std::forward<U>(result));
    }
    void unhandled_exception() { std::terminate(); }

    std::coroutine_handle<> caller;
    std::optional<T> value;
  };

  class awaiter {
  public:
    explicit awaiter(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) noexcept {
      frame_.promise().caller = caller;
      return frame_;
    }
    T await_resume() { return std::move(*frame_.promise().value); }

  private:
    std::coroutine_handle<promise_type> frame_;
  };

  routine(routine&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  routine& operator=(routine&&) = delete;
  ~routine() {
    if (frame_) frame_.destroy();
  }
  awaiter operator co_await() && noexcept { return awaiter(frame_); }
  std::coroutine_handle<promise_type> frame() const noexcept { return frame_; }

private:
  explicit routine(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}
  std::coroutine_handle<promise_type> frame_;
};

/// Its value; nothing where the coroutine does not go on after a wait.
inline std::optional<int> value_of(routine<int> main) {
  paused = nullptr;
  main.frame().resume();
  while (!main.frame().done() && paused) std::exchange(paused, nullptr).resume();
  return main.frame().promise().value;
}

/// Whether it ends with that value, and every object was made and destroyed once.
inline bool gives(int wanted, routine<int> (*form)()) {
  objects = ledger();
  const std::optional<int> value = value_of(form());
  return value == wanted && objects.is_balanced();
}

/// The same in a process of its own, which may end anyhow.
inline bool gives_elsewhere(int wanted, routine<int> (*form)()) {
  std::fflush(stdout);  // the child must not write it a second time
  const pid_t child = ::fork();
  if (child == 0) {
    for (const int fatal : {SIGILL, SIGSEGV, SIGABRT}) std::signal(fatal, SIG_DFL);
    ::alarm(10);
    ::_exit(gives(wanted, form) ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// A form that g++ 12 gets wrong. clang gets all right; of a newer g++ it only tells.
inline void check_avoided(int wanted, routine<int> (*form)()) {
  const bool is_right = gives_elsewhere(wanted, form);
#if defined(__clang__)
  CHECK(is_right);
#elif __GNUC__ == 12
  CHECK_FALSE(is_right);
#else
  WARN("g++ " << __GNUC__ << (is_right ? " gets this right" : " gets this wrong"));
#endif
}

}  // namespace compiler_patterns
