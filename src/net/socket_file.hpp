#pragma once

#include "socket_address.hpp"
#include "unique_descriptor.hpp"

#include <weft/base/error.hpp>

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace weft::detail {

/// The file of a Unix socket that this process listens on.
class socket_file {
public:
  /// Makes the file and the socket that listens there, in the place of the file that a server has
  /// left which died. Two that start at once take turns.
  /// @param mode  of the file; without it the process's umask decides
  /// @errors std::errc::address_in_use where a server answers; std::errc::file_exists where the
  ///         file is no socket; those of unix_address(); the system's codes
  static result<std::pair<unique_descriptor, socket_file>> listen(const std::string& path,
                                                                  std::optional<unsigned> mode,
                                                                  int backlog);

  /// Removes the file, if it is still this one.
  /// @errors std::errc::no_such_file_or_directory where it is not; the system's codes
  std::error_code remove() const noexcept;

private:
  socket_file(std::string path, std::uint64_t device, std::uint64_t number) noexcept
      : path_(std::move(path)), device_(device), number_(number) {}

  /// @errors std::errc::file_exists where what is there is no socket; the system's codes
  static result<socket_file> find(const std::string& path);
  /// Makes room for a socket where one has been left.
  static std::error_code remove_stale(const std::string& path, const socket_address& at);
  static std::error_code bind_or_replace(const unique_descriptor& socket, const std::string& path,
                                         const socket_address& at);
  bool is_at(const struct stat& seen) const noexcept;
  std::error_code set_mode(unsigned mode) const;

  std::string path_;
  std::uint64_t device_;
  std::uint64_t number_;
};

}  // namespace weft::detail
