#include <weft/testing/web/read_json.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <system_error>

namespace weft::testing::detail {
namespace {

namespace json = boost::json;

json::value value_at(std::string_view text, std::string_view pointer) {
  std::error_code error;
  json::parse_options exact;
  exact.numbers = json::number_precision::precise;
  const json::value whole = json::parse(text, error, {}, exact);
  if (error) throw std::invalid_argument("it is not JSON: " + error.message());
  const json::value* const found = whole.find_pointer(pointer, error);
  if (found == nullptr) {
    throw std::invalid_argument("there is nothing at \"" + std::string(pointer) + '"');
  }
  return *found;
}

}  // namespace

std::string json_text_at(std::string_view text, std::string_view pointer) {
  return json::serialize(value_at(text, pointer));
}

std::string json_words_at(std::string_view text, std::string_view pointer) {
  const json::value found = value_at(text, pointer);
  if (const json::string* const words = found.if_string()) return std::string(*words);
  return json::serialize(found);
}

std::string told(const json_outcome& outcome) {
  if (outcome.is_syntax_error()) {
    return "it is not JSON: " + std::string(outcome.message()) + " at byte " +
           std::to_string(outcome.offset());
  }
  std::string all;
  for (const json_issue& issue : outcome.issues()) {
    if (!all.empty()) all += "; ";
    all += issue.pointer.empty() ? "the value" : issue.pointer;
    all += ' ' + issue.message;
  }
  return all;
}

}  // namespace weft::testing::detail
