#include "description.hpp"

#include "escapes.hpp"

#include <string_view>

namespace weft::conformance {

std::string describe(const request& message) {
  std::string out;
  const auto line = [&out](std::string_view name, std::string_view between,
                           std::string_view value) {
    out += escape(name);
    out += value.empty() ? between.substr(0, between.find(' ')) : between;
    out += escape(value);
    out += '\n';
  };
  line(message.method_name(), " ", message.target());
  line("path", " ", message.path());
  line("query", " ", message.query());
  line("host", " ", message.host());
  line("version", " ", message.minor_version() == 0 ? "1.0" : "1.1");
  for (const auto& [name, value] : message.headers()) line(name, ": ", value);
  if (!message.body().empty()) line("body", " ", message.body());
  return out;
}

}  // namespace weft::conformance
