// EXPECT: a weft task is awaited from a weft task
#include <weft/runtime/task.hpp>

#include <coroutine>

struct foreign {
  struct promise_type {
    foreign get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
};

weft::task<int> answer() { co_return 42; }

foreign await_it() { (void)co_await answer(); }
