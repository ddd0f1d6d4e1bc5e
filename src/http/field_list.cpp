#include <weft/http/field_list.hpp>

#include <cstddef>

namespace weft::http {

void field_list::add(std::string_view name, std::string_view value) {
  const char* const before = text_.data();
  const std::size_t at = text_.size();
  text_.append(name);
  text_.append(value);
  if (text_.data() != before) {
    const auto moved = [&](std::string_view old) {
      return std::string_view(text_.data() + (old.data() - before), old.size());
    };
    for (header_field& field : fields_) field = {moved(field.name), moved(field.value)};
  }
  const std::string_view added = text_.view().substr(at);
  fields_.push_back({added.substr(0, name.size()), added.substr(name.size())});
}

void field_list::clear() noexcept {
  text_.clear();
  fields_.clear();
}

}  // namespace weft::http
