#include <weft/net/listen_address.hpp>

#include <catch2/catch_test_macros.hpp>

#include <stdlib.h>
#include <unistd.h>

#include <string>
#include <vector>

using weft::condition;
using weft::endpoint;
using weft::parse_listen_address;

namespace {

/// What who starts a process by socket activation tells it.
class activation {
public:
  activation(pid_t process, const char* count, const char* names) {
    ::setenv("LISTEN_PID", std::to_string(process).c_str(), 1);
    ::setenv("LISTEN_FDS", count, 1);
    if (names != nullptr) ::setenv("LISTEN_FDNAMES", names, 1);
  }
  activation(const activation&) = delete;
  activation& operator=(const activation&) = delete;
  ~activation() {
    for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
  }
};

/// "fd:3 fd:4", or what is wrong.
std::string read(const std::string& text) {
  const auto parsed = parse_listen_address(text);
  if (!parsed) return parsed.error().message();
  std::string all;
  for (const auto& address : *parsed) all += (all.empty() ? "" : " ") + to_string(address);
  return all;
}

const std::string nothing = make_error_code(condition::closed).message();
const std::string malformed = make_error_code(condition::bad_input).message();

}  // namespace

TEST_CASE("a server listens where an endpoint says, or on a descriptor") {
  for (const char* text : {"127.0.0.1:80", "[::1]:0", "unix:/run/a.sock", "unix:a", "fd:3", "fd:0"})
    CHECK(read(text) == text);
  CHECK(parse_listen_address("fd:12")->front().descriptor == 12);
  CHECK(!parse_listen_address("unix:/a:3")->front().descriptor);
  CHECK(parse_listen_address("unix:/a:3")->front().at == endpoint::unix_socket("/a:3"));
}

TEST_CASE("what is no place to listen is refused") {
  for (const char* text : {"", "unix:", "fd:", "fd:x", "fd:-1", "fd:3x", "fd:99999999999",
                           "inherit", "8080", "http://127.0.0.1:80"}) {
    INFO(text);
    CHECK(read(text) == malformed);
  }
  CHECK(!weft::parse_endpoint(std::string_view("unix:/a\0b", 9)));
}

TEST_CASE("descriptors are handed over from the third on, by their names too") {
  const activation given(::getpid(), "3", "web:admin:web");
  CHECK(read("inherited") == "fd:3 fd:4 fd:5");
  CHECK(read("inherited:web") == "fd:3 fd:5");
  CHECK(read("inherited:admin") == "fd:4");
  CHECK(read("inherited:none") == nothing);
  CHECK(read("inherited:") == nothing);
}

TEST_CASE("descriptors without names have none") {
  const activation given(::getpid(), "2", nullptr);
  CHECK(read("inherited") == "fd:3 fd:4");
  CHECK(read("inherited:web") == nothing);
}

TEST_CASE("what was handed to another process, or not at all, is not there") {
  CHECK(read("inherited") == nothing);
  {
    const activation parent(::getppid(), "1", nullptr);
    CHECK(read("inherited") == nothing);
  }
  for (const char* count : {"0", "-1", "x", "", "1x", "2147483647"}) {
    const activation given(::getpid(), count, nullptr);
    CAPTURE(count);
    CHECK(read("inherited") == nothing);
  }
}
