#pragma once

#include "../trial.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

// The same cases on plain Boost.Asio, as its documentation teaches them: awaitable, co_spawn, the
// experimental channels, a thread_pool. A rival to measure against: weft itself has no
// asio::awaitable anywhere, and nothing here includes weft.
namespace micro {

namespace asio = boost::asio;

/// The body of a case: does trial::ops operations and returns what they gave.
using asio_body = asio::awaitable<std::uint64_t> (*)(trial& t);

/// Runs the body on a pool of that many threads. Starting and stopping them is not timed.
void add_asio_case(const case_form& form, unsigned threads, asio_body body, const settings& s);

void register_task_cases(const settings& s);
void register_channel_cases(const settings& s);
void register_select_cases(const settings& s);
void register_mutex_cases(const settings& s);
void register_tree_cases(const settings& s);
void register_waiting_cases(const settings& s);

}  // namespace micro
