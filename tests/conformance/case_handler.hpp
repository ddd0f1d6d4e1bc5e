#pragma once

#include <weft/http/handler.hpp>
#include <weft/web/app.hpp>

#include <atomic>
#include <cstddef>

namespace weft::conformance {

/// What the cases talk to.
///
/// Everything is answered with describe(), except:
///
///     /status/204      that status, with the same body offered
///     /throw           the handler fails
///     /inject          the handler sets a header that would split the answer
///     /app...  and *   a weft::app with GET and POST /app/items, GET /app/move (a redirect)
class case_handler final : public http_handler {
public:
  case_handler();

  task<> handle(const request& req, response& res) override;
  std::size_t handled() const noexcept { return handled_.load(); }

private:
  app app_;
  std::atomic<std::size_t> handled_{0};
};

}  // namespace weft::conformance
