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
    throw std::runtime_error("'" + word + "' is neither a weight nor @BODYFILE");
  }
  return weight;
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
    else kind.weight = parse_weight(word);
  }
  return kind;
}

}  // namespace lab
