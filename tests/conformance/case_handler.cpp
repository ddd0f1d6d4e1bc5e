#include "case_handler.hpp"

#include "description.hpp"

#include <weft/weft.hpp>

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace weft::conformance {

namespace {

constexpr std::string_view status_path = "/status/";

void answer_by_path(const request& req, response& res) {
  const auto path = req.path();
  if (path == "/throw") throw std::runtime_error("as the case wants");
  if (path == "/inject") res.set_header("X-Split", "a\r\nX-Injected: b");
  if (path.starts_with(status_path)) {
    const std::string digits(path.substr(status_path.size()));
    res.set_status(static_cast<http_status>(std::strtoul(digits.c_str(), nullptr, 10)));
  }
  res.set_content_type("text/plain");
  res.body().append(describe(req));
}

}  // namespace

case_handler::case_handler() {
  app_.get("/app/items", [] { return "items"; });
  app_.post("/app/items", [] { return created("made", "/app/items/1"); });
  app_.get("/app/move", [] { return redirect("/app/items"); });
}

task<> case_handler::handle(const request& req, response& res) {
  handled_.fetch_add(1);
  const bool is_for_app = req.path().starts_with("/app") || req.path() == "*";
  if (is_for_app) {
    co_await app_.handle(req, res);
    co_return;
  }
  answer_by_path(req, res);
}

}  // namespace weft::conformance
