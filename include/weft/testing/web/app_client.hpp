#pragma once

#include <weft/base/clock.hpp>
#include <weft/http/client_request.hpp>
#include <weft/http/handler.hpp>
#include <weft/net/endpoint.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/submit.hpp>
#include <weft/runtime/task.hpp>
#include <weft/testing/web/app_answer.hpp>
#include <weft/testing/web/app_transport.hpp>
#include <weft/testing/web/settled.hpp>
#include <weft/testing/web/user_agent.hpp>
#include <weft/web/app.hpp>

#include <concepts>
#include <memory>
#include <string>
#include <utility>

namespace weft::testing {

/// Asks an app from a test.
///
///     weft::testing::app_client client(app);
///     CHECK(client.get("/todos/7").code() == 404);
///
/// In process by default: the handlers run on a scheduler of its own, in virtual time, as long as a
/// call lasts, and background tasks that a request has left are cancelled with it. With
/// over_socket{} the same calls go to a server that serves the app in the background, on a port of
/// its own, until this is destroyed.
///
/// get(), post(), send() and run() block: they are for the test itself. What goes on inside of
/// run() asks by a user_agent, whose calls are awaited: for several requests at once, sleeps
/// between, streams, and clients that go away.
/// Concurrent  one call at a time
/// @throws     as user_agent; deadlock_error in process, where no task can run any more
/// @example tests/docs/testing_guide_test.cpp:first
class app_client {
public:
  /// @param app  must outlive this  @throws std::logic_error as app::check()
  explicit app_client(app& app, in_process options = {});
  /// @throws std::logic_error as app::check(); std::system_error where no server can be started
  app_client(app& app, over_socket options);
  /// For a handler that is no app, and an app that is not to be checked.
  explicit app_client(http_handler& handler, in_process options = {});
  app_client(http_handler& handler, over_socket options);
  /// Stops the server, if there is one, and waits for its end.
  ~app_client();
  app_client(const app_client&) = delete;
  app_client& operator=(const app_client&) = delete;

  /// As user_agent's, of agent(). They block.
  app_answer get(std::string target) { return run(agent().get(std::move(target))); }
  app_answer post(std::string target, std::string body, std::string content_type) {
    return run(agent().post(std::move(target), std::move(body), std::move(content_type)));
  }
  template <detail::json_body T>
  app_answer post(std::string target, const T& value) {
    return run(agent().post(std::move(target), value));
  }
  app_answer send(http::client_request request) { return run(agent().send(std::move(request))); }

  /// Lets time pass for the app and its cookies: no time at all where it is virtual.
  void let_pass(duration time);

  /// Who asks in the calls above: with its cookies and default headers.
  user_agent& agent() noexcept { return agent_; }
  /// Somebody else, with cookies of its own. It must not outlive this.
  user_agent new_agent();

  /// Runs a task with the app, and returns its result. @throws what the task throws
  template <class T>
  T run(task<T> work) {
    if (runs_here()) return tasks().run(std::move(work));
    return submit(tasks(), detail::settle(std::move(work))).get().take();
  }
  /// Runs the task that a function makes of agent(). The function lives until the task has ended,
  /// so it may be a lambda that captures.
  template <std::invocable<user_agent&> Body>
  auto run(Body body) {
    return run(body(agent()));
  }

  /// Where the server listens, for clients of another kind. @throws std::logic_error in process
  endpoint address() const;

private:
  class host;
  class in_process_host;
  class socket_host;

  explicit app_client(std::unique_ptr<host> at);
  bool runs_here() const noexcept;
  scheduler& tasks() noexcept;

  std::unique_ptr<host> host_;
  user_agent agent_;
};

}  // namespace weft::testing
