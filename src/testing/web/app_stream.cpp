#include <weft/testing/web/app_stream.hpp>

#include <weft/base/byte_buffer.hpp>
#include <weft/http/field_list.hpp>

#include <string>
#include <system_error>

namespace weft::testing {

task<app_answer> app_stream::collect() && {
  byte_buffer body;
  for (;;) {
    const auto piece = co_await body_->read();
    if (piece) {
      body.append(*piece);
      continue;
    }
    if (piece.error() == condition::eof) break;
    throw std::system_error(piece.error(), "weft: the body from " + std::string(url()));
  }
  http::field_list behind;
  for (const auto& [name, value] : trailers()) behind.add(name, value);
  http::answer_head& head = *this;
  http::answer whole(std::move(head), std::move(body), std::move(behind));
  app_answer made(std::move(whole));
  co_return made;
}

}  // namespace weft::testing
