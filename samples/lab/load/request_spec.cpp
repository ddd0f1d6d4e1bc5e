#include "request_spec.hpp"

#include "sample_files.hpp"

#include <charconv>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>

namespace lab {
namespace {

std::string read_body(const std::string& file) {
  if (file == "order") return std::string(order_json());
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + file);
  return {std::istreambuf_iterator<char>(in), {}};
}

double parse_weight(const std::string& word) {
  double weight = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), weight);
  if (error != std::errc{} || end != word.data() + word.size()) {
    throw std::runtime_error("'" + word + "' is neither a weight nor =STATUS nor @BODYFILE");
  }
  return weight;
}

int parse_status(const std::string& digits) {
  int status = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), status);
  const bool is_number = error == std::errc{} && end == digits.data() + digits.size();
  if (!is_number || status < 200 || status > 599) {
    throw std::runtime_error("'=" + digits + "' is no status of an answer");
  }
  return status;
}

}  // namespace

request_kind parse_request_spec(std::string_view text) {
  std::istringstream words{std::string(text)};
  request_kind kind;
  if (!(words >> kind.name >> kind.method >> kind.path)) {
    throw std::runtime_error("'" + std::string(text) + "' is not 'NAME METHOD PATH ...'");
  }
  for (std::string word; words >> word;) {
    if (word.front() == '@') kind.body = read_body(word.substr(1));
    else if (word.front() == '=') kind.expected_status = parse_status(word.substr(1));
    else kind.weight = parse_weight(word);
  }
  return kind;
}

}  // namespace lab
