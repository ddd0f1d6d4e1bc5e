#include "web/command_line.hpp"
#include "web/listening.hpp"
#include "web/openapi/write_file.hpp"
#include "web/route_table.hpp"

#include <weft/http/server.hpp>
#include <weft/net/listen_address.hpp>
#include <weft/net/signals.hpp>
#include <weft/runtime/scheduler.hpp>
#include <weft/runtime/stall_watch.hpp>
#include <weft/runtime/task_group.hpp>
#include <weft/web/app.hpp>

#include <cstdio>
#include <exception>
#include <optional>
#include <string>

namespace weft {
namespace {

using detail::report_error;

void say_ready(const http_server& server, const model& chosen) {
  std::printf("weft: listening on %s, model=%s, workers=%u\n",
              detail::addresses_text(server.addresses()).c_str(),
              std::string(name_of(chosen)).c_str(), worker_count(chosen));
  std::fflush(stdout);  // somebody may wait for this line behind a pipe
}

task<> stop_on_signal(stop_signals& signals, http_server& server) {
  const auto caught = co_await signals.next();
  if (caught) server.stop();
}

task<> serve_until_signal(task_group& group, stop_signals* signals, http_server* server) {
  group.go(stop_on_signal(*signals, *server));
  co_await server->serve();
  group.cancel();
}

// "GET /items/{id}: task 12 holds the loop, ..."
void report_stall(const stall_report& found, const http_server& server) {
  const std::string work = server.work_of(found.task);
  std::fprintf(stderr, "weft: stall: %s%s%s\n", work.c_str(), work.empty() ? "" : ": ",
               found.text().c_str());
}

/// While it lives, who holds a thread for too long is named.
class watch_of_stalls {
public:
  watch_of_stalls(const http_server& server, duration threshold) {
    if (threshold == duration::max()) return;
    stall_options options;
    options.threshold = threshold;
    options.report = [&server](const stall_report& found) { report_stall(found, server); };
    watch_.emplace(scheduler::current(), options);
  }

private:
  std::optional<stall_watch> watch_;
};

task<int> serve(http_handler& handler, const run_options& options, const server_options& server) {
  http_server served(handler, server);
  if (const auto opened = served.open(); !opened) {
    const listen_address& refused = server.listen[served.addresses().size()];
    report_error("--listen: cannot listen on " + to_string(refused) + ": " +
                 detail::why_not(refused, opened.error()));
    co_return detail::exit_failure;
  }
  stop_signals signals;  // before anybody hears that it is ready
  const watch_of_stalls watching(served, options.stall_threshold);
  say_ready(served, options.model);
  co_await with_group(serve_until_signal, &signals, &served);
  co_return 0;
}

int list_routes(const app& program) {
  try {
    program.check();
  } catch (const std::exception& failure) {
    report_error(failure.what());
    return detail::exit_failure;
  }
  std::fputs(detail::table_of(program.routes()).c_str(), stdout);
  return 0;
}

}  // namespace

int app::run(int argc, const char* const* argv, const run_options& defaults) {
  const auto asked = detail::parse_command_line(argc, argv, defaults);
  const auto* const options = std::get_if<run_options>(&asked);
  return options != nullptr ? run(*options) : std::get<int>(asked);
}

int app::run(const run_options& options) {
  if (options.list_routes) return list_routes(*this);
  if (!options.openapi_file.empty()) return detail::write_openapi(*this, options.openapi_file);
  std::string wrong;
  const auto addresses = detail::listen_addresses(options, wrong);
  if (!addresses) {
    report_error("--listen: " + detail::why_not(wrong, addresses.error()));
    return addresses.error() == condition::bad_input ? detail::exit_usage : detail::exit_failure;
  }
  try {
    check();
    server_options server;
    server.listen = *addresses;
    server.socket_mode = options.socket_mode;
    server.allowed_hosts = options.allowed_hosts;
    server.limits = options.limits;
    scheduler threads(options.model, options.io);
    return threads.run(serve(*this, options, server));
  } catch (const std::exception& failure) {
    report_error(failure.what());
    return detail::exit_failure;
  }
}

}  // namespace weft
