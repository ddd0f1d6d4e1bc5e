#include "beast_reader.hpp"

#include "beast_differences.hpp"
#include "target.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <cstdint>
#include <limits>
#include <string>

namespace weft::fuzz {

namespace {

namespace beast = boost::beast;
namespace beast_http = boost::beast::http;
using error = beast::error_code&;
using text = beast::string_view;

std::string copy_of(text view) { return {view.data(), view.size()}; }

/// Notes what the parser tells.
template <bool IsRequest>
class recorder final : public beast_http::basic_parser<IsRequest> {
public:
  recorder() {
    this->header_limit(std::numeric_limits<std::uint32_t>::max());
    this->body_limit(boost::none);
    this->eager(true);
  }

  message read;

private:
  void on_request_impl(beast_http::verb, text method, text target, int version, error) override {
    read.method = copy_of(method);
    read.target = copy_of(target);
    read.minor_version = version - 10;
  }
  void on_response_impl(int code, text phrase, int version, error) override {
    read.status = code;
    read.phrase = copy_of(phrase);
    read.minor_version = version - 10;
  }
  void on_field_impl(beast_http::field, text name, text value, error) override {
    auto& fields = read.has_head ? read.trailers : read.headers;
    fields.emplace_back(copy_of(name), copy_of(value));
  }
  // Here and not at the end: a trailer may change Beast's mind.
  void on_header_impl(error) override {
    read.has_head = true;
    read.keep_alive = this->keep_alive();
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error) override {}
  std::size_t on_body_impl(text piece, error) override {
    read.body.append(piece.data(), piece.size());
    return piece.size();
  }
  void on_chunk_header_impl(std::uint64_t, text, error) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, text piece, error) override {
    read.body.append(piece.data(), piece.size());
    return piece.size();
  }
  void on_finish_impl(error) override { read.how = message::outcome::complete; }
};

/// Of an answer that weft accepted: whether it begins with an interim one, which it does not tell.
bool begins_interim(std::string_view answer) {
  const auto status = answer.substr(answer.find(' ') + 1, 3);
  return status.starts_with('1') && status != "101";
}

/// Reads one message from the front. @return what is left of the bytes
template <bool IsRequest>
std::string_view run(recorder<IsRequest>& parser, std::string_view bytes, input_end end) {
  beast::error_code ec;
  const auto used = parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), ec);
  if ((!ec || ec == beast_http::error::need_more) && !parser.is_done() && end == input_end::closed)
    parser.put_eof(ec);
  if (!parser.is_done()) parser.read.refusal = ec ? ec.message() : "it wants more";
  return bytes.substr(used);
}

/// Without what Beast does not tell.
message comparable(message ours, std::string_view bytes) {
  ours.path.clear();
  ours.query.clear();
  ours.host.clear();
  ours.notes.clear();
  if (is_planted("drop_header") && !ours.headers.empty()) ours.headers.pop_back();
  if (is_planted("change_body") && !ours.body.empty()) ours.body.back() ^= 1;
  if (is_planted("merge_trailers") && !ours.trailers.empty())
    ours.headers.push_back(std::exchange(ours.trailers, {}).front());
  if (is_planted("turn_keep_alive")) ours.keep_alive = !ours.keep_alive;
  if (is_planted("end_late") && ours.end != bytes.size()) ++ours.end;
  return ours;
}

void compare(const message& ours, std::string_view bytes, message theirs, std::string_view left) {
  theirs.begin = ours.begin;
  theirs.end = bytes.size() - left.size();
  expect_same(describe(comparable(ours, bytes)), describe(theirs), "Beast reads it otherwise");
}

}  // namespace

void expect_beast_agrees(const message& ours, std::string_view bytes) {
  if (is_read_otherwise(ours, bytes)) return;
  auto from = bytes.substr(ours.begin);
  while (from.starts_with("\r\n")) from.remove_prefix(2);
  recorder<true> beast;
  const auto left = run(beast, from, input_end::open);
  compare(ours, bytes, beast.read, left);
}

void expect_beast_agrees(const message& ours, std::string_view bytes, http_method asked,
                         input_end end) {
  if (is_read_otherwise(ours, bytes)) return;
  auto from = bytes.substr(ours.begin);
  while (begins_interim(from)) from.remove_prefix(from.find("\r\n\r\n") + 4);
  const bool is_tunnel = ends_http(ours, asked);
  recorder<false> beast;
  beast.skip(asked == http_method::head || is_tunnel);
  const auto left = run(beast, from, end);
  if (is_tunnel) beast.read.keep_alive = false;
  compare(ours, bytes, beast.read, left);
}

}  // namespace weft::fuzz
