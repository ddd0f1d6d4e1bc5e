#pragma once

// All that an application needs. Neither Asio nor Boost.JSON comes with it.

#include <weft/base/error.hpp>
#include <weft/http/body_stream.hpp>
#include <weft/runtime/blocking.hpp>
#include <weft/runtime/broadcast.hpp>
#include <weft/runtime/channel.hpp>
#include <weft/runtime/checkpoint.hpp>
#include <weft/runtime/deadline.hpp>
#include <weft/runtime/event.hpp>
#include <weft/runtime/guarded.hpp>
#include <weft/runtime/interval.hpp>
#include <weft/runtime/model.hpp>
#include <weft/runtime/mutex.hpp>
#include <weft/runtime/once.hpp>
#include <weft/runtime/oneshot.hpp>
#include <weft/runtime/select.hpp>
#include <weft/runtime/semaphore.hpp>
#include <weft/runtime/shared_mutex.hpp>
#include <weft/runtime/shield.hpp>
#include <weft/runtime/sleep.hpp>
#include <weft/runtime/task.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/runtime/wait_group.hpp>
#include <weft/runtime/when_all.hpp>
#include <weft/runtime/when_any.hpp>
#include <weft/runtime/yield.hpp>
#include <weft/web/app.hpp>
#include <weft/web/body.hpp>
#include <weft/web/header.hpp>
#include <weft/web/json.hpp>
#include <weft/web/path.hpp>
#include <weft/web/query.hpp>
#include <weft/web/reply.hpp>
#include <weft/web/state.hpp>
#include <weft/web/stream.hpp>
