#pragma once

#include <weft/http/status.hpp>

#include <string>
#include <vector>

namespace weft {

/// An answer that the signature of a handler does not tell, or more about one that it does.
struct documented_answer {
  http_status status = http_status::ok;
  std::string description{};
  std::string example{};     ///< JSON, as to_json() makes it
  std::string media_type{};  ///< of an answer below 400 that the signature does not tell
};

struct documented_parameter {
  std::string name{};
  std::string description{};
  std::string example{};  ///< JSON
};

/// What the OpenAPI document says of a route beyond its signature; route::docs() and
/// route_group::docs() take it. Descriptions are CommonMark.
///
/// A group hands down tags, answers, security, deprecated and hidden to its routes, which add
/// theirs.
struct route_docs {
  std::string summary{};
  std::string description{};
  std::vector<std::string> tags{};
  std::vector<documented_parameter> parameters{};
  std::string body_example{};  ///< JSON
  std::vector<documented_answer> answers{};
  /// Names of api_description::security: one of them lets a request in. A route that names some
  /// replaces those of its groups.
  std::vector<std::string> security{};
  bool is_public = false;  ///< whatever the groups say of security
  bool deprecated = false;
  bool hidden = false;  ///< not in the document
};

}  // namespace weft
