#include "web/openapi/operation_writer.hpp"

#include "web/ascii.hpp"
#include "web/json/layout.hpp"
#include "web/openapi/schema.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace weft::detail {
namespace {

using body_kind = operation_record::body_kind;

std::string_view name_of(operation::place in) {
  switch (in) {
    case operation::place::path: return "path";
    case operation::place::query: return "query";
    case operation::place::header: return "header";
    case operation::place::cookie: break;
  }
  return "cookie";
}

std::vector<std::string_view> media_types_of(body_kind kind) {
  switch (kind) {
    case body_kind::json: return {"application/json"};
    case body_kind::patch: return {"application/merge-patch+json", "application/json"};
    case body_kind::lines: return {"application/jsonl", "application/x-ndjson"};
    case body_kind::form: return {"application/x-www-form-urlencoded", "multipart/form-data"};
    case body_kind::uploads:
    case body_kind::parts: return {"multipart/form-data"};
    case body_kind::bytes: return {"*/*"};
    case body_kind::none: break;
  }
  return {};
}

std::string key_of(std::optional<http_status> status) {
  return status ? std::to_string(static_cast<unsigned>(*status)) : "default";
}

std::string_view or_else(const std::string& text, std::string_view other) {
  return text.empty() ? other : std::string_view(text);
}

void write_problem_content(text_builder& out, const std::string& example) {
  out.key("content").open_object().key("application/problem+json").open_object();
  out.key("schema").open_object().member("$ref", "#/components/schemas/problem").close_object();
  if (!example.empty()) out.member_literal("example", example);
  out.close_object().close_object();
}

/// The answers by their keys: who says the same twice is heard once.
std::map<std::string, operation_record::answer> answers_of(const operation_record& said,
                                                           const route_docs& docs) {
  std::map<std::string, operation_record::answer> all;
  for (const auto& answer : said.answers) all.try_emplace(key_of(answer.status), answer);
  const auto unknown = all.find("default");
  if (unknown == all.end()) return all;
  // Whoever names the good answers of a handler that chooses its status names all of them.
  bool is_named = false;
  for (const auto& named : docs.answers) {
    if (named.status >= http_status::bad_request || all.contains(key_of(named.status))) continue;
    auto answer = unknown->second;
    answer.status = named.status;
    if (!named.media_type.empty() && !answer.contents.empty())
      answer.contents.front().media_type = named.media_type;
    all.emplace(key_of(named.status), std::move(answer));
    is_named = true;
  }
  if (is_named) all.erase("default");
  return all;
}

}  // namespace

std::string response_name(http_status status) {
  std::string out;
  for (const char c : reason(status)) {
    const char small = to_lower(c);
    out += small >= 'a' && small <= 'z' ? small : '_';
  }
  return out.empty() ? "status_" + std::to_string(static_cast<unsigned>(status)) : out;
}

const documented_answer* operation_writer::docs_of(http_status status) const {
  // The last one is the route's own.
  const auto place = std::find_if(docs_.answers.rbegin(), docs_.answers.rend(),
                                  [=](const auto& one) { return one.status == status; });
  return place == docs_.answers.rend() ? nullptr : &*place;
}

const documented_parameter* operation_writer::docs_of(const std::string& parameter) const {
  const auto place = std::ranges::find(docs_.parameters, parameter, &documented_parameter::name);
  return place == docs_.parameters.end() ? nullptr : &*place;
}

std::string operation_writer::description_of(const std::string& parameter) const {
  const auto* const docs = docs_of(parameter);
  return docs != nullptr ? docs->description : std::string();
}

std::string operation_writer::example_of(const std::string& parameter) const {
  const auto* const docs = docs_of(parameter);
  return docs != nullptr ? docs->example : std::string();
}

void operation_writer::begin_parameter(operation::place in, const std::string& name,
                                       bool is_required, const std::string& description) {
  out_.open_object().member("name", name).member("in", name_of(in));
  if (!description.empty()) out_.member("description", description);
  if (is_required) out_.member_literal("required", "true");
  const auto example = example_of(name);
  if (!example.empty()) out_.member_literal("example", example);
  out_.key("schema");
}

void operation_writer::write_value(const value_schema& value, std::string preset) {
  if (value.is_list) out_.open_object().member("type", "array").key("items");
  if (value.type != nullptr) {
    schema_facts facts;
    if (!value.is_list) facts.preset = std::move(preset);
    write_schema(out_, components_, *value.type, schema_use::text, std::move(facts));
  } else {
    out_.open_object().member("type", "string");
    if (value.format != nullptr) out_.member("format", value.format);
    out_.close_object();
  }
  if (value.is_list) out_.close_object();
}

void operation_writer::write_query(const json_type& type) {
  const auto& layout = layout_of(type);
  with_initial(type, [&](const void* initial) {
    for (std::size_t i = 0; i != layout.members.size(); ++i) {
      const auto& member = layout.members[i];
      const std::string name(member.name);
      const bool is_required = member.is_required && member.type->kind != json_kind::array;
      const auto said = description_of(name);
      begin_parameter(operation::place::query, name, is_required,
                      said.empty() ? std::string(member.description) : said);
      write_member_schema(out_, components_, layout, i, schema_use::text, initial);
      out_.close_object();
    }
  });
}

void operation_writer::write_parameters(const api_path& path,
                                        const std::vector<std::string>& own_names) {
  const bool has_any = !path.names.empty() || !said_.parameters.empty() || !said_.queries.empty();
  if (!has_any) return;
  out_.key("parameters").open_array();
  for (std::size_t i = 0; i != path.names.size(); ++i) {
    auto text = description_of(own_names[i]);
    const bool takes_rest = path.has_wildcard && i + 1 == path.names.size();
    if (takes_rest && text.empty()) text = "The rest of the path, slashes included.";
    begin_parameter(operation::place::path, path.names[i], true, text);
    write_value(i < said_.path.size() ? said_.path[i] : value_schema{});
    out_.close_object();
  }
  for (const auto* type : said_.queries) write_query(*type);
  for (const auto& one : said_.parameters) {
    begin_parameter(one.in, one.name, one.is_required, description_of(one.name));
    write_value(one.schema, one.preset);
    out_.close_object();
  }
  out_.close_array();
}

/// The struct of a form, whose fields have no null.
void operation_writer::write_fields(const json_type& type) {
  out_.text(component_schema(components_, type, schema_use::text));
}

void operation_writer::write_body() {
  using enum operation_record::body_kind;
  if (said_.body == none) return;
  const bool may_be_empty = said_.body == bytes || said_.body == lines;
  out_.key("requestBody").open_object();
  if (said_.body == lines) out_.member("description", "A line for each value of this schema.");
  if (!may_be_empty) out_.member_literal("required", "true");
  out_.key("content").open_object();
  for (const auto media_type : media_types_of(said_.body)) {
    out_.key(media_type).open_object();
    if (said_.body_type != nullptr) out_.key("schema");
    switch (said_.body) {
      case json:
      case lines: write_schema(out_, components_, *said_.body_type, schema_use::read); break;
      case patch: write_schema(out_, components_, *said_.body_type, schema_use::patch); break;
      case form:
      case uploads: write_fields(*said_.body_type); break;
      case parts: out_.key("schema").open_object().member("type", "object").close_object(); break;
      case bytes:
      case none: break;
    }
    if (!docs_.body_example.empty()) out_.member_literal("example", docs_.body_example);
    out_.close_object();
  }
  out_.close_object().close_object();
}

void operation_writer::write_content(const operation_record::content& content,
                                     const std::string& example) {
  out_.key(content.media_type).open_object();
  if (content.is_known) {
    out_.key("schema");
    if (content.schema.type != nullptr)
      write_schema(out_, components_, *content.schema.type, schema_use::write);
    else write_value(content.schema);
  }
  if (!example.empty()) out_.member_literal("example", example);
  out_.close_object();
}

void operation_writer::write_answer(const operation_record::answer& answer,
                                    const documented_answer* docs) {
  const std::string_view usual = answer.status ? reason(*answer.status) : "What the handler says.";
  out_.open_object().member("description",
                            docs != nullptr ? or_else(docs->description, usual) : usual);
  if (!answer.headers.empty()) {
    out_.key("headers").open_object();
    for (const auto& [name, description] : answer.headers) {
      out_.key(name).open_object().member("description", description).key("schema").open_object();
      out_.member("type", "string").close_object().close_object();
    }
    out_.close_object();
  }
  if (!answer.contents.empty()) {
    out_.key("content").open_object();
    for (const auto& content : answer.contents)
      write_content(content, docs != nullptr ? docs->example : std::string());
    out_.close_object();
  }
  out_.close_object();
}

void operation_writer::write_documented(const documented_answer& docs) {
  out_.open_object().member("description", or_else(docs.description, reason(docs.status)));
  if (docs.status >= http_status::bad_request) {
    write_problem_content(out_, docs.example);
  } else if (!docs.media_type.empty()) {
    out_.key("content").open_object().key(docs.media_type).open_object();
    if (!docs.example.empty()) out_.member_literal("example", docs.example);
    out_.close_object().close_object();
  }
  out_.close_object();
}

void operation_writer::write_failure(http_status status) {
  const auto* const docs = docs_of(status);
  if (docs != nullptr) return write_documented(*docs);
  out_.open_object();
  out_.member("$ref", "#/components/responses/" + response_name(status)).close_object();
}

std::set<http_status> operation_writer::write_answers() {
  auto failures = said_.failures;
  const auto answers = answers_of(said_, docs_);
  std::map<std::string, const documented_answer*> documented;
  for (const auto& one : docs_.answers) {
    if (one.status >= http_status::bad_request) failures.insert(one.status);
    else if (!answers.contains(key_of(one.status))) documented[key_of(one.status)] = &one;
  }
  out_.key("responses").open_object();
  for (const auto& [key, answer] : answers) {
    if (key == "default") continue;
    out_.key(key);
    write_answer(answer, docs_of(*answer.status));
  }
  for (const auto& [key, docs] : documented) {
    out_.key(key);
    write_documented(*docs);
  }
  std::set<http_status> shared;
  for (const auto status : failures) {
    if (answers.contains(key_of(status))) continue;
    out_.key(key_of(status));
    write_failure(status);
    if (docs_of(status) == nullptr) shared.insert(status);
  }
  const auto unknown = answers.find("default");
  if (unknown != answers.end()) {
    out_.key("default");
    write_answer(unknown->second, nullptr);
  } else if (said_.may_fail) {
    out_.key("default").open_object().member("description", "What went wrong.");
    write_problem_content(out_, {});
    out_.close_object();
  }
  out_.close_object();
  return shared;
}

}  // namespace weft::detail
