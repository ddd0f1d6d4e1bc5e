// EXPECT: a task returns by value: a reference would outlive what it refers to
#include <weft/runtime/task.hpp>

weft::task<int&> find(int& value) { co_return value; }
