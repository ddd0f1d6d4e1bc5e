// A request that is put together from the input, written as the client writes it, and read back.
//
// Oracles: request_parser and Beast read the method, the target, the host, the fields and the body
// that were set, and nothing else; what a setter refuses leaves no trace; a value with CR or LF is
// refused.

#include "support/beast_reader.hpp"
#include "support/choices.hpp"
#include "support/message_reader.hpp"
#include "support/target.hpp"
#include "support/texts.hpp"

#include <weft/base/byte_buffer.hpp>
#include <weft/http/client_request.hpp>
#include <weft/http/request_target.hpp>
#include <weft/http/request_writer.hpp>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace weft::fuzz {

const std::vector<std::string_view> plants = {"split_value", "other_method", "other_target",
                                              "other_host",  "lose_field",   "change_body"};

namespace {

constexpr std::array methods = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"};

struct plan {
  explicit plan(choices& from)
      : method(from.below(methods.size() + 1)),
        is_chunked(from.flip()),
        expects_continue(from.flip()),
        to_proxy(from.flip()),
        upgrades(from.flip()),
        cuts(from) {
    for (auto left = from.below(6); left > 0; --left) adds.push_back(from.flip());
  }

  std::size_t method;  // behind the last: one of the input's
  bool is_chunked;
  bool expects_continue;
  bool to_proxy;
  bool upgrades;
  cut_plan cuts;
  std::vector<bool> adds;
};

/// Its pieces are written by the target itself.
class chunked_body final : public http::outgoing_body {
public:
  task<result<std::string_view>> read() override { co_return make_error_code(condition::eof); }
};

// ------------------------------------------------------------------ the request

http::client_request begin(const plan& of, text_source& texts) {
  const std::string url = "http://h/";
  if (of.method < methods.size()) return {std::string_view(methods[of.method]), url};
  const auto name = texts.next();
  try {
    http::client_request request(name, url);
    expect(!name.empty() && may_be_sent(name), "a method is accepted that is no token");
    // The server has nothing for it.
    if (request.method() != http_method::trace) return request;
  } catch (const std::invalid_argument&) {}
  return {http_method::get, url};
}

void set_field(http::client_request& request, bool adds, std::string_view name,
               std::string_view value) {
  const auto count = request.headers().size();
  try {
    if (adds) request.add_header(name, value);
    else request.set_header(name, value);
    expect(may_be_sent(value), "a value with a control byte is accepted");
    expect_same(request.headers().back().value, value, "a field has another value than it got");
  } catch (const std::invalid_argument&) {
    expect(request.headers().size() == count, "a field that was refused is there");
    expect(may_be_sent(value) || !is_planted("split_value"), "the plant lets a value through");
  }
}

http::client_request build(const plan& of, text_source& texts) {
  auto request = begin(of, texts);
  for (const bool adds : of.adds) {
    const auto name = texts.next();
    set_field(request, adds, name, texts.next());
  }
  if (of.expects_continue) request.expect_continue();
  if (of.is_chunked) request.set_body(std::make_shared<chunked_body>());
  else request.set_body(std::string(texts.rest()));
  return request;
}

// ------------------------------------------------------------------ what has to be read

struct sent_request {
  std::string target;
  std::string authority;
  std::string upgrade;
  std::string body;
  byte_buffer wire;
};

sent_request write(const http::client_request& request, const http::request_target& to,
                   std::string_view body, const plan& of) {
  sent_request sent;
  sent.target = of.to_proxy ? "http://" + to.authority + to.target : to.target;
  sent.authority = to.authority;
  if (of.upgrades) sent.upgrade = "chat";
  sent.body = body;
  http::request_context context;
  context.target = sent.target;
  context.authority = sent.authority;
  context.upgrade = sent.upgrade;
  write_request_head(sent.wire, request, context);
  if (!of.is_chunked) {
    sent.wire.append(sent.body);
    return sent;
  }
  for (const auto piece : of.cuts.apply(sent.body)) http::write_chunk(sent.wire, piece);
  http::write_last_chunk(sent.wire, {});
  return sent;
}

bool tells_length(const http::client_request& request) {
  const auto method = request.method();
  return request.has_body() || method == http_method::post || method == http_method::put ||
         method == http_method::patch;
}

std::vector<message::field> expected_fields(const http::client_request& request,
                                            const sent_request& sent) {
  std::vector<message::field> fields{{"Host", sent.authority}};
  if (!request.header("User-Agent")) fields.emplace_back("User-Agent", "weft");
  if (!sent.upgrade.empty()) {
    fields.emplace_back("Connection", "upgrade");
    fields.emplace_back("Upgrade", sent.upgrade);
  }
  for (const auto& [name, value] : request.headers())
    fields.emplace_back(name, std::string(trimmed(value)));
  if (request.streamed_body() != nullptr) fields.emplace_back("Transfer-Encoding", "chunked");
  else if (tells_length(request))
    fields.emplace_back("Content-Length", std::to_string(sent.body.size()));
  if (request.expects_continue()) fields.emplace_back("Expect", "100-continue");
  if (is_planted("lose_field")) fields.pop_back();
  return fields;
}

void check_read(const message& read, const http::client_request& request,
                const sent_request& sent) {
  expect(read.how == message::outcome::complete, "a request that was written is refused");
  expect(read.end == sent.wire.size(), "a request that was written ends elsewhere");
  expect(read.keep_alive, "a request does not keep its connection");
  message expected = read;
  expected.method = is_planted("other_method") ? "FETCH" : request.method_name();
  expected.target = sent.target + (is_planted("other_target") ? "/" : "");
  expected.host = is_planted("other_host") ? "elsewhere" : sent.authority;
  expected.headers = expected_fields(request, sent);
  expected.body = sent.body;
  if (is_planted("change_body") && !expected.body.empty()) ++expected.body.back();
  expect_same(describe(read), describe(expected), "another request is read");
}

}  // namespace

void try_input(std::string_view bytes) {
  choices from(bytes);
  const plan of(from);
  text_source texts(from.text());
  const auto url = std::string(texts.next());
  auto to = http::read_target(url);
  if (!to) to = http::read_target("http://h/?q");
  const auto request = build(of, texts);
  const auto sent = write(request, *to, texts.rest(), of);

  const std::array whole = {sent.wire.view()};
  http_limits limits;
  limits.max_request_line_bytes = limits.max_header_bytes = 64 * 1024;
  const auto read = read_requests(whole, limits);
  expect(read.size() == 1, "one request is read as several");
  check_read(read.front(), request, sent);
  expect_beast_agrees(read.front(), sent.wire.view());
}

}  // namespace weft::fuzz
