#include "execution.hpp"
#include "memory.hpp"
#include "plan.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace weft::testing {
namespace {

constexpr std::size_t steps_shown = 80;

// Small numbers as they are, addresses and marks in hexadecimal.
std::string text_of(std::uint64_t value) {
  constexpr std::uint64_t small = 1'000'000;
  const auto as_signed = static_cast<std::int64_t>(value);
  if (value < small || (as_signed < 0 && as_signed > -static_cast<std::int64_t>(small))) {
    return std::to_string(as_signed);
  }
  char text[24];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
  return text;
}

std::string_view file_of(const location& where) {
  const std::string_view path = where.file_name();
  return path.substr(path.rfind('/') + 1);
}

std::string_view name_of(std::memory_order order) noexcept {
  switch (order) {
    case std::memory_order_relaxed: return "relaxed";
    case std::memory_order_consume: return "consume";
    case std::memory_order_acquire: return "acquire";
    case std::memory_order_release: return "release";
    case std::memory_order_acq_rel: return "acq_rel";
    case std::memory_order_seq_cst: return "seq_cst";
  }
  return "";
}

bool has_order(op what) noexcept { return what <= op::fetch_xor; }

std::string values_of(const operation& o) {
  if (!o.has_values) return "";
  std::string text = text_of(o.before);
  if (o.before != o.after) text += " -> " + text_of(o.after);
  return text;
}

}  // namespace

const char* name_of(op what) noexcept {
  switch (what) {
    case op::load: return "load";
    case op::store: return "store";
    case op::buffered_store: return "store, buffered";
    case op::exchange: return "exchange";
    case op::compare_exchange: return "compare_exchange";
    case op::fetch_add: return "fetch_add";
    case op::fetch_sub: return "fetch_sub";
    case op::fetch_and: return "fetch_and";
    case op::fetch_or: return "fetch_or";
    case op::fetch_xor: return "fetch_xor";
    case op::lock: return "lock";
    case op::try_lock: return "try_lock";
    case op::unlock: return "unlock";
    case op::wait: return "wait";
    case op::notify_one: return "notify_one";
    case op::notify_all: return "notify_all";
    case op::futex_wait: return "futex_wait";
    case op::futex_wake: return "futex_wake";
    case op::futex_wake_all: return "futex_wake_all";
    case op::process_barrier: return "process_barrier";
    case op::start_thread: return "start thread";
    case op::join_thread: return "join thread";
    case op::begin: return "begin";
    case op::end: return "end";
    case op::spin: return "spin";
    case op::relax: return "relax";
    case op::time_out: return "(time out)";
    case op::drain: return "(drain)";
  }
  return "?";
}

void execution::name(const void* object, std::size_t size, const char* text) {
  unwatched scope;
  names_.push_back({static_cast<const char*>(object), size, text});
}

// A name and an offset, or a number in the order of first use in the log.
std::string execution::describe(const void* object) {
  if (object == nullptr) return "";
  const auto* at = static_cast<const char*>(object);
  const auto named = std::find_if(names_.rbegin(), names_.rend(), [at](const named_object& n) {
    return at >= n.start && at < n.start + n.size;
  });
  if (named != names_.rend()) {
    const auto offset = at - named->start;
    return offset == 0 ? named->text : named->text + ("+" + std::to_string(offset));
  }
  auto found = std::ranges::find(unnamed_, object);
  if (found == unnamed_.end()) found = unnamed_.insert(found, object);
  return "#" + std::to_string(found - unnamed_.begin());
}

std::string execution::log(std::size_t most) {
  std::string text;
  const std::size_t first = log_.size() > most ? log_.size() - most : 0;
  for (std::size_t i = 0; i < log_.size(); ++i) {
    const operation& o = log_[i];
    const std::string object = describe(o.object);  // also of those not shown: it counts them
    if (i < first) continue;
    const std::string what = std::string(name_of(o.what)) +
                             (has_order(o.what) ? " " + std::string(name_of(o.order)) : "");
    std::string line(64, '\0');
    line.resize(static_cast<std::size_t>(
        std::snprintf(line.data(), line.size(), "  %5zu  %*s[%u] %-26s", i,
                      static_cast<int>(o.thread) * 2, "", o.thread, what.c_str())));
    line += ' ' + object + "  " + values_of(o);
    if (o.where.line() != 0) {
      line += "  (" + std::string(file_of(o.where)) + ':' + std::to_string(o.where.line()) + ')';
    }
    text += line + '\n';
  }
  return text;
}

std::string execution::threads() {
  std::string text;
  for (unsigned i = 0; i < used_; ++i) {
    const actor& a = *actors_[i];
    text += "  [" + std::to_string(i) + "] ";
    if (a.ended) text += "ended";
    else if (a.wait.what == wait_state::kind::wake) text += "waits in ";
    else if (!can_run(a)) text += "cannot do ";
    else if (a.spinning) text += "spins before ";
    else text += i == current_ ? "does " : "is about to do ";
    if (!a.ended) {
      text += name_of(a.doing.what);
      const auto* object = a.wait.what == wait_state::kind::mutex ? a.wait.mutex : a.doing.object;
      if (object != nullptr) text += ' ' + describe(object);
      if (a.wait.what == wait_state::kind::thread) text += ' ' + std::to_string(a.wait.thread);
      if (a.doing.where.line() != 0) {
        text += " (" + std::string(file_of(a.doing.where)) + ':' +
                std::to_string(a.doing.where.line()) + ')';
      }
    }
    text += '\n';
  }
  return text;
}

void fail(const std::string& what) {
  end_watching_memory();
  execution* e = execution::current();
  std::printf("\ninterleave: FAILED: %s\n", what.c_str());
  if (e != nullptr) {
    const bool shows_all = std::getenv("WEFT_INTERLEAVE_LOG") != nullptr;
    std::printf("  in thread %u, step %zu, of %s\nlog (%s):\n%s", e->thread(), e->steps(),
                current_plan().describe().c_str(),
                shows_all ? "all" : "the last steps; WEFT_INTERLEAVE_LOG=1 shows all",
                e->log(shows_all ? e->steps() : steps_shown).c_str());
    std::printf("threads:\n%s", e->threads().c_str());
    std::printf("replay: WEFT_INTERLEAVE_REPLAY='%s'\n",
                current_plan().to_replay(e->schedule()).c_str());
  }
  std::fflush(nullptr);
  // The threads stand in the middle of what they do: nothing can be unwound.
  _exit(failed_exit_code);
}

void report_changed_program(std::span<const option> options) {
  fail("the check did something else than before with the same choices (" +
       std::to_string(options.size()) + " options now): it depends on time, on addresses, or on " +
       "what an earlier execution left behind");
}

}  // namespace weft::testing
