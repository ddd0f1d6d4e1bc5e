#include <weft/web/multipart.hpp>

#include "web/byte_store.hpp"
#include "web/multipart_reader.hpp"
#include "web/percent.hpp"

#include <utility>

namespace weft {
namespace {

std::string past_limit(const std::string& what, std::size_t limit) {
  return what + " has more than " + std::to_string(limit) + " bytes.";
}

}  // namespace

multipart::multipart(std::shared_ptr<detail::multipart_reader> reader) noexcept
    : reader_(std::move(reader)) {}

std::optional<multipart> multipart::extract(context& ctx) {
  const auto boundary = detail::require_boundary(ctx);
  if (!boundary) return std::nullopt;
  return multipart(std::make_shared<detail::multipart_reader>(ctx, *boundary));
}

task<result<form_part>> multipart::next() {
  const auto reader = reader_;
  auto head = co_await reader->next_part();
  if (!head) co_return head.error();
  co_return form_part(reader, reader->number(), std::move(*head));
}

bool multipart::complete() const noexcept { return reader_->complete(); }

form_part::form_part(std::shared_ptr<detail::multipart_reader> reader, std::size_t number,
                     part_head head)
    : reader_(std::move(reader)), number_(number), head_(std::move(head)) {}

task<result<std::string_view>> form_part::read() { return reader_->read(number_); }

task<result<std::string>> form_part::text(std::size_t limit) {
  std::string text;
  for (;;) {
    const auto piece = co_await reader_->read(number_);
    if (!piece && piece.error() == condition::eof) break;
    if (!piece) co_return piece.error();
    if (piece->size() > limit - text.size())
      co_return reader_->refuse(http_status::content_too_large,
                                past_limit("A field of the form", limit));
    text += *piece;
  }
  if (!detail::is_utf8(text))
    co_return reader_->refuse(http_status::bad_request, "A field of the form is not UTF-8.");
  co_return text;
}

task<result<std::uint64_t>> form_part::save(std::string path) {
  auto store = detail::byte_store::file_at(path);
  for (;;) {
    const auto piece = co_await reader_->read(number_);
    std::error_code error;
    if (piece) error = co_await store.append(*piece);
    else if (piece.error() != condition::eof) error = piece.error();
    else break;
    if (error) {
      co_await store.discard();
      co_return error;
    }
  }
  const std::error_code error = co_await store.publish();
  if (error) co_return error;
  co_return store.size();
}

}  // namespace weft
