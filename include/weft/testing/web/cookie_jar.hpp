#pragma once

#include <weft/web/set_cookie.hpp>

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::testing {

/// A cookie as a browser keeps it.
struct kept_cookie {
  std::string name;
  std::string value;
  std::string domain;  ///< the host that set it, or what its Domain said: lower case, no dot before
  std::string path = "/";
  bool host_only = true;  ///< not for subdomains
  bool secure = false;
  bool http_only = false;
  std::optional<weft::same_site> same_site{};
  std::optional<std::chrono::system_clock::time_point> expires{};  ///< without: of this session
};

/// Where an answer comes from or a request goes, as far as cookies care.
struct cookie_place {
  std::string host;  ///< lower case
  std::string path;  ///< without the query
  bool is_secure = false;
};

/// The cookies of one user agent, by the rules of browsers.
///
/// Every request counts as one of the same site: SameSite is kept for tests to look at and keeps
/// nothing back. Without a list of public suffixes only names without a dot count as such. There
/// is no bound on their number.
/// Concurrent  every call, from any thread
/// @source RFC 6265 5, and its revision (draft-ietf-httpbis-rfc6265bis) for Secure, prefixes,
///         sizes, and ages of at most 400 days
class cookie_jar {
public:
  using time_point = std::chrono::system_clock::time_point;

  /// @param now  what Max-Age and Expires go by
  explicit cookie_jar(std::function<time_point()> now = &std::chrono::system_clock::now);

  // For tests.
  /// The first cookie of that name, whatever its host.
  std::optional<kept_cookie> find(std::string_view name) const;
  /// In the order in which they were set first; none that is over.
  std::vector<kept_cookie> all() const;
  /// In place of one of the same name, domain and path. Kept as it is: no rule of answers holds.
  void put(kept_cookie cookie);
  void remove(std::string_view name);
  void clear();
  /// What was not kept, and why: "sid=1; Domain=b.example: the domain is not that of the host".
  std::vector<std::string> refused() const;

  // For who sends requests.
  /// Takes the value of a Set-Cookie field, or refuses it.
  void store(const cookie_place& from, std::string_view set_cookie);
  /// The value of the Cookie field of a request. @return empty for none
  std::string header_for(const cookie_place& to) const;

private:
  void drop_old() const;
  void put_locked(kept_cookie cookie);

  std::function<time_point()> now_;
  mutable std::mutex mutex_;  // held for a look, never across a wait
  mutable std::vector<kept_cookie> cookies_;
  std::vector<std::string> refused_;
};

}  // namespace weft::testing
