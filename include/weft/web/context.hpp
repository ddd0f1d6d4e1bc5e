#pragma once

#include <weft/http/request.hpp>
#include <weft/http/response.hpp>
#include <weft/net/endpoint.hpp>
#include <weft/web/method_set.hpp>
#include <weft/web/problem.hpp>
#include <weft/web/url_argument.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>
#include <vector>

namespace weft {

class route;

namespace detail {

/// What a pattern's parameters stood for in one path: views, still percent-encoded.
class path_values {
public:
  static constexpr std::size_t limit = 16;

  std::size_t size() const noexcept { return size_; }
  std::string_view operator[](std::size_t n) const noexcept {
    return {pieces_[n].first, pieces_[n].size};
  }
  void push(std::string_view value) noexcept { pieces_[size_++] = {value.data(), value.size()}; }
  void pop() noexcept { --size_; }
  /// The byte behind the last one belongs to it, too.
  void lengthen_last() noexcept { ++pieces_[size_ - 1].size; }

private:
  struct piece {
    const char* first;
    std::size_t size;
  };
  std::array<piece, limit> pieces_;  // left uninitialised: every request would pay for 256 bytes
  std::size_t size_ = 0;
};

/// The shared objects of an application or of a request, by type. A few entries at most, so a
/// linear look-up.
class state_table {
public:
  /// @throws std::logic_error  that type is there already
  void add(const std::type_info& type, std::shared_ptr<void> object);
  /// In place of what is there of that type.
  void put(const std::type_info& type, std::shared_ptr<void> object);
  void* find(const std::type_info& type) const noexcept;

private:
  struct entry {
    const std::type_info* type;
    std::shared_ptr<void> object;
  };
  std::vector<entry> entries_;
};

class dispatcher;
class linked_routes;

/// What an object that a handler holds finds wrong with the request while the handler runs. The
/// object may outlive the request.
/// Concurrent  one sets; what it has set is seen by the dispatcher when the handler has ended
class late_rejection {
public:
  /// The first time counts. @param detail  public
  void set(http_status status, std::string detail);
  /// @return null where nothing was set
  const problem* get() const noexcept {
    return is_set_.load(std::memory_order_acquire) ? &problem_ : nullptr;
  }

private:
  problem problem_;
  std::atomic<bool> is_set_{false};  // pairs with the acquire in get()
};

}  // namespace detail

/// What a handler may know and do about the request it answers, beyond its own parameters.
///
/// One context belongs to one request and lives until the answer is complete.
class context {
public:
  context(const detail::state_table& states, const weft::request& req, weft::response& res) noexcept
      : states_(states), request_(&req), response_(res) {}
  context(const context&) = delete;
  context& operator=(const context&) = delete;

  const weft::request& request() const noexcept { return *request_; }
  /// The answer in the making. What a handler returns is written to it after the handler has
  /// ended; headers that were set before stay.
  weft::response& response() noexcept { return response_; }
  /// The route that matched; null while a 404, a 405 or an automatic OPTIONS is answered.
  const weft::route* route() const noexcept { return route_; }
  /// Where the request came from: an address and port, "unix:" for a Unix socket's client; behind a
  /// proxy it is the proxy's. @return nullopt where it came on no connection, as in a test
  /// Cost  a system call
  std::optional<endpoint> remote() const;
  /// The decoded value of the pattern's parameter of that name, or of the host's: "tenant" of
  /// "{tenant}.example.com".
  std::optional<std::string> parameter(std::string_view name) const;

  /// As app::url_for().
  std::string url_for(std::string_view name,
                      std::initializer_list<url_argument> arguments = {}) const;

  /// The shared object that app::state() was given. @return null where there is none
  template <class T>
  T* find_state() const noexcept {
    return static_cast<T*>(states_.find(typeid(T)));
  }

  /// Keeps an object for what stands behind: a middleware puts it, and a handler takes local<T>. In
  /// place of one of the same type. Lives as long as the context.
  template <class T>
  T& put_local(T object) {
    auto kept = std::make_shared<T>(std::move(object));
    T& place = *kept;
    locals_.put(typeid(T), std::move(kept));
    return place;
  }
  /// @return null where no middleware has put one
  template <class T>
  T* find_local() const noexcept {
    return static_cast<T*>(locals_.find(typeid(T)));
  }

  /// Notes what is wrong with the request. It is answered instead of the handler being run; the
  /// first status stays, errors add up. For extractors.
  void reject(http_status status, std::string detail);
  void reject(http_status status, field_error error);
  /// @return null as long as nothing was rejected
  const problem* rejection() const noexcept { return rejection_.get(); }

  /// For extractors that hand out an object which still reads the request: what is set there is the
  /// answer, whatever the handler returns or throws.
  const std::shared_ptr<detail::late_rejection>& late_rejection();

  /// What the pattern's n-th parameter stands for, still percent-encoded. For extractors.
  std::string_view raw_parameter(std::size_t n) const noexcept { return values_[n]; }
  std::string_view parameter_name(std::size_t n) const noexcept;

private:
  friend class detail::dispatcher;

  problem& rejected(http_status status);

  const detail::state_table& states_;
  const weft::request* request_;  // middleware may hand on another one
  weft::response& response_;
  const weft::route* route_ = nullptr;
  const detail::linked_routes* all_routes_ = nullptr;
  method_set allowed_;           // what the path's routes answer, where none answers this method
  std::string_view host_label_;  // what the host's parameter stands for
  bool bad_path_ = false;
  std::string other_form_;  // where the same path with the other trailing slash has a route
  detail::path_values values_;
  std::string normal_path_;  // owns what values_ points into where the path had escapes
  detail::state_table locals_;
  std::unique_ptr<problem> rejection_;
  std::shared_ptr<detail::late_rejection> late_;  // null until it is asked for
};

}  // namespace weft
