#include <weft/web/files/file_reply.hpp>

#include "web/files/file_content.hpp"

#include <weft/web/files/media_type.hpp>
#include <weft/web/problem.hpp>

#include <system_error>

namespace weft {
namespace {

/// To a client a file that it may not see is none.
std::error_code public_code(const std::error_code& error) {
  const bool is_absent =
      error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory ||
      error == std::errc::permission_denied || error == std::errc::filename_too_long;
  return is_absent ? make_error_code(http_status::not_found) : error;
}

}  // namespace

result<file_reply> file_reply::open(const std::string& path) {
  auto opened = file::open(path);
  if (!opened) return public_code(opened.error());
  const auto status = opened->status();
  if (!status) return status.error();
  if (status->kind != file_status::type::regular) return make_error_code(http_status::not_found);
  file_reply made(std::move(*opened), "");
  made.type_ = media_type_of(path);
  return made;
}

void file_reply::reply_to(context& ctx) && {
  const auto status = from_.status();
  if (!status) throw std::system_error(status.error(), "file_reply");
  if (status->kind != file_status::type::regular)
    throw std::system_error(std::make_error_code(std::errc::not_supported), "file_reply: no file");
  auto& res = ctx.response();
  res.set_content_type(type_);
  res.set_header("X-Content-Type-Options", "nosniff");
  if (!disposition_.empty()) res.set_header("Content-Disposition", disposition_);
  const auto current = detail::validators_of(*status);
  const detail::file_content content(std::move(from_), status->size);
  detail::answer_content(ctx.request(), content, current, most_ranges_, res);
}

}  // namespace weft
