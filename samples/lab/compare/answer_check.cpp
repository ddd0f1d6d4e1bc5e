#include "answer_check.hpp"

#include "../sample_files.hpp"
#include "../workload.hpp"
#include "http_fetch.hpp"

#include <weft/base/byte_buffer.hpp>
#include <weft/web/json/write.hpp>

#include <optional>

namespace lab {
namespace {

struct probe {
  std::string method;
  std::string target;
  std::string body;
  int status = 200;
  std::optional<std::string> expected;  // where the bytes of the answer are given
};

template <class T>
std::string json_of(const T& value) {
  weft::byte_buffer text;
  weft::write_json(text, value);
  return std::string(text.view());
}

std::vector<probe> probes() {
  return {
      {"GET", "/json", "", 200, json_of(greet())},
      {"POST", "/orders", std::string(order_json()), 200, std::string(order_reply_json())},
      {"GET", "/items/50?m=3", "", 200, json_of(price_items(50, 3))},
      {"GET", "/items/1?m=1", "", 200, json_of(price_items(1, 1))},
      {"GET", "/report?rows=1234", "", 200, json_of(make_report(1234))},
      {"GET", "/io?ms=1", "", 200, json_of(greet())},
      {"POST", "/echo", "any \r\n bytes", 200, "any \r\n bytes"},
      {"POST", "/orders", "{\"id\":", 400, std::nullopt},
      {"POST", "/orders", "{\"id\":1}", 422, std::nullopt},
      {"GET", "/items/51?m=1", "", 400, std::nullopt},
      {"GET", "/items/1?m=x", "", 400, std::nullopt},
      {"GET", "/report?rows=0", "", 400, std::nullopt},
      {"GET", "/io?ms=60001", "", 400, std::nullopt},
      {"GET", "/nothing-here", "", 404, std::nullopt},
  };
}

std::string fault_of(const probe& asked, const fetched_reply& answer) {
  if (!answer.complete) return "no whole answer";
  if (answer.status != asked.status) {
    return std::to_string(answer.status) + " instead of " + std::to_string(asked.status);
  }
  if (asked.expected && answer.body != *asked.expected) return "another body than computed here";
  return {};
}

}  // namespace

std::vector<std::string> check_answers(const std::string& endpoint, const std::string& name) {
  std::vector<std::string> faults;
  for (const probe& asked : probes()) {
    const fetched_reply answer = fetch(endpoint, asked.method, asked.target, asked.body);
    if (const std::string fault = fault_of(asked, answer); !fault.empty()) {
      faults.push_back(name + ": " + asked.method + " " + asked.target + ": " + fault);
    }
  }
  return faults;
}

}  // namespace lab
