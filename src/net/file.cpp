#include <weft/net/file.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace weft {
namespace {

std::error_code last_error() { return {errno, std::system_category()}; }

file_status::type kind_of(mode_t mode) noexcept {
  if (S_ISREG(mode)) return file_status::type::regular;
  return S_ISDIR(mode) ? file_status::type::folder : file_status::type::other;
}

}  // namespace

result<file> file::open(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return last_error();
  return file(descriptor);
}

file::~file() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

result<std::uint64_t> file::size() const {
  const auto known = status();
  if (!known) return known.error();
  return known->size;
}

result<file_status> file::status() const {
  struct stat known {};
  if (::fstat(descriptor_, &known) != 0) return last_error();
  file_status found;
  found.kind = kind_of(known.st_mode);
  found.size = static_cast<std::uint64_t>(known.st_size);
  found.modified += std::chrono::seconds(known.st_mtim.tv_sec);
  found.modified += std::chrono::nanoseconds(known.st_mtim.tv_nsec);
  return found;
}

result<std::size_t> file::read_at(std::uint64_t offset, std::span<char> into) const {
  std::size_t done = 0;
  while (done < into.size()) {
    const auto got = ::pread(descriptor_, into.data() + done, into.size() - done,
                             static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return last_error();
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

}  // namespace weft
