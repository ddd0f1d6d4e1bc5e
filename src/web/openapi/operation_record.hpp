#pragma once

#include <weft/http/status.hpp>
#include <weft/web/json/type.hpp>
#include <weft/web/operation.hpp>

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace weft::detail {

/// What the parts of a handler's signature have said.
struct operation_record {
  struct parameter {
    operation::place in = operation::place::query;
    std::string name;
    bool is_required = true;
    value_schema schema;
    std::string preset;  ///< JSON
  };
  struct content {
    std::string media_type;
    value_schema schema;  ///< nothing is known where it has no type
    bool is_known = false;
  };
  struct answer {
    std::optional<http_status> status;  ///< none: the handler's choice
    std::vector<content> contents;
    std::vector<std::pair<std::string, std::string>> headers;
  };
  enum class body_kind : unsigned char { none, json, patch, lines, form, uploads, parts, bytes };

  std::vector<value_schema> path;
  std::vector<parameter> parameters;
  std::vector<const json_type*> queries;
  body_kind body = body_kind::none;
  const json_type* body_type = nullptr;
  std::vector<answer> answers;
  std::set<http_status> failures;
  bool may_fail = false;
  std::vector<std::string> security;

  // While it is filled.
  std::optional<http_status> status = http_status::ok;
  std::vector<std::pair<std::string, std::string>> headers;
  bool fills_response = false;
};

}  // namespace weft::detail
