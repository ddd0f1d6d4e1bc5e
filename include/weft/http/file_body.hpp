#pragma once

#include <weft/http/body_writer.hpp>
#include <weft/net/file.hpp>

#include <cstdint>
#include <utility>

namespace weft::http {

/// An answer's body from a part of a file, moved by the system without passing through the process.
///
///     auto opened = weft::file::open(path);
///     const auto size = opened->size();
///     res.set_producer(std::make_shared<weft::http::file_body>(std::move(*opened), 0, *size),
///     *size);
///
/// Where the file turns out to be shorter, the connection is cut.
/// @example tests/unit/http/file_body_test.cpp:file
class file_body final : public body_producer {
public:
  file_body(file from, std::uint64_t offset, std::uint64_t length) noexcept
      : from_(std::move(from)), offset_(offset), length_(length) {}

  task<> produce(body_writer& out) override;

private:
  const file from_;
  const std::uint64_t offset_;
  const std::uint64_t length_;
};

}  // namespace weft::http
