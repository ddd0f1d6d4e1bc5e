#include "web/nameless_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace weft::detail {
namespace {

constexpr mode_t for_the_owner = S_IRUSR | S_IWUSR;

std::error_code last_error() { return {errno, std::system_category()}; }

}  // namespace

result<nameless_file> nameless_file::create(const std::string& folder) {
  const int nameless = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, for_the_owner);
  if (nameless >= 0) return nameless_file(nameless, {});
  // What file systems and kernels without O_TMPFILE say.
  if (errno != EOPNOTSUPP && errno != EISDIR) return last_error();
  return create_hidden(folder);
}

result<nameless_file> nameless_file::create_hidden(const std::string& folder) {
  std::string hidden = folder + "/.weft-XXXXXX";
  const int named = ::mkostemp(hidden.data(), O_CLOEXEC);
  if (named < 0) return last_error();
  return nameless_file(named, std::move(hidden));
}

nameless_file::~nameless_file() {
  renounce_name();
  if (descriptor_ >= 0) ::close(descriptor_);
}

void nameless_file::renounce_name() noexcept {
  if (!hidden_name_.empty()) ::unlink(hidden_name_.c_str());
  hidden_name_.clear();
}

std::error_code nameless_file::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return last_error();
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

std::error_code nameless_file::publish(const std::string& path) const {
  // A link never replaces what is there, as a rename does.
  const auto from =
      hidden_name_.empty() ? "/proc/self/fd/" + std::to_string(descriptor_) : hidden_name_;
  const int done = ::linkat(AT_FDCWD, from.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW);
  return done == 0 ? std::error_code() : last_error();
}

result<std::size_t> nameless_file::read_at(std::uint64_t offset, std::span<char> into) const {
  std::size_t got = 0;
  while (got < into.size()) {
    const auto read = ::pread(descriptor_, into.data() + got, into.size() - got,
                              static_cast<off_t>(offset + got));
    if (read < 0 && errno == EINTR) continue;
    if (read < 0) return last_error();
    if (read == 0) break;
    got += static_cast<std::size_t>(read);
  }
  return got;
}

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace weft::detail
