#pragma once

#include <weft/runtime/task.hpp>

// Each of these prints what it found; what it prints is the same under every model.

/// Divide and conquer: a merge sort that forks.
weft::task<> fork_join();
/// Ask three mirrors, take the first answer, cancel the others.
weft::task<> race();
/// Three stages that hand values on through bounded channels.
weft::task<> pipeline();
/// Four workers take jobs from one channel.
weft::task<> worker_pool();
/// Follow links, at most three pages at once and one every 5 ms.
weft::task<> crawler();
/// Five who share five forks: how they starve, and how they do not.
weft::task<> philosophers();
