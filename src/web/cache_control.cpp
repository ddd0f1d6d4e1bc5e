#include <weft/web/cache_control.hpp>

#include <stdexcept>
#include <string_view>

namespace weft {
namespace {

[[noreturn]] void refuse(const char* why) {
  throw std::invalid_argument(std::string("cache_control: ") + why);
}

class directives {
public:
  void add(std::string_view name, bool is_set) {
    if (is_set) begin(name);
  }
  void add(std::string_view name, const std::optional<std::chrono::seconds>& time) {
    if (!time) return;
    if (time->count() < 0) refuse("a time is negative");
    begin(name);
    text_ += '=';
    text_ += std::to_string(time->count());
  }
  std::string take() { return std::move(text_); }

private:
  void begin(std::string_view name) {
    if (!text_.empty()) text_ += ", ";
    text_ += name;
  }

  std::string text_;
};

}  // namespace

std::string cache_control::text() const {
  if (is_public && is_private) refuse("for all, and for the browser alone");
  const bool is_kept = max_age || shared_max_age || stale_while_revalidate || stale_if_error ||
                       is_public || immutable;
  if (no_store && is_kept) refuse("what is not to be stored has no time");
  if (is_private && shared_max_age) refuse("a shared cache does not keep what is private");
  directives all;
  all.add("public", is_public);
  all.add("private", is_private);
  all.add("no-cache", no_cache);
  all.add("no-store", no_store);
  all.add("max-age", max_age);
  all.add("s-maxage", shared_max_age);
  all.add("must-revalidate", must_revalidate);
  all.add("proxy-revalidate", proxy_revalidate);
  all.add("no-transform", no_transform);
  all.add("immutable", immutable);
  all.add("stale-while-revalidate", stale_while_revalidate);
  all.add("stale-if-error", stale_if_error);
  return all.take();
}

void cache_control::add_to(response& res) const { res.set_header("Cache-Control", text()); }

}  // namespace weft
