#include "web/files/folder.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if __has_include(<linux/openat2.h>)
#include <linux/openat2.h>
#endif

#include <cerrno>
#include <string_view>

namespace weft::detail {
namespace {

// O_NONBLOCK: a pipe would keep its opener waiting for a writer.
constexpr int for_reading = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

std::error_code last_error() { return {errno, std::system_category()}; }

#if defined(SYS_openat2) && defined(RESOLVE_BENEATH)
constexpr std::uint64_t beneath = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
constexpr std::uint64_t without_links = RESOLVE_NO_SYMLINKS;
#if defined(RESOLVE_CACHED)
constexpr std::uint64_t cached = RESOLVE_CACHED;
#else
constexpr std::uint64_t cached = 0;
#endif

int open_at(int root, const char* path, std::uint64_t resolve) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(for_reading);
  how.resolve = resolve;
  return static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof(how)));
}
#else
constexpr std::uint64_t beneath = 0;
constexpr std::uint64_t without_links = 0;
constexpr std::uint64_t cached = 0;

int open_at(int, const char*, std::uint64_t) {
  errno = ENOSYS;
  return -1;
}
#endif

/// What kernels before 5.6 say, and filters of system calls that know none later.
bool lacks_openat2(int root) {
  const int self = open_at(root, ".", beneath);
  if (self >= 0) ::close(self);
  return self < 0 && (errno == ENOSYS || errno == EPERM);
}

}  // namespace

result<folder> folder::open(const std::string& path, links policy) {
  const int root = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) return last_error();
  folder opened(file(root), policy);
  if (lacks_openat2(root)) opened.walk_always();
  return opened;
}

result<file> folder::open_beneath(const std::string& path) const {
  return is_walking_ ? walk(path) : open_resolved(path, 0);
}

result<file> folder::try_open_beneath(const std::string& path) const {
  if (is_walking_ || cached == 0) return make_error_code(condition::refused);
  auto opened = open_resolved(path, cached);
  if (!opened && opened.error() == std::errc::resource_unavailable_try_again)
    return make_error_code(condition::refused);
  return opened;
}

result<file> folder::open_resolved(const std::string& path, std::uint64_t more) const {
  const auto resolve = beneath | (links_ == links::refused ? without_links : 0) | more;
  for (;;) {
    const int opened = open_at(root_.descriptor(), path.c_str(), resolve);
    if (opened >= 0) return file(opened);
    // EAGAIN without RESOLVE_CACHED: a rename came in between, and the way has to be found anew.
    const bool is_raced = errno == EAGAIN && (more & cached) == 0;
    if (errno != EINTR && !is_raced) return last_error();
  }
}

// No name leads up and no link is followed, so no rename can lead out.
result<file> folder::walk(const std::string& path) const {
  file here(-1);
  int at = root_.descriptor();
  std::string_view rest = path;
  for (;;) {
    const auto slash = rest.find('/');
    const std::string name(rest.substr(0, slash));
    const bool is_last = slash == rest.npos;
    const int opened =
        ::openat(at, name.c_str(), for_reading | O_NOFOLLOW | (is_last ? 0 : O_DIRECTORY));
    if (opened < 0) return last_error();
    if (is_last) return file(opened);
    here = file(opened);
    at = opened;
    rest.remove_prefix(slash + 1);
  }
}

}  // namespace weft::detail
