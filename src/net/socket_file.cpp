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

}  // namespace

result<socket_file> socket_file::find(const std::string& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) return last_error();
  if (!S_ISSOCK(found.st_mode)) return std::make_error_code(std::errc::file_exists);
  return socket_file(path, found.st_dev, found.st_ino);
}

std::error_code socket_file::remove_stale(const std::string& path, const socket_address& at) {
  const auto left = find(path);
  if (!left) return left.error();
  if (!is_dead(at)) return std::make_error_code(std::errc::address_in_use);
  return left->remove();
}

std::error_code socket_file::bind_or_replace(const unique_descriptor& socket,
                                             const std::string& path, const socket_address& at) {
  if (bind_to(socket, at) == 0) return {};
  if (errno != EADDRINUSE) return last_error();
  if (const auto error = remove_stale(path, at)) return error;
  return bind_to(socket, at) == 0 ? std::error_code() : last_error();
}

result<std::pair<unique_descriptor, socket_file>> socket_file::listen(const std::string& path,
                                                                      std::optional<unsigned> mode,
                                                                      int backlog) {
  const auto at = unix_address(path);
  if (!at) return at.error();
  unique_descriptor socket = stream_socket();
  if (socket.get() < 0) return last_error();

  const folder_lock alone(folder_of(path));
  if (const auto error = bind_or_replace(socket, path, *at)) return error;
  auto made = find(path);
  if (!made) return made.error();
  // Until it listens nobody can connect, so nobody does before the mode is set.
  std::error_code error = mode ? made->set_mode(*mode) : std::error_code();
  if (!error && ::listen(socket.get(), backlog) != 0) error = last_error();
  if (error) {
    (void)made->remove();
    return error;
  }
  return std::pair(std::move(socket), std::move(*made));
}

bool socket_file::is_at(const struct stat& seen) const noexcept {
  return seen.st_dev == device_ && seen.st_ino == number_;
}

// By a descriptor, which stays with the file: where others may write to the folder, its name can
// be a link to something else by now. chmod(2) has no other way to follow none.
std::error_code socket_file::set_mode(unsigned mode) const {
  const unique_descriptor file(::open(path_.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct stat opened {};
  if (file.get() < 0 || ::fstat(file.get(), &opened) != 0) return last_error();
  if (!is_at(opened)) return std::make_error_code(std::errc::no_such_file_or_directory);
  const std::string itself = "/proc/self/fd/" + std::to_string(file.get());
  return ::chmod(itself.c_str(), mode) == 0 ? std::error_code() : last_error();
}

std::error_code socket_file::remove() const noexcept {
  struct stat found {};
  if (::lstat(path_.c_str(), &found) != 0) return last_error();
  if (!is_at(found)) return std::make_error_code(std::errc::no_such_file_or_directory);
  return ::unlink(path_.c_str()) == 0 ? std::error_code() : last_error();
}

}  // namespace weft::detail
