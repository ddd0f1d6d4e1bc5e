#include <weft/web/sse.hpp>

#include <weft/runtime/channel.hpp>
#include <weft/runtime/select.hpp>
#include <weft/runtime/task_group.hpp>

#include <stdexcept>

namespace weft {
namespace {

void refuse_line_ends(std::string_view value, const char* field) {
  if (value.find_first_of("\r\n") != value.npos)
    throw std::invalid_argument(std::string("sse_event: a line end in its ") + field);
}

void put_field(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  out += value;
  out += '\n';
}

/// A line of its own for each of the data. "\r\n" ends one line, not two.
void put_data(std::string& out, std::string_view data) {
  for (;;) {
    const auto end = data.find_first_of("\r\n");
    put_field(out, "data", data.substr(0, end));
    if (end == data.npos) return;
    data.remove_prefix(end + (data.substr(end).starts_with("\r\n") ? 2 : 1));
  }
}

}  // namespace

sse_event& sse_event::event(std::string name) & {
  refuse_line_ends(name, "name");
  event_ = std::move(name);
  return *this;
}

sse_event& sse_event::id(std::string text) & {
  refuse_line_ends(text, "id");
  if (text.find('\0') != text.npos) throw std::invalid_argument("sse_event: a zero byte in its id");
  id_ = std::move(text);
  return *this;
}

sse_event& sse_event::retry(std::chrono::milliseconds wait) & {
  if (wait.count() < 0) throw std::invalid_argument("sse_event: a negative retry");
  retry_ = wait;
  return *this;
}

std::string sse_event::text() const {
  std::string out;
  out.reserve(data_.size() + 64);
  if (!event_.empty()) put_field(out, "event", event_);
  if (id_) put_field(out, "id", *id_);
  if (retry_) put_field(out, "retry", std::to_string(retry_->count()));
  put_data(out, data_);
  out += '\n';
  return out;
}

task<result<void>> sse_writer::send_text(std::string text) {
  is_quiet_.store(false, std::memory_order_relaxed);
  co_return co_await out_.write(text);
}

task<result<void>> sse_writer::send_heartbeat() {
  if (!is_quiet_.exchange(true, std::memory_order_relaxed)) co_return result<void>();
  co_return co_await out_.write(":\n\n");
}

namespace detail {
namespace {

using end_of_events = channel<bool>;

/// Closes the channel however the function ends.
task<> run_to_end(task<> function, end_of_events& end) {
  class closing {
  public:
    explicit closing(end_of_events& what) noexcept : what_(what) {}
    closing(const closing&) = delete;
    closing& operator=(const closing&) = delete;
    ~closing() { what_.close(); }

  private:
    end_of_events& what_;
  };
  const closing at_exit(end);
  co_await std::move(function);
}

}  // namespace

sse_producer::sse_producer(duration heartbeat) : heartbeat_(heartbeat) {
  if (heartbeat <= duration::zero())
    throw std::invalid_argument("sse: the heartbeat is not positive");
}

// The function is a task of its own, so that a heartbeat which nobody takes can end its waits.
task<> sse_producer::produce(body_writer& out) {
  sse_writer events(out);
  const auto begun = co_await out.flush();
  if (!begun) co_return;
  if (heartbeat_ == duration::max()) {
    co_await write_events(events);
    co_return;
  }
  end_of_events end(1);
  task_group writing;
  writing.go(run_to_end(write_events(events), end));
  for (;;) {
    const auto chosen = co_await select(recv(end), after(heartbeat_));
    if (chosen.index() != 1) break;
    const auto sent = co_await events.send_heartbeat();
    if (sent) continue;
    writing.cancel();
    break;
  }
  co_await writing.join();
}

void write_sse(context& ctx, std::shared_ptr<http::body_producer> producer) {
  auto& res = ctx.response();
  res.set_content_type("text/event-stream");
  if (!res.header("Cache-Control")) res.set_header("Cache-Control", "no-cache");
  res.set_header("X-Accel-Buffering", "no");  // nginx would collect events otherwise
  res.set_producer(std::move(producer));
}

}  // namespace detail
}  // namespace weft
