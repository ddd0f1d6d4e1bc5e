#include "number_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

namespace lab {

std::string grouped(double value, int digits) {
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  const std::string_view plain = text.data();
  const std::size_t point = std::min(plain.find('.'), plain.size());
  std::string number;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    const bool after_digit = i > 0 && plain[i - 1] != '-';
    if (i < point && after_digit && (point - i) % 3 == 0) number.push_back(',');
    number.push_back(plain[i]);
  }
  return number;
}

std::string short_number(double value) {
  const double size = std::abs(value);
  return grouped(value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

}  // namespace lab
