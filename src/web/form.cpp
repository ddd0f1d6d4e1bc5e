#include <weft/web/form.hpp>

#include "web/byte_store.hpp"
#include "web/failure.hpp"
#include "web/field_reader.hpp"
#include "web/media_type.hpp"
#include "web/multipart_reader.hpp"
#include "web/percent.hpp"
#include "web/query_pairs.hpp"

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace weft {
namespace {

using detail::field_reader;
using detail::multipart_event;

constexpr detail::field_origin from_form{http_status::unprocessable_content,
                                         field_error::place::body, true};

// ------------------------------------------------------------------ urlencoded

bool is_urlencoded(const request& req) {
  return detail::is_media_type(req.header("Content-Type").value_or(""),
                               "application/x-www-form-urlencoded");
}

bool read_pairs(context& ctx, std::string_view body, field_reader& fields) {
  const auto most = detail::form_limits_of(ctx).max_fields;
  detail::query_pairs pairs(body);
  for (std::size_t count = 0; pairs.next();) {
    if (++count > most) {
      ctx.reject(http_status::bad_request,
                 "The form has more than " + std::to_string(most) + " fields (max_fields).");
      return false;
    }
    fields.read(pairs.name(), pairs.value());
  }
  if (!pairs.is_malformed()) return true;
  ctx.reject(http_status::bad_request,
             std::string("The form has a '%' that begins no escape, or is not UTF-8."));
  return false;
}

// ------------------------------------------------------------------ multipart

/// @return nullopt where it was rejected
std::optional<std::string> form_boundary(context& ctx) {
  const auto content_type = ctx.request().header("Content-Type");
  if (content_type && detail::is_media_type(*content_type, "multipart/form-data"))
    return detail::require_boundary(ctx);
  ctx.reject(http_status::unsupported_media_type,
             std::string("The body must be a form: application/x-www-form-urlencoded or "
                         "multipart/form-data."));
  return std::nullopt;
}

bool reject_text(context& ctx) {
  const auto most = detail::form_limits_of(ctx).max_text_bytes;
  ctx.reject(http_status::content_too_large, "A field of the form has more than " +
                                                 std::to_string(most) + " bytes (max_text_bytes).");
  return false;
}

/// Collects the text of one part after the other.
class text_part {
public:
  text_part(context& ctx, field_reader& fields)
      : ctx_(ctx), fields_(fields), most_(detail::form_limits_of(ctx).max_text_bytes) {}

  void begin(const part_head& head) {
    name_ = head.name;
    text_.clear();
    const auto wanted = fields_.wants(name_);
    wanted_ = wanted == field_reader::wanted::text && !head.filename;
    if (wanted == field_reader::wanted::file) fields_.refuse(name_, "must be a file");
    else if (wanted == field_reader::wanted::text && head.filename)
      fields_.refuse(name_, "must be a text and no file");
  }
  /// @return false where it was rejected
  bool add(std::string_view piece) {
    if (!wanted_) return true;
    if (piece.size() > most_ - text_.size()) return reject_text(ctx_);
    text_ += piece;
    return true;
  }
  void end() {
    if (!wanted_) return;
    if (detail::is_utf8(text_)) fields_.read(name_, text_);
    else fields_.refuse(name_, "must be UTF-8");
  }

private:
  context& ctx_;
  field_reader& fields_;
  std::size_t most_;
  std::string name_;
  std::string text_;
  bool wanted_ = false;
};

bool reject(context& ctx, const detail::multipart_error& error) {
  ctx.reject(error.status, error.text);
  return false;
}

bool read_parts(context& ctx, std::string_view boundary, field_reader& fields) {
  detail::multipart_parser parser(boundary, detail::form_limits_of(ctx));
  text_part text(ctx, fields);
  for (auto rest = ctx.request().body();;) {
    const auto step = parser.next(rest);
    rest.remove_prefix(step.consumed);
    switch (step.event) {
      case multipart_event::part: text.begin(parser.head()); break;
      case multipart_event::data:
        if (!text.add(parser.data())) return false;
        break;
      case multipart_event::part_end: text.end(); break;
      case multipart_event::error: return reject(ctx, parser.error());
      case multipart_event::need_more: return parser.finish() || reject(ctx, parser.error());
    }
  }
}

// ------------------------------------------------------------------ while it arrives

/// The body did not come to its end. A connection that knows why gives its own answer.
bool reject_broken(context& ctx) {
  const problem* const late = ctx.late_rejection()->get();
  if (late != nullptr) ctx.reject(late->status, late->detail);
  else ctx.reject(http_status::bad_request, std::string("The body did not come whole."));
  return false;
}

bool reject_unstored(context& ctx, std::error_code error) {
  const bool is_full = error == std::errc::no_space_on_device ||
                       error == std::errc::file_too_large ||
                       error == std::error_code(EDQUOT, std::system_category());
  detail::log_failure(ctx, "an upload cannot be stored: " + error.message());
  ctx.reject(
      is_full ? http_status::insufficient_storage : http_status::internal_server_error,
      std::string(is_full ? "There is no room for the upload." : "The upload cannot be stored."));
  return false;
}

std::string temporary_folder(const form_limits& limits) {
  if (!limits.temporary_folder.empty()) return limits.temporary_folder;
  const char* const named = std::getenv("TMPDIR");
  return named != nullptr && *named != '\0' ? named : "/tmp";
}

/// Reads a form into fields as it arrives.
class arriving_form {
public:
  arriving_form(context& ctx, field_reader& fields)
      : ctx_(ctx), fields_(fields), limits_(detail::form_limits_of(ctx)) {}

  /// @return false where it was rejected
  task<bool> read_pairs();
  task<bool> read_parts(std::string boundary);

private:
  task<bool> read_text(detail::multipart_reader& from, const part_head& head);
  task<bool> read_file(detail::multipart_reader& from, part_head& head);

  context& ctx_;
  field_reader& fields_;
  const form_limits& limits_;
};

task<bool> arriving_form::read_pairs() {
  body_stream body(ctx_.request());
  std::string text;
  for (;;) {
    const auto piece = co_await body.read();
    if (!piece && piece.error() == condition::eof) break;
    if (!piece) co_return reject_broken(ctx_);
    if (piece->size() > limits_.max_text_bytes - text.size()) co_return reject_text(ctx_);
    text += *piece;
  }
  co_return weft::read_pairs(ctx_, text, fields_);
}

task<bool> arriving_form::read_parts(std::string boundary) {
  detail::multipart_reader parts(ctx_, boundary);
  for (;;) {
    auto head = co_await parts.next_part();
    if (!head && head.error() == condition::eof) co_return true;
    if (!head) co_return reject_broken(ctx_);
    const bool is_file = head->filename && fields_.wants(head->name) == field_reader::wanted::file;
    bool good = true;
    if (is_file) good = co_await read_file(parts, *head);
    else good = co_await read_text(parts, *head);
    if (!good) co_return false;
  }
}

task<bool> arriving_form::read_text(detail::multipart_reader& from, const part_head& head) {
  text_part text(ctx_, fields_);
  text.begin(head);
  for (;;) {
    const auto piece = co_await from.read(from.number());
    if (!piece && piece.error() == condition::eof) break;
    if (!piece) co_return reject_broken(ctx_);
    if (!text.add(*piece)) co_return false;
  }
  text.end();
  co_return true;
}

task<bool> arriving_form::read_file(detail::multipart_reader& from, part_head& head) {
  auto store = detail::byte_store::scratch(temporary_folder(limits_), limits_.max_memory_bytes);
  const auto most = fields_.most_bytes(head.name);
  std::error_code broken;
  std::error_code unstored;
  while (!broken && !unstored && store.size() <= most) {
    const auto piece = co_await from.read(from.number());
    if (piece) unstored = co_await store.append(*piece);
    else broken = piece.error();
  }
  if (broken == condition::eof) {
    auto stored = co_await store.finish();
    // A file input that was left empty.
    if (stored && (*stored)->size == 0 && head.filename->empty()) co_return true;
    if (stored) {
      const auto name = head.name;
      fields_.read_file(name, upload(std::move(head), std::move(*stored)));
      co_return true;
    }
    unstored = stored.error();
  }
  co_await store.discard();
  if (unstored) co_return reject_unstored(ctx_, unstored);
  if (broken) co_return reject_broken(ctx_);
  fields_.refuse_size(head.name, store.size());  // what is left of the part is passed over
  co_return true;
}

}  // namespace

bool detail::read_form(context& ctx, const json_type& type, void* out) {
  field_reader fields(ctx, from_form, type, out);
  if (is_urlencoded(ctx.request()))
    return read_pairs(ctx, ctx.request().body(), fields) && fields.finish();
  const auto boundary = form_boundary(ctx);
  return boundary && read_parts(ctx, *boundary, fields) && fields.finish();
}

task<bool> detail::read_form_with_uploads(context& ctx, const json_type& type, void* out) {
  field_reader fields(ctx, from_form, type, out);
  arriving_form arriving(ctx, fields);
  bool good = false;
  if (is_urlencoded(ctx.request())) {
    good = co_await arriving.read_pairs();
  } else if (auto boundary = form_boundary(ctx)) {
    good = co_await arriving.read_parts(std::move(*boundary));
  }
  co_return good&& fields.finish();
}

const form_limits& detail::form_limits_of(const context& ctx) noexcept {
  static const form_limits defaults;
  const auto* const set = ctx.find_state<form_limits>();
  return set != nullptr ? *set : defaults;
}

}  // namespace weft
