#pragma once

#include "web/openapi/api_path.hpp"
#include "web/openapi/components.hpp"
#include "web/openapi/operation_record.hpp"

#include <weft/web/route_docs.hpp>

#include <set>
#include <string>

namespace weft::detail {

/// Writes the parameters, the body and the answers of one operation.
class operation_writer {
public:
  operation_writer(text_builder& out, component_set& components, const operation_record& said,
                   const route_docs& docs)
      : out_(out), components_(components), said_(said), docs_(docs) {}

  void write_parameters(const api_path& path, const std::vector<std::string>& own_names);
  void write_body();
  /// @return the failures that are described in components/responses
  std::set<http_status> write_answers();

private:
  void begin_parameter(operation::place in, const std::string& name, bool is_required,
                       const std::string& description);
  void write_value(const value_schema& value, std::string preset = {});
  void write_query(const json_type& type);
  void write_fields(const json_type& type);
  void write_content(const operation_record::content& content, const std::string& example);
  void write_answer(const operation_record::answer& answer, const documented_answer* docs);
  void write_documented(const documented_answer& docs);
  void write_failure(http_status status);
  const documented_answer* docs_of(http_status status) const;
  const documented_parameter* docs_of(const std::string& parameter) const;
  std::string description_of(const std::string& parameter) const;
  std::string example_of(const std::string& parameter) const;

  text_builder& out_;
  component_set& components_;
  const operation_record& said_;
  const route_docs& docs_;
};

/// "not_found"
std::string response_name(http_status status);

}  // namespace weft::detail
