#include <weft/testing/memory_network.hpp>

#include <algorithm>
#include <utility>

namespace weft::testing {

memory_stream& memory_stream::operator=(memory_stream&& other) noexcept {
  if (this != &other) {
    close();
    in_ = std::move(other.in_);
    out_ = std::move(other.out_);
    unread_ = std::move(other.unread_);
  }
  return *this;
}

task<result<std::size_t>> memory_stream::read_some(std::span<char> into) {
  if (unread_.empty()) {
    auto piece = co_await in_->recv();
    if (!piece) co_return piece.error();
    unread_ = std::move(*piece);
  }
  const std::size_t count = std::min(into.size(), unread_.size());
  std::copy_n(unread_.begin(), count, into.begin());
  unread_.erase(0, count);
  co_return count;
}

task<result<void>> memory_stream::write_all(std::string_view from) {
  if (from.empty()) co_return result<void>();
  auto sent = co_await out_->send(std::string(from));
  co_return sent;
}

void memory_stream::finish_writing() noexcept { out_->close(); }

void memory_stream::close() noexcept {
  if (in_) in_->close();
  if (out_) out_->close();
}

task<result<memory_stream>> memory_listener::accept() {
  auto stream = co_await arriving_->recv();
  if (stream) co_return std::move(*stream);
  const std::error_code why = stream.error();
  if (why == condition::eof) co_return make_error_code(condition::closed);
  co_return why;
}

result<memory_listener> memory_network::listen(const std::string& name) {
  std::lock_guard lock(mutex_);
  auto& known = listeners_[name];
  if (!known.expired()) return make_error_code(condition::bad_input);
  auto arriving = std::make_shared<channel<memory_stream>>(backlog);
  known = arriving;
  return memory_listener(std::move(arriving));
}

task<result<memory_stream>> memory_network::connect(std::string name) {
  std::shared_ptr<channel<memory_stream>> arriving;
  {
    std::lock_guard lock(mutex_);
    const auto known = listeners_.find(name);
    if (known != listeners_.end()) arriving = known->second.lock();
  }
  if (!arriving) co_return make_error_code(condition::refused);
  auto to = std::make_shared<detail::pipe>(memory_stream::pieces_on_the_way);
  auto from = std::make_shared<detail::pipe>(memory_stream::pieces_on_the_way);
  auto offered = co_await arriving->send(memory_stream(to, from));
  if (offered) co_return memory_stream(std::move(from), std::move(to));
  const std::error_code why = offered.error();
  if (why == condition::closed) co_return make_error_code(condition::refused);
  co_return why;
}

}  // namespace weft::testing
