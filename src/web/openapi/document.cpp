#include "web/openapi/document.hpp"

#include "web/host_table.hpp"
#include "web/json/is_json.hpp"
#include "web/openapi/operation_writer.hpp"
#include "web/openapi/schema.hpp"

#include <algorithm>
#include <stdexcept>

namespace weft::detail {
namespace {

const route_docs no_docs;

std::string title(const route& r) {
  return std::string(to_string(r.method())) + ' ' + r.host() + r.pattern();
}

[[noreturn]] void refuse(const route& r, const std::string& what) {
  throw std::logic_error("weft: the documents of " + title(r) + ' ' + what + " (" +
                         r.where().file_name() + ':' + std::to_string(r.where().line()) + ")");
}

void check_example(const route& r, const std::string& example) {
  if (!example.empty() && !is_json(example)) refuse(r, "have an example that is no JSON");
}

/// "get"; empty for a method that OpenAPI has no place for.
std::string member_name(http_method method) {
  if (method == http_method::connect || method == http_method::other) return {};
  std::string name(to_string(method));
  for (char& c : name) c = static_cast<char>(c - 'A' + 'a');
  return name;
}

void write_texts(text_builder& out, std::string_view key, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  out.key(key).open_array();
  for (const auto& text : texts) out.string(text);
  out.close_array();
}

void write_text(text_builder& out, std::string_view key, const std::string& text) {
  if (!text.empty()) out.member(key, text);
}

/// Of the routes of one host: a path says nothing of it.
void write_server(text_builder& out, const std::string& host) {
  if (host.empty()) return;
  const auto [name, label] = parse_host(host);
  const std::string variable = label == "*" ? "subdomain" : label;
  out.key("servers").open_array().open_object();
  out.member("url", label.empty() ? "//" + name : "//{" + variable + "}." + name);
  if (!label.empty()) {
    out.key("variables").open_object().key(variable).open_object();
    out.member("default", variable).close_object().close_object();
  }
  out.close_object().close_array();
}

void write_security(text_builder& out, const std::vector<std::string>& schemes) {
  if (schemes.empty()) return;
  out.key("security").open_array();
  for (const auto& scheme : schemes)
    out.open_object().key(scheme).open_array().close_array().close_object();
  out.close_array();
}

std::string_view name_of(operation::place in) {
  if (in == operation::place::query) return "query";
  return in == operation::place::cookie ? "cookie" : "header";
}

void write_scheme(text_builder& out, const security_scheme& scheme) {
  using kind = security_scheme::kind;
  out.key(scheme.name()).open_object();
  switch (scheme.type()) {
    case kind::basic: out.member("type", "http").member("scheme", "basic"); break;
    case kind::bearer:
      out.member("type", "http").member("scheme", "bearer");
      write_text(out, "bearerFormat", scheme.detail());
      break;
    case kind::key:
      out.member("type", "apiKey").member("in", name_of(scheme.in()));
      out.member("name", scheme.detail());
      break;
    case kind::open_id:
      out.member("type", "openIdConnect").member("openIdConnectUrl", scheme.detail());
      break;
  }
  write_text(out, "description", scheme.description());
  out.close_object();
}

/// What write_problem() writes.
constexpr std::string_view problem_schema =
    R"({"type":"object","description":"What is wrong with a request (RFC 9457).","properties":{)"
    R"("title":{"type":"string"},"status":{"type":"integer","minimum":400,"maximum":599},)"
    R"("detail":{"type":"string"},"request_id":{"type":"string"},)"
    R"("errors":{"type":"array","items":{"type":"object","properties":{)"
    R"("pointer":{"type":"string","description":"A JSON Pointer into the body."},)"
    R"("parameter":{"type":"string"},"header":{"type":"string"},"cookie":{"type":"string"},)"
    R"("message":{"type":"string"}},"required":["message"]}}},"required":["title","status"]})";

}  // namespace

operation_record api_document::record_of(const route& r) {
  operation_record said;
  if (r.handler_.describe != nullptr) {
    operation op(said);
    r.handler_.describe(op);
  }
  const auto& docs = r.docs_ != nullptr ? *r.docs_ : no_docs;
  if (!docs.security.empty()) said.security = docs.security;
  if (docs.is_public) said.security.clear();
  if (!said.security.empty()) said.failures.insert(http_status::unauthorized);
  return said;
}

void api_document::check(const route& r, const operation_record& said) const {
  for (const auto& name : said.security) {
    if (std::ranges::find(about_.security, name, &security_scheme::name) == about_.security.end())
      refuse(r, "name the security scheme \"" + name + "\", which describe_api() was not given");
  }
  if (r.docs_ == nullptr) return;
  check_example(r, r.docs_->body_example);
  for (const auto& answer : r.docs_->answers) check_example(r, answer.example);
  for (const auto& parameter : r.docs_->parameters) check_example(r, parameter.example);
}

bool api_document::is_taken(const std::string& path) const {
  return std::ranges::any_of(items_, [&](const auto& item) { return item.path.text == path; });
}

api_document::path_item& api_document::item_of(const route& r) {
  auto path = api_path_of(r.pattern());
  for (auto& item : items_)
    if (item.path.shape == path.shape) return item;
  while (is_taken(path.text)) {  // by a parameter of the wildcard's name
    auto names = path.names;
    names.back() += '_';
    path = with_names(path, names);
  }
  return items_.emplace_back(path_item{std::move(path), {}});
}

std::string api_document::id_of(const route& r, const std::string& path) {
  const auto name = r.name().empty() ? operation_name(to_string(r.method()), path) : r.name();
  std::string id = name;
  for (int n = 2; !ids_.insert(id).second; ++n) id = name + '_' + std::to_string(n);
  return id;
}

void api_document::add(const route& r) {
  if (member_name(r.method()).empty() || (r.docs_ != nullptr && r.docs_->hidden)) return;
  auto& item = item_of(r);
  if (item.operations.contains(r.method())) return;
  text_builder out;
  write_operation(out, r, item.path);
  item.operations.emplace(r.method(), out.take());
}

void api_document::write_operation(text_builder& out, const route& r, const api_path& path) {
  const auto said = record_of(r);
  check(r, said);
  const auto& docs = r.docs_ != nullptr ? *r.docs_ : no_docs;
  out.open_object().member("operationId", id_of(r, path.text));
  write_text(out, "summary", docs.summary);
  write_text(out, "description", docs.description);
  write_texts(out, "tags", docs.tags);
  if (docs.deprecated) out.member_literal("deprecated", "true");
  write_server(out, r.host());
  write_security(out, said.security);
  operation_writer writer(out, components_, said, docs);
  writer.write_parameters(path, r.names_);
  writer.write_body();
  failures_.merge(writer.write_answers());
  out.close_object();
}

void api_document::write_info(text_builder& out) const {
  out.key("info").open_object().member("title", about_.title);
  write_text(out, "description", about_.description);
  out.member("version", about_.version).close_object();
  if (about_.servers.empty()) return;
  out.key("servers").open_array();
  for (const auto& url : about_.servers) out.open_object().member("url", url).close_object();
  out.close_array();
}

void api_document::write_tags(text_builder& out) const {
  if (about_.tags.empty()) return;
  out.key("tags").open_array();
  for (const auto& tag : about_.tags) {
    out.open_object().member("name", tag.name);
    write_text(out, "description", tag.description);
    out.close_object();
  }
  out.close_array();
}

void api_document::write_paths(text_builder& out) const {
  out.key("paths").open_object();
  for (const auto& item : items_) {
    out.key(item.path.text).open_object();
    for (const auto& [method, written] : item.operations)
      out.key(member_name(method)).text(written);
    out.close_object();
  }
  out.close_object();
}

void api_document::write_security_schemes(text_builder& out) const {
  if (about_.security.empty()) return;
  out.key("securitySchemes").open_object();
  for (const auto& scheme : about_.security) write_scheme(out, scheme);
  out.close_object();
}

void api_document::write_components(text_builder& out) const {
  out.key("components").open_object().key("schemas").open_object();
  for (const auto& [name, one] : components_.by_name()) out.key(name).text(one->text);
  out.member_literal("problem", problem_schema).close_object();
  if (!failures_.empty()) {
    out.key("responses").open_object();
    for (const auto status : failures_) {
      out.key(response_name(status)).open_object().member("description", reason(status));
      out.key("content").literal(R"({"application/problem+json":{"schema":)"
                                 R"({"$ref":"#/components/schemas/problem"}}})");
      out.close_object();
    }
    out.close_object();
  }
  write_security_schemes(out);
  out.close_object();
}

std::string api_document::text() {
  components_.assign_names();
  text_builder out;
  out.open_object().member("openapi", "3.1.0");
  write_info(out);
  write_tags(out);
  write_paths(out);
  write_components(out);
  out.close_object();
  return out.take().filled();
}

std::string openapi_text(std::span<const route* const> routes, const api_description& about) {
  api_document document(about);
  for (const auto* r : routes) document.add(*r);
  return document.text();
}

}  // namespace weft::detail

namespace weft {

security_scheme security_scheme::basic(std::string name) {
  return {kind::basic, std::move(name), {}};
}

security_scheme security_scheme::bearer(std::string name, std::string format) {
  return {kind::bearer, std::move(name), std::move(format)};
}

security_scheme security_scheme::key(std::string name, operation::place in, std::string parameter) {
  if (in == operation::place::path)
    throw std::invalid_argument("weft: a key is a query parameter, a header or a cookie");
  security_scheme made(kind::key, std::move(name), std::move(parameter));
  made.in_ = in;
  return made;
}

security_scheme security_scheme::open_id(std::string name, std::string discovery_url) {
  return {kind::open_id, std::move(name), std::move(discovery_url)};
}

}  // namespace weft
