#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weft::detail {

/// "{tenant}.example.com", taken apart.
struct host_pattern {
  std::string name;   ///< in lower case, without the first label where that is a parameter
  std::string label;  ///< the parameter's name, "*" for one without
};

/// @throws std::logic_error  it is no name with at most one parameter, which is its first label
host_pattern parse_host(std::string_view pattern);

/// From the host that a request is for to the numbers of the hosts that have routes.
class host_table {
public:
  static constexpr std::uint32_t none = UINT32_MAX;

  struct found {
    std::uint32_t exact = none;
    std::uint32_t any_label = none;  ///< the host whose first label is a parameter
    std::string_view label;          ///< what it stands for
  };

  /// @return the number of that host, a new one counts on
  std::uint32_t add(const host_pattern& pattern);
  std::size_t size() const noexcept { return count_; }

  /// No allocation. Ports, case and a dot at the end do not count. @param host  as it was sent
  found find(std::string_view host) const noexcept;

private:
  struct entry {
    std::string name;
    std::uint32_t number;
  };

  static std::uint32_t find_in(const std::vector<entry>& sorted, std::string_view name) noexcept;

  std::vector<entry> exact_;      // sorted by name
  std::vector<entry> any_label_;  // likewise
  std::uint32_t count_ = 0;
};

}  // namespace weft::detail
