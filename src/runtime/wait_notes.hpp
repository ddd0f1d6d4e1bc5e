#pragma once

#include <weft/runtime/detail/task_context.hpp>
#include <weft/runtime/detail/threading.hpp>

#include <map>
#include <source_location>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace weft::detail {

/// The notes of one deterministic scheduler. Tasks are known by their contexts; a context's note is
/// made anew when a task starts, so notes of ended tasks only wait to be overwritten.
class wait_notes {
public:
  wait_notes() noexcept { note_keepers_changed(1); }
  ~wait_notes() { note_keepers_changed(-1); }
  wait_notes(const wait_notes&) = delete;
  wait_notes& operator=(const wait_notes&) = delete;

  void start(const task_context& started);
  void place(const task_context& started, const std::source_location& where);
  void wait(const task_context& waiting, const void* object);
  void wait_also(const task_context& waiting, const void* object);
  void hold(const void* lock, const task_context& holder);

  /// One line a task, then one for each cycle of locks.
  std::string describe(const std::vector<const task_context*>& waiting);

private:
  struct task_note {
    unsigned number = 0;
    std::source_location where;
    std::vector<const void*> objects;
    const char* call = nullptr;  // what waits_for said when the objects were noted
  };

  static void note_keepers_changed(int by) noexcept;

  std::string name_of(const task_context& task);
  std::string name_of(const void* object, std::string_view kind);
  std::string line_about(const task_context& task);
  std::string cycles(const std::vector<const task_context*>& waiting);
  std::vector<const void*> objects_of(const task_context& waiting);
  /// The task whose end, or whose unlocking, this one waits for.
  const task_context* awaited_by(const task_context& waiting);

  os_mutex mutex_;  // for all below: a foreign thread may start a task
  unsigned started_ = 0;
  std::unordered_map<const task_context*, task_note> tasks_;
  std::unordered_map<const void*, const task_context*> holders_;
  std::map<std::string, std::vector<const void*>, std::less<>> objects_;  // by kind, as reported
};

}  // namespace weft::detail
