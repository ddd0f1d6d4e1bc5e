#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weft::http {

/// The hosts that a server is for, server_options::allowed_hosts. Looking costs no allocation.
class host_list {
public:
  /// @throws std::invalid_argument for what is neither a host without a port nor "*." and a name
  explicit host_list(const std::vector<std::string>& entries);

  /// @param authority  what request::host() is: a host, maybe with a port, or nothing
  bool allows(std::string_view authority) const noexcept {
    return (hosts_.empty() && domains_.empty()) || has(authority);
  }

private:
  bool has(std::string_view authority) const noexcept;

  std::vector<std::string> hosts_;    // as written, without the last dot; addresses in brackets
  std::vector<std::string> domains_;  // ".example.org" for "*.example.org"
};

}  // namespace weft::http
