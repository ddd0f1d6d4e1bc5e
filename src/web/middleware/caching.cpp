#include <weft/web/middleware/caching.hpp>

#include <stdexcept>
#include <string>
#include <utility>

namespace weft {
namespace {

class caching_layer {
public:
  explicit caching_layer(std::string text) : text_(std::move(text)) {
    if (text_.empty()) throw std::invalid_argument("weft::caching: nothing is said");
  }

  task<response> operator()(const request& req, next inner) const {
    auto res = co_await inner(req);
    const bool is_read = req.method() == http_method::get || req.method() == http_method::head;
    const bool is_good = static_cast<unsigned>(res.status()) < 400;
    if (is_read && is_good && !res.header("Cache-Control")) res.set_header("Cache-Control", text_);
    co_return res;
  }

private:
  std::string text_;
};

}  // namespace

middleware caching(const cache_control& how) { return caching_layer(how.text()); }

}  // namespace weft
