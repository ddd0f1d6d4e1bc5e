#include "web/kept_answers.hpp"

#include <utility>

namespace weft::detail {

kept_answer::kept_answer(const response& res)
    : status_(res.status()),
      fields_(res.headers().begin(), res.headers().end()),
      body_(res.body().view()),
      bytes_(sizeof(kept_answer) + body_.size()) {
  if (!res.content_type().empty())
    fields_.push_back({"Content-Type", std::string(res.content_type())});
  for (const auto& field : fields_)
    bytes_ += sizeof(field) + field.name.size() + field.value.size();
}

void kept_answer::write_to(response& res) const {
  res.set_status(status_);
  for (const auto& field : fields_) res.add_header(field.name, field.value);
  res.body().append(body_);
}

// The key is in the table and in the order; both have nodes.
std::size_t kept_answers::bytes_of(const table::value_type& known) noexcept {
  constexpr std::size_t nodes = sizeof(table::value_type) + sizeof(std::string) + 8 * sizeof(void*);
  return nodes + 2 * known.first.size() + known.second.answer->bytes();
}

kept_answers::found kept_answers::claim(const std::string& key, std::size_t mark, time_point now) {
  const std::scoped_lock lock(mutex_);
  while (!by_age_.empty() && all_.find(by_age_.front())->second.until <= now) forget_oldest();
  const auto [place, is_new] = all_.try_emplace(key);
  auto& known = place->second;
  found out;
  if (is_new) known.mark = mark;
  else if (known.mark != mark) out.what = state::another;
  else out.what = known.answer != nullptr ? state::kept : state::under_way;
  if (out.what == state::kept) out.answer = known.answer;
  return out;
}

void kept_answers::keep(const std::string& key, std::shared_ptr<const kept_answer> answer,
                        time_point now) {
  const std::scoped_lock lock(mutex_);
  const auto place = all_.find(key);
  by_age_.push_back(key);
  place->second.answer = std::move(answer);
  bytes_ += bytes_of(*place);
  place->second.until = now + keeps_for_;
  while (bytes_ > most_bytes_) forget_oldest();
}

void kept_answers::drop(const std::string& key) noexcept {
  const std::scoped_lock lock(mutex_);
  all_.erase(key);
}

void kept_answers::forget_oldest() {
  const auto place = all_.find(by_age_.front());
  bytes_ -= bytes_of(*place);
  all_.erase(place);
  by_age_.pop_front();
}

}  // namespace weft::detail
