#include "choices.hpp"

#include <algorithm>

namespace weft::fuzz {

std::size_t choices::take_byte() noexcept {
  if (rest_.empty()) return 0;
  const auto byte = static_cast<unsigned char>(rest_.back());
  rest_.remove_suffix(1);
  return byte;
}

std::size_t choices::below(std::size_t count) noexcept {
  const std::size_t low = take_byte();
  return (count <= 256 ? low : low + 256 * take_byte()) % count;
}

cut_plan::cut_plan(choices& from) {
  constexpr std::size_t most_places = 6;
  const auto count = from.below(most_places + 2);
  single_bytes_ = count > most_places;
  for (std::size_t i = 0; !single_bytes_ && i < count; ++i) places_.push_back(from.below(65536));
}

std::vector<std::string_view> cut_plan::apply(std::string_view text) const {
  std::vector<std::size_t> ends;
  if (single_bytes_)
    for (std::size_t end = 1; end <= text.size(); ++end) ends.push_back(end);
  for (const auto place : places_) ends.push_back(place % (text.size() + 1));
  ends.push_back(text.size());
  std::ranges::sort(ends);

  std::vector<std::string_view> pieces;
  std::size_t begin = 0;
  for (const auto end : ends) {
    if (end == begin) continue;
    pieces.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  if (pieces.empty()) pieces.push_back(text);
  return pieces;
}

}  // namespace weft::fuzz
