#pragma once

#include <weft/web/operation.hpp>

#include <string>
#include <utility>
#include <vector>

namespace weft {

/// A way in which clients show who they are.
class security_scheme {
public:
  enum class kind : unsigned char { basic, bearer, key, open_id };

  static security_scheme basic(std::string name);
  /// @param format  "JWT", a hint for people
  static security_scheme bearer(std::string name, std::string format = {});
  static security_scheme key(std::string name, operation::place in, std::string parameter);
  static security_scheme open_id(std::string name, std::string discovery_url);

  security_scheme&& description(std::string text) && {
    description_ = std::move(text);
    return std::move(*this);
  }

  kind type() const noexcept { return kind_; }
  /// By which route_docs::security names it.
  const std::string& name() const noexcept { return name_; }
  const std::string& description() const noexcept { return description_; }
  /// A bearer's format, a key's parameter, or the URL.
  const std::string& detail() const noexcept { return detail_; }
  operation::place in() const noexcept { return in_; }

private:
  security_scheme(kind type, std::string name, std::string detail)
      : kind_(type), name_(std::move(name)), detail_(std::move(detail)) {}

  kind kind_;
  std::string name_;
  std::string detail_;
  std::string description_;
  operation::place in_ = operation::place::header;
};

struct api_tag {
  std::string name{};
  std::string description{};
};

/// What the OpenAPI document says of the API as a whole; app::describe_api() takes it.
struct api_description {
  std::string title = "API";
  std::string version = "0";           ///< of the API
  std::string description{};           ///< CommonMark
  std::vector<std::string> servers{};  ///< URLs; none: where the document came from
  std::vector<api_tag> tags{};         ///< in the order in which they are shown
  std::vector<security_scheme> security{};
};

/// Where app::serve_openapi() puts the document and the page that shows it.
struct openapi_places {
  std::string document = "/openapi.json";
  std::string page = "/docs";  ///< empty: no page
};

}  // namespace weft
