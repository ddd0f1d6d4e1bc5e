#include "wait_notes.hpp"

#include "scheduler_core.hpp"

#include <weft/runtime/detail/wait_notes.hpp>

#include <algorithm>
#include <mutex>
#include <new>
#include <set>

namespace weft::detail {
namespace {

wait_notes* notes_of(const task_context& task) noexcept { return task.scope().core().notes(); }

// "channel" of "channel::recv".
std::string_view kind_of(std::string_view call) noexcept {
  return call == "select" ? "channel" : call.substr(0, call.find(':'));
}

std::string_view call_of(const task_context& task) noexcept {
  return task.waits_for != nullptr ? task.waits_for : "something outside the scheduler";
}

}  // namespace

constinit atomic<unsigned> note_keepers{0};

namespace {

// A report without the note says less: no reason to fail.
template <class Take>
void note(const task_context& about, Take take) noexcept {
  wait_notes* const notes = notes_of(about);
  if (notes == nullptr) return;
  try {
    take(*notes);
  } catch (const std::bad_alloc&) {}
}

}  // namespace

void note_start(task_context& started) noexcept {
  note(started, [&](wait_notes& notes) { notes.start(started); });
}

void note_place(task_context& started, const std::source_location& where) noexcept {
  note(started, [&](wait_notes& notes) { notes.place(started, where); });
}

void note_wait(task_context& waiting, const void* object) noexcept {
  note(waiting, [&](wait_notes& notes) { notes.wait(waiting, object); });
}

void note_wait_also(task_context& waiting, const void* object) noexcept {
  note(waiting, [&](wait_notes& notes) { notes.wait_also(waiting, object); });
}

void note_holder(const void* lock) noexcept {
  const task_context* holder = current_context();
  if (holder == nullptr) return;
  note(*holder, [&](wait_notes& notes) { notes.hold(lock, *holder); });
}

void wait_notes::note_keepers_changed(int by) noexcept {
  note_keepers.fetch_add(static_cast<unsigned>(by), std::memory_order_relaxed);
}

void wait_notes::start(const task_context& started) {
  std::lock_guard lock(mutex_);
  task_note& note = tasks_[&started];
  note = task_note();
  note.number = ++started_;
}

void wait_notes::place(const task_context& started, const std::source_location& where) {
  std::lock_guard lock(mutex_);
  tasks_[&started].where = where;
}

void wait_notes::wait(const task_context& waiting, const void* object) {
  std::lock_guard lock(mutex_);
  task_note& note = tasks_[&waiting];
  note.objects.clear();
  note.call = waiting.waits_for;
  if (object != nullptr) note.objects.push_back(object);
}

void wait_notes::wait_also(const task_context& waiting, const void* object) {
  std::lock_guard lock(mutex_);
  tasks_[&waiting].objects.push_back(object);
}

void wait_notes::hold(const void* lock, const task_context& holder) {
  std::lock_guard guard(mutex_);
  holders_[lock] = &holder;
}

std::string wait_notes::describe(const std::vector<const task_context*>& waiting) {
  std::lock_guard lock(mutex_);
  objects_.clear();
  auto in_order = waiting;
  std::sort(in_order.begin(), in_order.end(),
            [this](auto* a, auto* b) { return tasks_[a].number < tasks_[b].number; });
  std::string text;
  for (const task_context* task : in_order) text += "\n  " + line_about(*task);
  return text + cycles(in_order);
}

std::string wait_notes::name_of(const task_context& task) {
  return "task " + std::to_string(tasks_[&task].number);
}

std::string wait_notes::name_of(const void* object, std::string_view kind) {
  auto& known = objects_.try_emplace(std::string(kind)).first->second;
  auto found = std::find(known.begin(), known.end(), object);
  if (found == known.end()) found = known.insert(known.end(), object);
  return std::string(kind) + " #" + std::to_string(found - known.begin() + 1);
}

std::string wait_notes::line_about(const task_context& task) {
  const std::source_location& where = tasks_[&task].where;
  std::string text = name_of(task);
  if (where.line() != 0) {
    text +=
        std::string(" (started at ") + where.file_name() + ":" + std::to_string(where.line()) + ")";
  }
  const std::string_view call = call_of(task);
  text += " waits in " + std::string(call);
  const task_context* const awaited = awaited_by(task);
  const char* separator = " of ";
  for (const void* object : objects_of(task)) {
    text += separator + (object == awaited ? name_of(*awaited) : name_of(object, kind_of(call)));
    if (awaited != nullptr && object != awaited) text += ", held by " + name_of(*awaited);
    separator = ", ";
  }
  return text;
}

// Waits that note no object leave the notes of an earlier one behind.
std::vector<const void*> wait_notes::objects_of(const task_context& waiting) {
  const task_note& note = tasks_[&waiting];
  return note.call == waiting.waits_for ? note.objects : std::vector<const void*>();
}

const task_context* wait_notes::awaited_by(const task_context& waiting) {
  const auto objects = objects_of(waiting);
  const std::string_view kind = kind_of(call_of(waiting));
  if (objects.size() != 1) return nullptr;
  if (kind == "join_handle") return static_cast<const task_context*>(objects.front());
  const auto found = kind == "mutex" ? holders_.find(objects.front()) : holders_.end();
  return found != holders_.end() ? found->second : nullptr;
}

// At most one way on leads from each task.
std::string wait_notes::cycles(const std::vector<const task_context*>& waiting) {
  std::string text;
  std::set<const task_context*> told;
  for (const task_context* start : waiting) {
    std::vector<const task_context*> path;
    const task_context* at = start;
    while (at != nullptr && std::find(path.begin(), path.end(), at) == path.end()) {
      path.push_back(at);
      at = awaited_by(*at);
    }
    if (at != start || told.count(start) != 0) continue;
    text += "\n  cycle:";
    for (const task_context* member : path) {
      told.insert(member);
      text += (member == start ? " " : ", which waits for ") + name_of(*member);
    }
    text += ", which waits for " + name_of(*start);
  }
  return text;
}

}  // namespace weft::detail
