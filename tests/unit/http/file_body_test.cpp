#include "streaming_handler.hpp"

#include <weft/http/file_body.hpp>
#include <weft/net/file.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

using namespace std::chrono_literals;
using namespace weft::test;
using Catch::Matchers::EndsWith;
using weft::body_writer;
using weft::request;
using weft::response;
using weft::task;

namespace {

/// A file with known content, removed at the end.
class scratch_file {
public:
  explicit scratch_file(const std::string& content) {
    const int descriptor = mkstemp(path_.data());
    REQUIRE(descriptor >= 0);
    REQUIRE(::write(descriptor, content.data(), content.size()) ==
            static_cast<ssize_t>(content.size()));
    ::close(descriptor);
  }
  scratch_file(const scratch_file&) = delete;
  scratch_file& operator=(const scratch_file&) = delete;
  ~scratch_file() { std::remove(path_.c_str()); }

  const std::string& path() const { return path_; }
  void shrink(std::size_t size) const {
    REQUIRE(::truncate(path_.c_str(), static_cast<off_t>(size)) == 0);
  }

private:
  std::string path_ = "/tmp/weft_file_body_XXXXXX";
};

std::string numbers(std::size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i) text += std::to_string(i) + ' ';
  text.resize(size);
  return text;
}

}  // namespace

TEST_CASE("a part of a file is an answer's body, of any size, also to a reader that waits") {
  const std::string content = numbers(12'000'000);
  const scratch_file source(content);
  under_each_model([&]() -> task<> {
    streaming_handler handler([&](const request& req, response& res) -> task<> {
      // [file]
      auto opened = weft::file::open(source.path());
      if (!opened) co_return res.set_status(weft::http_status::not_found);
      const auto size = opened->size();
      if (!size) co_return res.set_status(weft::http_status::internal_server_error);
      const std::uint64_t offset = req.path() == "/part" ? 5 : 0;
      const std::uint64_t length = req.path() == "/part" ? 100'000 : *size;
      auto body = std::make_shared<weft::http::file_body>(std::move(*opened), offset, length);
      res.set_producer(std::move(body), length);
      // [/file]
    });
    running_server server(on_a_free_port(), &handler);
    server.start();
    const auto part = co_await exchange(server, get("/part") + get("/part", last));
    CHECK(count(part, "Content-Length: 100000\r\n") == 2);
    CHECK_THAT(part, EndsWith("\r\n\r\n" + content.substr(5, 100'000)));
    auto stream = co_await server.connect();
    co_await write(stream, get("/", last));
    co_await weft::sleep(30ms);  // the socket's buffers are full
    const auto whole = co_await read_to_end(stream);
    CHECK(body_of(whole) == content);
    co_await server.stop();
  });
}

TEST_CASE("a file is one chunk of a body without a length") {
  const scratch_file source("some text");
  under_each_model([&]() -> task<> {
    streaming_handler handler([&](const request&, response& res) -> task<> {
      produce(res, [&source](body_writer& out) -> task<> {
        auto opened = weft::file::open(source.path());
        (void)co_await out.write("<");
        (void)co_await out.write_file(*opened, 5, 4);
        (void)co_await out.write(">");
      });
      co_return;
    });
    running_server server(on_a_free_port(), &handler);
    server.start();
    const auto answer = co_await exchange(server, get("/", last));
    CHECK(body_of(answer) == "1\r\n<\r\n4\r\ntext\r\n1\r\n>\r\n0\r\n\r\n");
    co_await server.stop();
  });
}

TEST_CASE("a file that shrinks cuts the answer") {
  under_each_model([]() -> task<> {
    const scratch_file source(numbers(5000));
    std::atomic<bool> told{false};
    streaming_handler handler([&](const request&, response& res) -> task<> {
      produce(
          res,
          [&](body_writer& out) -> task<> {
            auto opened = weft::file::open(source.path());
            source.shrink(3000);
            const auto sent = co_await out.write_file(*opened, 0, 5000);
            told = !sent && sent.error() == weft::condition::eof;
          },
          5000);
      co_return;
    });
    running_server server(on_a_free_port(), &handler);
    server.start();
    const auto answer = co_await exchange(server, get("/") + get("/canary"));
    CHECK(body_of(answer) == numbers(3000));
    CHECK(told);
    co_await server.stop();
  });
}

TEST_CASE("a peer that resets the connection while a file is sent is an error and no signal") {
  const scratch_file source(numbers(12'000'000));
  under_each_model([&]() -> task<> {
    std::error_code end;
    weft::event ended;
    streaming_handler handler([&](const request&, response& res) -> task<> {
      produce(res, [&](body_writer& out) -> task<> {
        auto opened = weft::file::open(source.path());
        for (;;) {
          const auto sent = co_await out.write_file(*opened, 0, 12'000'000);
          if (sent) continue;
          end = sent.error();
          break;
        }
        ended.set();
      });
      co_return;
    });
    running_server server(on_a_free_port(), &handler);
    server.start();
    {
      auto stream = co_await server.connect();
      co_await write(stream, get("/"));
      std::array<char, 100> some;
      (void)co_await stream.read_some(some);
      stream.abort(weft::condition::closed);
    }
    co_await ended.wait();
    CHECK(end);
    co_await server.stop();
  });
}

TEST_CASE("a file that the system cannot send by itself is read and written") {
  under_each_model([]() -> task<> {
    std::string content;
    {
      std::FILE* version = std::fopen("/proc/version", "r");
      REQUIRE(version != nullptr);
      std::array<char, 512> buffer;
      content.assign(buffer.data(), std::fread(buffer.data(), 1, buffer.size(), version));
      std::fclose(version);
    }
    streaming_handler handler([&content](const request&, response& res) -> task<> {
      auto opened = weft::file::open("/proc/version");
      res.set_producer(
          std::make_shared<weft::http::file_body>(std::move(*opened), 0, content.size()),
          content.size());
      co_return;
    });
    running_server server(on_a_free_port(), &handler);
    server.start();
    const auto answer = co_await exchange(server, get("/", last));
    CHECK(body_of(answer) == content);
    co_await server.stop();
  });
}
