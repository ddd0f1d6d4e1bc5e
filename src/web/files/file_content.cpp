#include "web/files/file_content.hpp"

#include "web/ascii.hpp"
#include "web/files/byte_ranges.hpp"
#include "web/middleware/random_id.hpp"

#include <weft/http/body_writer.hpp>
#include <weft/http/date.hpp>
#include <weft/web/problem.hpp>

#include <charconv>
#include <chrono>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace weft::detail {
namespace {

using namespace std::chrono;

// Up to here a copy into the answer's own buffer, which goes out with the head in one call, is
// cheaper than a call of its own.
constexpr std::uint64_t most_copied = 64 * 1024;

// How long a file's time may stand still while its content changes: the coarsest clock of the file
// systems in use.
constexpr auto settling_time = seconds(2);

void append_hex(std::string& out, std::uint64_t number) {
  char digits[16];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number, 16).ptr);
}

// ------------------------------------------------------------------ producers

task<result<void>> write_part(body_writer& out, const file_content& content,
                              const byte_range& part) {
  if (content.on_disk() != nullptr)
    return out.write_file(*content.on_disk(), part.offset, part.length);
  return out.write(content.bytes().substr(static_cast<std::size_t>(part.offset),
                                          static_cast<std::size_t>(part.length)));
}

/// One range, or all.
class part_producer final : public http::body_producer {
public:
  part_producer(file_content content, const byte_range& part)
      : content_(std::move(content)), part_(part) {}

  // An error is the answer's: it is cut where something is missing.
  task<> produce(body_writer& out) override { (void)co_await write_part(out, content_, part_); }

private:
  const file_content content_;
  const byte_range part_;
};

/// Several ranges, each behind a head of its own (RFC 9110 14.6).
class multipart_producer final : public http::body_producer {
public:
  multipart_producer(file_content content, std::vector<byte_range> parts, std::string_view type)
      : content_(std::move(content)), parts_(std::move(parts)), type_(type) {}

  std::string content_type() const { return "multipart/byteranges; boundary=" + boundary_; }

  std::uint64_t length() const {
    std::uint64_t sum = end().size();
    for (const auto& part : parts_) sum += head_of(part).size() + part.length;
    return sum;
  }

  task<> produce(body_writer& out) override {
    for (const auto& part : parts_) {
      const std::string head = head_of(part);
      const auto begun = co_await out.write(head);
      if (!begun) co_return;
      const auto written = co_await write_part(out, content_, part);
      if (!written) co_return;
    }
    const std::string last = end();
    (void)co_await out.write(last);
  }

private:
  std::string head_of(const byte_range& part) const {
    std::string head = &part == &parts_.front() ? "--" : "\r\n--";
    head += boundary_ + "\r\n";
    if (!type_.empty()) head += "Content-Type: " + type_ + "\r\n";
    return head + "Content-Range: " + content_range(part, content_.size()) + "\r\n\r\n";
  }
  std::string end() const { return "\r\n--" + boundary_ + "--\r\n"; }

  const file_content content_;
  const std::vector<byte_range> parts_;
  const std::string type_;
  const std::string boundary_ = random_id(32);
};

// ------------------------------------------------------------------ answering

void copy_part(const file_content& content, const byte_range& part, byte_buffer& to) {
  const auto size = static_cast<std::size_t>(part.length);
  if (content.on_disk() == nullptr)
    return to.append(content.bytes().substr(static_cast<std::size_t>(part.offset), size));
  const auto got = content.on_disk()->read_at(part.offset, {to.prepare(size), size});
  if (!got) throw std::system_error(got.error(), "a file that is sent");
  if (*got != size)
    throw std::system_error(make_error_code(condition::eof), "a file that is sent has shrunk");
  to.commit(size);
}

void put_part(const request& req, const file_content& content, const byte_range& part,
              response& res) {
  const bool is_copied = req.method() != http_method::head && part.length != 0;
  if (is_copied && part.length <= most_copied) return copy_part(content, part, res.body());
  res.set_producer(std::make_shared<part_producer>(content, part), part.length);
}

/// @return nullopt where there is no Range that counts; several fields are malformed
std::optional<wanted_ranges> ranges_of(const request& req, const preconditions& conditions,
                                       const validators& current, std::uint64_t size,
                                       std::size_t most) {
  if (req.method() != http_method::get || size == 0) return std::nullopt;
  std::optional<std::string_view> field;
  for (const auto& one : req.headers()) {
    if (!equal_ignoring_case(one.name, "Range")) continue;
    if (field) return wanted_ranges{wanted_ranges::outcome::unsatisfiable};
    field = one.value;
  }
  if (!field || !conditions.range_applies(current)) return std::nullopt;
  return parse_ranges(*field, size, most);
}

void refuse_range(std::uint64_t size, response& res) {
  write_problem({http_status::range_not_satisfiable, "There is no such part.", {}}, res);
  res.set_header("Content-Range", content_range(size));
}

void put_ranges(const request& req, const file_content& content, std::vector<byte_range> ranges,
                response& res) {
  res.set_status(http_status::partial_content);
  if (ranges.size() == 1) {
    res.set_header("Content-Range", content_range(ranges.front(), content.size()));
    return put_part(req, content, ranges.front(), res);
  }
  const std::string type(res.header("Content-Type").value_or(""));
  const auto parts = std::make_shared<multipart_producer>(content, std::move(ranges), type);
  res.set_header("Content-Type", parts->content_type());
  res.set_producer(parts, parts->length());
}

}  // namespace

validators validators_of(const file_status& status, std::string_view variant) {
  const auto now = system_clock::now();
  std::string opaque;
  append_hex(opaque, static_cast<std::uint64_t>(status.modified.time_since_epoch().count()));
  opaque += '-';
  append_hex(opaque, status.size);
  if (!variant.empty()) opaque.append("-").append(variant);
  const bool is_settled = status.modified + settling_time < now;
  // RFC 9110 8.8.2.1: never later than the answer itself.
  const auto modified = std::min(floor<seconds>(status.modified), floor<seconds>(now));
  return {is_settled ? entity_tag::strong(opaque) : entity_tag::weak(opaque), modified};
}

void answer_content(const request& req, const file_content& content, const validators& current,
                    std::size_t most_ranges, response& res) {
  // The page of an error, or of what was made: neither its conditions nor its parts are asked for.
  if (res.status() != http_status::ok) return put_part(req, content, {0, content.size()}, res);
  const preconditions conditions(req);
  res.set_header("Accept-Ranges", "bytes");
  if (current.tag()) res.set_header("ETag", current.tag()->text());
  if (current.modified()) res.set_header("Last-Modified", http::date_text(*current.modified()));
  heed_preconditions(req, current, res);
  if (res.status() != http_status::ok) return;
  const auto wanted = ranges_of(req, conditions, current, content.size(), most_ranges);
  using outcome = wanted_ranges::outcome;
  if (!wanted || wanted->what == outcome::whole)
    return put_part(req, content, {0, content.size()}, res);
  if (wanted->what == outcome::unsatisfiable) return refuse_range(content.size(), res);
  put_ranges(req, content, wanted->ranges, res);
}

}  // namespace weft::detail
