// EXPECT: guarded::with() takes a plain function: a coroutine would hold the lock
#include <weft/runtime/guarded.hpp>
#include <weft/runtime/yield.hpp>

weft::task<> wait_inside(int&) { co_await weft::yield(); }

weft::task<> hold_it(weft::guarded<int>& shared) { co_await shared.with(&wait_inside); }
