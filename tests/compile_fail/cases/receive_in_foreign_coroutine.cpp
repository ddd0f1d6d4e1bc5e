// EXPECT: what weft gives to await is awaited in a weft task
#include <weft/runtime/channel.hpp>

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

foreign receive(weft::channel<int>& numbers) { (void)co_await numbers.recv(); }
