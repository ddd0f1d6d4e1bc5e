#pragma once

#include "web/openapi/api_path.hpp"
#include "web/openapi/components.hpp"
#include "web/openapi/operation_record.hpp"

#include <weft/web/api_description.hpp>
#include <weft/web/route.hpp>

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace weft::detail {

/// Collects routes, and writes the OpenAPI document of them.
///
/// Three things take turns: the handlers of the routes say what they take and answer
/// (operation_record), that becomes text with gaps for the names of types (text_builder), and when
/// all types are known they get names (component_set).
class api_document {
public:
  explicit api_document(const api_description& about) : about_(about) {}

  /// One for the same requests as another that was added is left out.
  /// @throws std::logic_error  as app::openapi()
  void add(const route& r);
  std::string text();

private:
  struct path_item {
    api_path path;
    std::map<http_method, linked_text> operations;
  };

  static operation_record record_of(const route& r);
  void check(const route& r, const operation_record& said) const;
  path_item& item_of(const route& r);
  bool is_taken(const std::string& path) const;
  std::string id_of(const route& r, const std::string& path);
  void write_operation(text_builder& out, const route& r, const api_path& path);

  void write_info(text_builder& out) const;
  void write_tags(text_builder& out) const;
  void write_paths(text_builder& out) const;
  void write_components(text_builder& out) const;
  void write_security_schemes(text_builder& out) const;

  const api_description& about_;
  component_set components_;
  std::vector<path_item> items_;
  std::set<std::string> ids_;
  std::set<http_status> failures_;  // which components/responses are for
};

/// @param routes  in the order in which requests are matched
std::string openapi_text(std::span<const route* const> routes, const api_description& about);

}  // namespace weft::detail
