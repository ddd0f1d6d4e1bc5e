// EXPECT: returns by value: a reference would
#include <weft/runtime/guarded.hpp>

int& all_of_it(int& value) { return value; }

weft::task<> keep_it(weft::guarded<int>& shared) { (void)co_await shared.with(&all_of_it); }
