#include <weft/net/tcp_listener.hpp>

#include <catch2/catch_test_macros.hpp>

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <utility>

#include "support/models.hpp"
#include "support/temporary_folder.hpp"

// Somebody else writes to a socket's folder, between two calls of the listener's. Stands in for the
// C library's functions in this program.

namespace {

std::function<void()> after_bind;
std::function<void()> instead_of_listen;  // which fails then

}  // namespace

extern "C" int bind(int descriptor, const sockaddr* at, socklen_t size) noexcept {
  const auto bound = static_cast<int>(::syscall(SYS_bind, descriptor, at, size));
  if (auto act = std::exchange(after_bind, nullptr)) act();
  return bound;
}

extern "C" int listen(int descriptor, int backlog) noexcept {
  auto act = std::exchange(instead_of_listen, nullptr);
  if (!act) return static_cast<int>(::syscall(SYS_listen, descriptor, backlog));
  act();
  errno = EADDRINUSE;
  return -1;
}

namespace {

namespace fs = std::filesystem;
using weft::endpoint;
using weft::task;
using weft::tcp_listener;
using weft::test::temporary_folder;

task<std::error_code> open_error(std::string path) {
  auto opened = tcp_listener::open(endpoint::unix_socket(std::move(path)), {.file_mode = 0666U});
  co_return opened ? std::error_code() : opened.error();
}

std::error_code error_of_opening(const std::string& path) {
  weft::scheduler scheduler(weft::event_loop{});
  return scheduler.run(open_error(path));
}

}  // namespace

TEST_CASE("the mode of a socket is not given to what a link in its place leads to") {
  const temporary_folder folder;
  const std::string path = folder / "a.sock";
  const std::string secret = folder / "secret";
  std::ofstream(secret) << "x";
  fs::permissions(secret, fs::perms::owner_read);
  after_bind = [&] {
    fs::remove(path);
    fs::create_symlink(secret, path);
  };
  CHECK(error_of_opening(path) == std::errc::file_exists);
  CHECK(fs::status(secret).permissions() == fs::perms::owner_read);
  CHECK(fs::is_symlink(path));
}

TEST_CASE("where listening fails, another file in the socket's place stays") {
  const temporary_folder folder;
  const std::string path = folder / "a.sock";
  instead_of_listen = [&] {
    fs::remove(path);
    std::ofstream(path) << "x";
  };
  CHECK(error_of_opening(path) == std::errc::address_in_use);
  CHECK(fs::is_regular_file(path));
  fs::remove(path);
  instead_of_listen = [] {};
  CHECK(error_of_opening(path) == std::errc::address_in_use);
  CHECK(!fs::exists(path));
}
