#include <weft/testing/web/user_agent.hpp>

#include "ascii.hpp"
#include "transport.hpp"
#include "url_place.hpp"

#include <weft/http/redirect.hpp>
#include <weft/http/request_target.hpp>

#include <optional>
#include <stdexcept>
#include <system_error>

namespace weft::testing {
namespace {

std::string name_of(const http::client_request& request) {
  return "weft: " + std::string(request.method_name()) + ' ' + request.url();
}

}  // namespace

/// What an agent's requests share; it outlives the agent in those that are under way.
class user_agent::state {
public:
  explicit state(std::shared_ptr<detail::transport> over)
      : over_(std::move(over)), jar_([clock = over_] { return clock->wall_clock(); }) {}

  task<app_stream> open(http::client_request request);

  cookie_jar& jar() noexcept { return jar_; }
  void keep_no_cookies() {
    keeps_cookies_ = false;
    jar_.clear();
  }
  http::client_request& defaults() noexcept { return defaults_; }
  void set_base_url(std::string url);
  void follow_redirects(std::size_t most) noexcept { most_redirects_ = most; }

private:
  std::string url_of(const std::string& target) const;
  void add_defaults(http::client_request& request) const;
  task<app_stream> ask(http::client_request request);
  void add_cookies(http::client_request& request, const cookie_place& to) const;
  void keep_cookies(const http::answer_head& head, const cookie_place& from);

  const std::shared_ptr<detail::transport> over_;
  cookie_jar jar_;
  bool keeps_cookies_ = true;
  http::client_request defaults_{http_method::get, ""};  // its headers
  std::string base_url_ = "http://localhost";
  std::size_t most_redirects_ = 0;
};

void user_agent::state::set_base_url(std::string url) {
  if (url.ends_with('/')) url.pop_back();
  base_url_ = std::move(url);
}

std::string user_agent::state::url_of(const std::string& target) const {
  if (target.starts_with('/')) return base_url_ + target;
  if (target.find("://") != std::string::npos) return target;
  throw std::invalid_argument("weft: \"" + target + "\" is neither a path nor a URL");
}

void user_agent::state::add_defaults(http::client_request& request) const {
  for (const auto& [name, value] : defaults_.headers()) {
    if (!request.header(name)) request.add_header(name, value);
  }
}

void user_agent::state::add_cookies(http::client_request& request, const cookie_place& to) const {
  std::string cookies = jar_.header_for(to);
  if (!keeps_cookies_ || cookies.empty()) return;
  if (const auto own = request.header("Cookie")) cookies.insert(0, std::string(*own) + "; ");
  request.set_header("Cookie", cookies);
}

void user_agent::state::keep_cookies(const http::answer_head& head, const cookie_place& from) {
  if (!keeps_cookies_) return;
  for (const auto& [name, value] : head.headers()) {
    if (equals_any_case(name, "Set-Cookie")) jar_.store(from, value);
  }
}

task<app_stream> user_agent::state::ask(http::client_request request) {
  const std::string name = name_of(request);
  const std::string url = request.url();
  const auto place = place_of(url);
  if (!place) throw std::system_error(place.error(), name);
  const cookie_place at = cookie_place_of(*place);
  add_cookies(request, at);
  auto opened = co_await over_->open(std::move(request));
  if (!opened) throw std::system_error(opened.error(), name);
  opened->set_url(url);
  keep_cookies(*opened, at);
  co_return std::move(*opened);
}

task<app_stream> user_agent::state::open(http::client_request request) {
  request.set_url(url_of(request.url()));
  add_defaults(request);
  for (std::size_t followed = 0;; ++followed) {
    auto opened = co_await ask(request);
    const auto location = opened.header("Location");
    const bool follows = most_redirects_ != 0 && http::is_redirect(opened.status()) && location;
    if (!follows) co_return opened;
    auto to = http::resolve_location(request.url(), *location);
    if (!to) throw std::system_error(to.error(), name_of(request) + ": its Location");
    if (!http::follow_redirect(request, opened.status(), std::move(*to))) co_return opened;
    if (followed == most_redirects_) {
      throw std::system_error(make_error_code(condition::limit_exceeded),
                              name_of(request) + ": redirects");
    }
  }
}

// ------------------------------------------------------------------ user_agent

namespace {

/// Keeps what a request needs until it is answered.
template <class State>
task<app_stream> open_with(std::shared_ptr<State> keep, http::client_request request) {
  auto opened = co_await keep->open(std::move(request));
  co_return opened;
}

task<app_answer> collect(task<app_stream> opening) {
  auto opened = co_await std::move(opening);
  auto whole = co_await std::move(opened).collect();
  co_return whole;
}

}  // namespace

user_agent::user_agent(std::shared_ptr<detail::transport> over)
    : state_(std::make_shared<state>(std::move(over))) {}
user_agent::user_agent(user_agent&&) noexcept = default;
user_agent& user_agent::operator=(user_agent&&) noexcept = default;
user_agent::~user_agent() = default;

task<app_answer> user_agent::get(std::string target) {
  return send(http::client_request(http_method::get, std::move(target)));
}

task<app_answer> user_agent::post(std::string target, std::string body, std::string content_type) {
  http::client_request request(http_method::post, std::move(target));
  request.set_body(std::move(body), content_type);
  return send(std::move(request));
}

task<app_answer> user_agent::send(http::client_request request) {
  return collect(open(std::move(request)));
}
task<app_stream> user_agent::open(http::client_request request) {
  return open_with(state_, std::move(request));
}

cookie_jar& user_agent::cookies() noexcept { return state_->jar(); }
void user_agent::keep_no_cookies() { state_->keep_no_cookies(); }
void user_agent::set_default_header(std::string_view name, std::string_view value) {
  state_->defaults().set_header(name, value);
}
void user_agent::remove_default_header(std::string_view name) {
  state_->defaults().remove_header(name);
}
void user_agent::set_base_url(std::string url) { state_->set_base_url(std::move(url)); }
void user_agent::follow_redirects(std::size_t most) { state_->follow_redirects(most); }

}  // namespace weft::testing
