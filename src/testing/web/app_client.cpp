#include <weft/testing/web/app_client.hpp>

#include "in_process_transport.hpp"
#include "socket_transport.hpp"

#include <weft/runtime/sleep.hpp>

#include <stdexcept>

namespace weft::testing {
namespace {

app& checked(app& app) {
  app.check();
  return app;
}

task<> pass(duration time) { (void)co_await sleep(time); }

}  // namespace

class app_client::host {
public:
  virtual ~host() = default;
  virtual scheduler& tasks() noexcept = 0;
  /// Whether the calling thread has to run the tasks.
  virtual bool runs_here() const noexcept = 0;
  virtual std::shared_ptr<detail::transport> connect() = 0;
  virtual endpoint address() const = 0;
};

class app_client::in_process_host final : public host {
public:
  in_process_host(http_handler& app, in_process options)
      : app_(app), options_(std::move(options)), scheduler_(options_.model) {}

  scheduler& tasks() noexcept override { return scheduler_; }
  bool runs_here() const noexcept override { return true; }
  std::shared_ptr<detail::transport> connect() override {
    return std::make_shared<detail::in_process_transport>(app_, options_, scheduler_);
  }
  endpoint address() const override {
    throw std::logic_error("weft: an app that is asked in process listens nowhere");
  }

private:
  http_handler& app_;
  const in_process options_;
  scheduler scheduler_;
};

class app_client::socket_host final : public host {
public:
  socket_host(http_handler& app, const over_socket& options) : served_(app, options) {}

  scheduler& tasks() noexcept override { return served_.tasks(); }
  bool runs_here() const noexcept override { return false; }
  std::shared_ptr<detail::transport> connect() override {
    return std::make_shared<detail::socket_transport>(served_.client());
  }
  endpoint address() const override { return served_.address(); }

private:
  detail::served_app served_;
};

app_client::app_client(app& app, in_process options)
    : app_client(static_cast<http_handler&>(checked(app)), std::move(options)) {}
app_client::app_client(app& app, over_socket options)
    : app_client(static_cast<http_handler&>(checked(app)), std::move(options)) {}
app_client::app_client(http_handler& handler, in_process options)
    : app_client(std::make_unique<in_process_host>(handler, std::move(options))) {}
app_client::app_client(http_handler& handler, over_socket options)
    : app_client(std::make_unique<socket_host>(handler, options)) {}
app_client::app_client(std::unique_ptr<host> at) : host_(std::move(at)), agent_(host_->connect()) {}
app_client::~app_client() = default;

void app_client::let_pass(duration time) { run(pass(time)); }
user_agent app_client::new_agent() { return user_agent(host_->connect()); }
endpoint app_client::address() const { return host_->address(); }
bool app_client::runs_here() const noexcept { return host_->runs_here(); }
scheduler& app_client::tasks() noexcept { return host_->tasks(); }

}  // namespace weft::testing
