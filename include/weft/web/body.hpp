#pragma once

#include <weft/web/extractor.hpp>

#include <optional>
#include <string>

namespace weft {

/// The body's bytes as they came, whatever their media type.
class body : public detail::extracted<std::string> {
public:
  using extracted::extracted;
  using reads_body = void;  // whole

  static std::optional<body> extract(context& ctx) {
    return body(std::string(ctx.request().body()));
  }
  static void describe(operation& op) { op.takes_bytes(); }
};

}  // namespace weft
