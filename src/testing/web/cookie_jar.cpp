#include <weft/testing/web/cookie_jar.hpp>

#include "set_cookie_reader.hpp"

#include <algorithm>
#include <utility>

namespace weft::testing {
namespace {

bool is_same(const kept_cookie& a, const kept_cookie& b) noexcept {
  return a.name == b.name && a.domain == b.domain && a.path == b.path && a.host_only == b.host_only;
}

/// Whether an answer that came in the clear would hide or replace a cookie that is Secure.
bool would_cover(const kept_cookie& made, const kept_cookie& secure) noexcept {
  const bool is_one_domain =
      matches_domain(made.domain, secure.domain) || matches_domain(secure.domain, made.domain);
  return secure.secure && made.name == secure.name && is_one_domain &&
         matches_path(made.path, secure.path);
}

bool goes_to(const kept_cookie& cookie, const cookie_place& to) noexcept {
  const bool is_for_host =
      cookie.host_only ? to.host == cookie.domain : matches_domain(to.host, cookie.domain);
  return is_for_host && matches_path(to.path, cookie.path) && (to.is_secure || !cookie.secure);
}

}  // namespace

cookie_jar::cookie_jar(std::function<time_point()> now) : now_(std::move(now)) {}

std::optional<kept_cookie> cookie_jar::find(std::string_view name) const {
  const std::scoped_lock held(mutex_);
  drop_old();
  const auto found = std::find_if(cookies_.begin(), cookies_.end(),
                                  [name](const kept_cookie& c) { return c.name == name; });
  return found == cookies_.end() ? std::nullopt : std::optional(*found);
}

std::vector<kept_cookie> cookie_jar::all() const {
  const std::scoped_lock held(mutex_);
  drop_old();
  return cookies_;
}

void cookie_jar::put(kept_cookie cookie) {
  const std::scoped_lock held(mutex_);
  put_locked(std::move(cookie));
}

void cookie_jar::remove(std::string_view name) {
  const std::scoped_lock held(mutex_);
  std::erase_if(cookies_, [name](const kept_cookie& c) { return c.name == name; });
}

void cookie_jar::clear() {
  const std::scoped_lock held(mutex_);
  cookies_.clear();
  refused_.clear();
}

std::vector<std::string> cookie_jar::refused() const {
  const std::scoped_lock held(mutex_);
  return refused_;
}

void cookie_jar::store(const cookie_place& from, std::string_view set_cookie) {
  kept_cookie made;
  std::string_view wrong = read_set_cookie(set_cookie, from, now_(), made);
  const std::scoped_lock held(mutex_);
  const auto covers = [&made](const kept_cookie& there) { return would_cover(made, there); };
  if (wrong.empty() && !made.secure && !from.is_secure &&
      std::any_of(cookies_.begin(), cookies_.end(), covers)) {
    wrong = "a Secure cookie of that name is there";
  }
  if (wrong.empty()) put_locked(std::move(made));
  else refused_.push_back(std::string(set_cookie) + ": " + std::string(wrong));
}

std::string cookie_jar::header_for(const cookie_place& to) const {
  const std::scoped_lock held(mutex_);
  drop_old();
  std::vector<const kept_cookie*> going;
  for (const kept_cookie& cookie : cookies_) {
    if (goes_to(cookie, to)) going.push_back(&cookie);
  }
  // Of one length the older comes first, which is how they stand.
  std::stable_sort(going.begin(), going.end(), [](const kept_cookie* a, const kept_cookie* b) {
    return a->path.size() > b->path.size();
  });
  std::string text;
  for (const kept_cookie* cookie : going) {
    if (!text.empty()) text += "; ";
    if (!cookie->name.empty()) text.append(cookie->name).append("=");
    text += cookie->value;
  }
  return text;
}

void cookie_jar::drop_old() const {
  const auto now = now_();
  std::erase_if(cookies_, [now](const kept_cookie& c) { return c.expires && *c.expires <= now; });
}

// A cookie that replaces another keeps its place, which is its age.
void cookie_jar::put_locked(kept_cookie cookie) {
  drop_old();
  const auto same = std::find_if(cookies_.begin(), cookies_.end(),
                                 [&](const kept_cookie& c) { return is_same(c, cookie); });
  if (same == cookies_.end()) cookies_.push_back(std::move(cookie));
  else *same = std::move(cookie);
  drop_old();
}

}  // namespace weft::testing
