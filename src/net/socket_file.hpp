#pragma once

#include "unique_descriptor.hpp"

#include <weft/base/error.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace weft::detail {

/// The file of a Unix socket that this process listens on.
class socket_file {
public:
  /// Makes the file and the socket that listens there, in the place of the file that a server has
  /// left which died. Two that start at once take turns.
  /// @param mode  of the file; without it the process's umask decides
  /// @errors std::errc::address_in_use where a server answers; std::errc::file_exists where the
  ///         file is no socket; std::errc::filename_too_long; the system's codes
  static result<std::pair<unique_descriptor, socket_file>> listen(const std::string& path,
                                                                  std::optional<unsigned> mode,
                                                                  int backlog);

  /// Removes the file, if it is still this one.
  void remove() noexcept;

private:
  socket_file(std::string path, std::uint64_t device, std::uint64_t number) noexcept
      : path_(std::move(path)), device_(device), number_(number) {}

  std::string path_;
  std::uint64_t device_;
  std::uint64_t number_;
};

}  // namespace weft::detail
