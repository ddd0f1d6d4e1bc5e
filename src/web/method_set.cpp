#include <weft/web/method_set.hpp>

namespace weft {

std::string method_set::to_string() const {
  auto all = *this;
  all.add(http_method::options);
  if (has(http_method::get)) all.add(http_method::head);
  std::string text;
  for (unsigned i = 0; i < static_cast<unsigned>(http_method::other); ++i) {
    const auto method = static_cast<http_method>(i);
    if (!all.has(method)) continue;
    if (!text.empty()) text += ", ";
    text += weft::to_string(method);
  }
  return text;
}

}  // namespace weft
