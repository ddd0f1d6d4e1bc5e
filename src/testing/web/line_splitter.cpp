#include <weft/testing/web/json_line_reader.hpp>

namespace weft::testing::detail {

std::optional<std::string_view> line_splitter::next() {
  for (;;) {
    text_.erase(0, std::exchange(taken_, 0));
    const auto end = text_.find('\n');
    const bool is_whole = end != std::string::npos;
    if (!is_whole && (!is_finished_ || text_.empty())) return std::nullopt;
    std::string_view line = text_;
    line = line.substr(0, end);
    taken_ = line.size() + (is_whole ? 1 : 0);
    ++number_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) return line;
  }
}

}  // namespace weft::testing::detail
