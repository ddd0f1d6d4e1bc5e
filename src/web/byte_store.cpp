#include "web/byte_store.hpp"

#include <weft/runtime/blocking.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace weft::detail {
namespace {

std::error_code copy(const nameless_file& from, nameless_file& to) {
  std::vector<char> piece(byte_store::at_once);
  for (std::uint64_t offset = 0;;) {
    const auto got = from.read_at(offset, piece);
    if (!got) return got.error();
    if (*got == 0) return {};
    if (const auto error = to.write({piece.data(), *got})) return error;
    offset += *got;
  }
}

}  // namespace

byte_store byte_store::scratch(std::string folder, std::size_t in_memory) {
  return {std::move(folder), {}, in_memory};
}

byte_store byte_store::file_at(std::string path) {
  auto folder = folder_of(path);
  return {std::move(folder), std::move(path), at_once};
}

task<std::error_code> byte_store::append(std::string_view bytes) {
  stored_.size += bytes.size();
  if (bytes.size() <= in_memory_ - std::min(in_memory_, stored_.memory.size())) {
    stored_.memory += bytes;
    co_return std::error_code();
  }
  const std::error_code error = co_await blocking([&] { return flush(bytes); });
  co_return error;
}

task<std::error_code> byte_store::publish() {
  const std::error_code error = co_await blocking([&] {
    const auto flushed = flush({});
    const auto published = flushed ? flushed : stored_.file->publish(path_);
    stored_.file.reset();
    return published;
  });
  co_return error;
}

task<result<std::shared_ptr<stored_bytes>>> byte_store::finish() {
  if (stored_.file) {
    const std::error_code error = co_await blocking([&] { return flush({}); });
    if (error) co_return error;
  }
  co_return std::make_shared<stored_bytes>(std::move(stored_));
}

task<> byte_store::discard() {
  if (stored_.file) co_await blocking([&] { stored_.file.reset(); });
}

std::error_code byte_store::flush(std::string_view more) {
  if (!stored_.file) {
    auto created = nameless_file::create(folder_);
    if (!created) return created.error();
    if (path_.empty()) created->renounce_name();
    stored_.file.emplace(std::move(*created));
  }
  auto error = stored_.file->write(stored_.memory);
  stored_.memory.clear();
  if (!error) error = stored_.file->write(more);
  return error;
}

std::error_code blocking_save(const stored_bytes& bytes, const std::string& path) {
  auto created = nameless_file::create(folder_of(path));
  if (!created) return created.error();
  const auto error = bytes.file ? copy(*bytes.file, *created) : created->write(bytes.memory);
  return error ? error : created->publish(path);
}

}  // namespace weft::detail
