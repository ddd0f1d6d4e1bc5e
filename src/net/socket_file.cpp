#include "socket_file.hpp"

#include "socket_address.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>

namespace weft::detail {
namespace {

std::error_code last_error() noexcept { return {errno, std::system_category()}; }

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// Keeps others who start a server in this folder waiting: between bind(2) and listen(2) a socket
/// looks like one whose server has died. The lock is the folder's, so that no file is left behind.
///
/// Somebody else may hold it for reasons of his own, or the folder may not be readable; then there
/// is no lock, after a while.
class folder_lock {
public:
  explicit folder_lock(const std::string& folder)
      : folder_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    for (int tries = 0; folder_.get() >= 0 && tries < most_tries; ++tries) {
      if (::flock(folder_.get(), LOCK_EX | LOCK_NB) == 0) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

private:
  static constexpr int most_tries = 500;
  unique_descriptor folder_;
};

unique_descriptor stream_socket() noexcept {
  return unique_descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

int bind_to(const unique_descriptor& socket, const socket_address& at) noexcept {
  return ::bind(socket.get(), at.data(), static_cast<socklen_t>(at.size()));
}

/// Whether nobody listens there any more.
bool is_dead(const socket_address& at) noexcept {
  const unique_descriptor asking = stream_socket();
  return asking.get() >= 0 &&
         ::connect(asking.get(), at.data(), static_cast<socklen_t>(at.size())) != 0 &&
         errno == ECONNREFUSED;
}

/// Makes room for a socket where one has been left.
std::error_code remove_stale(const std::string& path, const socket_address& at) noexcept {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) return last_error();
  if (!S_ISSOCK(found.st_mode)) return std::make_error_code(std::errc::file_exists);
  if (!is_dead(at)) return std::make_error_code(std::errc::address_in_use);
  return ::unlink(path.c_str()) == 0 ? std::error_code() : last_error();
}

std::error_code bind_or_replace(const unique_descriptor& socket, const std::string& path,
                                const socket_address& at) noexcept {
  if (bind_to(socket, at) == 0) return {};
  if (errno != EADDRINUSE) return last_error();
  if (const auto error = remove_stale(path, at)) return error;
  return bind_to(socket, at) == 0 ? std::error_code() : last_error();
}

}  // namespace

result<std::pair<unique_descriptor, socket_file>> socket_file::listen(const std::string& path,
                                                                      std::optional<unsigned> mode,
                                                                      int backlog) {
  const auto at = unix_address(path);
  if (!at) return std::make_error_code(std::errc::filename_too_long);
  unique_descriptor socket = stream_socket();
  if (socket.get() < 0) return last_error();

  const folder_lock alone(folder_of(path));
  if (const auto error = bind_or_replace(socket, path, *at)) return error;
  struct stat made {};
  // Until it listens nobody can connect, so nobody does before the mode is set.
  const bool listens = (!mode || ::chmod(path.c_str(), *mode) == 0) &&
                       ::listen(socket.get(), backlog) == 0 && ::stat(path.c_str(), &made) == 0;
  if (!listens) {
    const auto error = last_error();
    ::unlink(path.c_str());
    return error;
  }
  return std::pair(std::move(socket), socket_file(path, made.st_dev, made.st_ino));
}

void socket_file::remove() noexcept {
  struct stat found {};
  const bool is_there = ::lstat(path_.c_str(), &found) == 0;
  if (is_there && found.st_dev == device_ && found.st_ino == number_) ::unlink(path_.c_str());
}

}  // namespace weft::detail
