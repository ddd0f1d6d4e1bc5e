#include <weft/web/problem.hpp>

#include <weft/web/json/write.hpp>

#include <utility>

namespace weft {
namespace {

std::string_view member_name(field_error::place place) {
  switch (place) {
    case field_error::place::parameter: return "parameter";
    case field_error::place::header: return "header";
    case field_error::place::cookie: return "cookie";
    case field_error::place::body: break;
  }
  return "pointer";
}

void write_member(byte_buffer& out, std::string_view name, std::string_view value) {
  write_json_string(out, name);
  out.push_back(':');
  write_json_string(out, value);
}

void write_errors(byte_buffer& out, const std::vector<field_error>& errors) {
  out.append(",\"errors\":[");
  for (const auto& error : errors) {
    out.append(&error == &errors.front() ? "{" : ",{");
    write_member(out, member_name(error.in), error.where);
    out.push_back(',');
    write_member(out, "message", error.message);
    out.push_back('}');
  }
  out.push_back(']');
}

class http_status_category final : public std::error_category {
public:
  const char* name() const noexcept override { return "weft.http_status"; }
  std::string message(int value) const override {
    return std::to_string(value) + ' ' + std::string(reason(static_cast<http_status>(value)));
  }
};

const std::error_category& status_category() noexcept {
  static const http_status_category category;
  return category;
}

}  // namespace

void write_problem(const problem& failure, response& res, std::string_view request_id) {
  res.clear();
  res.set_status(failure.status);
  res.set_content_type("application/problem+json");
  auto& out = res.body();
  out.push_back('{');
  write_member(out, "title", reason(failure.status));
  out.append(",\"status\":");
  out.append_number(static_cast<unsigned>(failure.status));
  if (!failure.detail.empty()) {
    out.push_back(',');
    write_member(out, "detail", failure.detail);
  }
  if (!failure.errors.empty()) write_errors(out, failure.errors);
  if (!request_id.empty()) {
    out.push_back(',');
    write_member(out, "request_id", request_id);
  }
  out.push_back('}');
}

http_error::http_error(http_status status, std::string detail)
    : problem_{status, std::move(detail), {}} {}

http_error::http_error(json_outcome outcome)
    : problem_{
          outcome.is_syntax_error() ? http_status::bad_request : http_status::unprocessable_content,
          std::string(outcome.message()),
          {}} {
  for (auto& issue : std::move(outcome).issues())
    at(std::move(issue.pointer), std::move(issue.message));
}

http_error& http_error::at(std::string pointer, std::string message) & {
  problem_.errors.push_back({field_error::place::body, std::move(pointer), std::move(message)});
  return *this;
}

http_error&& http_error::at(std::string pointer, std::string message) && {
  at(std::move(pointer), std::move(message));
  return std::move(*this);
}

const char* http_error::what() const noexcept {
  return problem_.detail.empty() ? "http_error" : problem_.detail.c_str();
}

std::error_code make_error_code(http_status status) noexcept {
  return {static_cast<int>(status), status_category()};
}

problem detail::problem_of(std::error_code error) {
  if (error.category() == status_category()) {
    return {static_cast<http_status>(error.value()), {}, {}};
  }
  if (error == condition::timed_out) {
    return {http_status::gateway_timeout, "What the answer needs did not come in time.", {}};
  }
  if (error == condition::limit_exceeded || error == condition::canceled) {
    return {http_status::service_unavailable, "The server cannot answer now.", {}};
  }
  return {http_status::internal_server_error, "The server failed to answer.", {}};
}

}  // namespace weft
