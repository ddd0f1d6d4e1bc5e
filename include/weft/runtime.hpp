#pragma once

// All of the runtime, for a program that uses it without HTTP. docs/runtime.md says what each
// header is for. <weft/weft.hpp> has those that handlers need.

#include <weft/base/error.hpp>
#include <weft/runtime/background_scheduler.hpp>
#include <weft/runtime/blocking.hpp>
#include <weft/runtime/broadcast.hpp>
#include <weft/runtime/channel.hpp>
#include <weft/runtime/checkpoint.hpp>
#include <weft/runtime/deadline.hpp>
#include <weft/runtime/event.hpp>
#include <weft/runtime/guarded.hpp>
#include <weft/runtime/home.hpp>
#include <weft/runtime/interval.hpp>
#include <weft/runtime/metrics.hpp>
#include <weft/runtime/model.hpp>
#include <weft/runtime/mutex.hpp>
#include <weft/runtime/once.hpp>
#include <weft/runtime/oneshot.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/select.hpp>
#include <weft/runtime/semaphore.hpp>
#include <weft/runtime/shared_mutex.hpp>
#include <weft/runtime/shield.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/stall_watch.hpp>
#include <weft/runtime/submit.hpp>
#include <weft/runtime/task.hpp>
#include <weft/runtime/task_dump.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/trace.hpp>
#include <weft/runtime/wait_group.hpp>
#include <weft/runtime/when_all.hpp>
#include <weft/runtime/when_any.hpp>
#include <weft/runtime/with_stop.hpp>
#include <weft/runtime/with_stop_token.hpp>
#include <weft/runtime/yield.hpp>
