#include "web/openapi/served_documents.hpp"

#include "web/host_table.hpp"
#include "web/openapi/document.hpp"

namespace weft::detail {
namespace {

bool reaches(std::string_view host, const route& r) {
  if (r.host().empty()) return true;
  host_table one;
  one.add(parse_host(r.host()));
  const auto found = one.find(host);
  return found.exact != host_table::none || found.any_label != host_table::none;
}

}  // namespace

std::vector<const route*> reached_by(std::string_view host, std::span<const route* const> routes) {
  std::vector<const route*> out;
  for (const auto* r : routes)
    if (reaches(host, *r)) out.push_back(r);
  return out;
}

served_documents::text served_documents::of(std::span<const route* const> routes,
                                            const api_description& about) {
  const std::scoped_lock lock(mutex_);
  auto& made = made_[{routes.begin(), routes.end()}];
  if (made == nullptr) made = std::make_shared<const std::string>(openapi_text(routes, about));
  return made;
}

}  // namespace weft::detail
