#include <weft/net/file.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace weft {

result<file> file::open(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return std::error_code(errno, std::system_category());
  return file(descriptor);
}

file::~file() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

result<std::uint64_t> file::size() const {
  struct stat known {};
  if (::fstat(descriptor_, &known) != 0) return std::error_code(errno, std::system_category());
  return static_cast<std::uint64_t>(known.st_size);
}

}  // namespace weft
