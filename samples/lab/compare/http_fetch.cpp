#include "http_fetch.hpp"

#include "../load/endpoint.hpp"

#include <weft/http/client.hpp>
#include <weft/runtime/scheduler.hpp>

#include <chrono>
#include <utility>

namespace lab {
namespace {

weft::task<fetched_reply> ask(weft::http::client_request request) {
  weft::http::client_options options;
  options.total_timeout = std::chrono::seconds(5);
  weft::http::client client(options);
  auto answer = co_await client.send(std::move(request));
  fetched_reply reply;
  if (!answer) co_return reply;
  reply.complete = true;
  reply.status = static_cast<int>(answer->status());
  reply.content_type = answer->header("Content-Type").value_or("");
  reply.server = answer->header("Server").value_or("");
  reply.body = answer->body();
  co_return reply;
}

}  // namespace

fetched_reply fetch(const std::string& endpoint, const std::string& method,
                    const std::string& target, const std::string& body) {
  resolve_endpoint(endpoint, false);  // for its words, where it names no server of this machine
  weft::http::client_request request(method, "http://" + endpoint + target);
  if (method != "GET") request.set_body(body, "application/json");
  weft::scheduler loop(weft::event_loop{});
  return loop.run(ask(std::move(request)));
}

}  // namespace lab
