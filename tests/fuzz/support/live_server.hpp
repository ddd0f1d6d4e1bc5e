#pragma once

#include <weft/http/handler.hpp>
#include <weft/http/limits.hpp>
#include <weft/http/server.hpp>
#include <weft/net/tcp_stream.hpp>
#include <weft/runtime/background_scheduler.hpp>
#include <weft/runtime/task.hpp>

#include <cstddef>
#include <future>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::fuzz {

/// What the mirror below answers to a request.
std::string mirror_text(std::string_view method, std::string_view target, std::string_view host,
                        std::string_view body);
/// "/s..." reads its body piece by piece; "/sp..." writes its answer so, too.
inline bool streams(std::string_view path) { return path.starts_with("/s"); }
inline bool produces(std::string_view path) { return path.starts_with("/sp"); }

/// Answers with what it was asked.
class mirror final : public http_handler {
public:
  body_plan plan_body(const request& head) override { return {streams(head.path()), {}}; }
  task<> handle(const request& req, response& res) override;
};

/// One connection of a client.
struct delivery {
  enum class ending {
    finish,  ///< sends everything and reads until the server closes
    leave,   ///< sends everything and closes
    reset    ///< the same, and what is on the way is lost
  };

  std::vector<std::string_view> pieces;
  std::vector<std::size_t> turns;  ///< of the event loop behind each piece; none behind the last
  ending end = ending::finish;
};

/// A server that lives as long as the process. It and its clients share one event loop, so nothing
/// but the input decides which of them runs when.
class live_server {
public:
  explicit live_server(const http_limits& limits);
  ~live_server();
  live_server(const live_server&) = delete;
  live_server& operator=(const live_server&) = delete;

  /// @return all that came back
  std::string deliver(const delivery& what);
  /// On a connection of its own, which stays open. @return whether a plain request is answered
  bool answers();

private:
  task<> open();
  task<> close();
  task<std::string> send(const delivery* what);
  task<std::string> ask_canary();
  task<tcp_stream> connect_to();

  mirror handler_;
  http_server server_;
  background_scheduler loop_;
  std::optional<tcp_stream> canary_;  // of the loop
  std::future<void> serving_;
};

}  // namespace weft::fuzz
