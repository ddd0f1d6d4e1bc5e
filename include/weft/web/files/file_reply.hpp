#pragma once

#include <weft/base/error.hpp>
#include <weft/net/file.hpp>
#include <weft/web/context.hpp>
#include <weft/web/files/content_disposition.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace weft {

/// A file as an answer.
///
///     app.get("/report", []() -> weft::task<weft::result<weft::file_reply>> {
///       const auto open = [] { return weft::file_reply::open("/srv/report.pdf"); };
///       auto opened = co_await weft::blocking(open);
///       if (opened) opened->attachment("Report 2026.pdf");
///       co_return opened;
///     });
///
/// It is moved by the system without passing through the process where it is large. A GET for a
/// part of it (Range) gets that part; ETag and Last-Modified come from the file, and conditions are
/// heeded. Browsers do not guess another type (nosniff).
/// The path is the program's own. What a client names is served by static_files, which knows what
/// must not be opened.
/// @example tests/docs/files_guide_test.cpp:download
class file_reply {
public:
  /// Opens a regular file; its media type is that of the end of its name. Blocks as the system
  /// does.
  /// @errors 404 where there is none, or one that may not be read; else the system's codes
  static result<file_reply> open(const std::string& path);
  /// @param from  of a regular file   @param type  its media type, a literal: not copied
  file_reply(file from, const char* type) noexcept : from_(std::move(from)), type_(type) {}

  /// Has it saved under that name. @throws as content_disposition()
  file_reply& attachment(std::string_view name) {
    disposition_ = content_disposition(disposition::attachment, name);
    return *this;
  }
  /// Has it shown, and saved under that name by who wishes to. @throws as content_disposition()
  file_reply& show_as(std::string_view name) {
    disposition_ = content_disposition(disposition::inline_, name);
    return *this;
  }
  /// How many parts a request may want at once; one that wants more gets the whole.
  file_reply& limit_ranges(std::size_t most) noexcept {
    most_ranges_ = most;
    return *this;
  }

  /// @throws std::system_error  it cannot be read, or is no regular file
  void reply_to(context& ctx) &&;

private:
  file from_;
  std::string_view type_;
  std::string disposition_;
  std::size_t most_ranges_ = 1;
};

}  // namespace weft
