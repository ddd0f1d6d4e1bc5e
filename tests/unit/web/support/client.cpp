#include "unit/web/support/client.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <algorithm>
#include <cstddef>

std::string answer::header(std::string_view name) const {
  return std::string(whole.header(name).value_or(""));
}

boost::json::value answer::json() const { return boost::json::parse(body); }

namespace {

const weft::test::named_model& generated_model() {
  static const auto models = weft::test::every_model();
  return models[GENERATE(range(std::size_t{0}, models.size()))];
}

}  // namespace

client::client(weft::app& app) : app_(app), model_(generated_model()) {
  UNSCOPED_INFO("model: " << model_.name);
}

answer client::ask(std::string_view method, std::string_view target, std::string_view body,
                   const header_list& headers) {
  std::vector<weft::header_field> fields;
  for (const auto& [name, value] : headers) fields.push_back({name, value});
  const auto mark = std::min(target.find('?'), target.size());
  weft::request req;
  req.set_method(weft::parse_method(method), method);
  req.set_target(target, target.substr(0, mark), target.substr(std::min(mark + 1, target.size())));
  req.set_headers(fields);
  req.set_host(req.header("Host").value_or(""));
  req.set_body(body);

  answer out;
  weft::test::run_under(model_, app_.handle(req, out.whole));
  out.status = static_cast<int>(out.whole.status());
  out.body = out.whole.body().view();
  out.content_type = out.whole.content_type();
  return out;
}
