#include <weft/web/entity_tag.hpp>

#include "web/entity_tag_list.hpp"

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid.hpp>

#include <algorithm>
#include <stdexcept>

namespace weft {
namespace {

constexpr std::string_view weak_mark = "W/";

/// RFC 9110 8.8.3: etagc.
constexpr bool is_tag_character(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte == 0x21 || (byte >= 0x23 && byte != 0x7F);
}

std::string quote(std::string_view prefix, std::string_view opaque) {
  if (!std::ranges::all_of(opaque, is_tag_character))
    throw std::invalid_argument("entity_tag: a quote, a blank or a control byte in the tag");
  std::string text(prefix);
  text += '"';
  text += opaque;
  text += '"';
  return text;
}

// A namespace for names that are contents, so that a tag is no UUID of somebody else's.
constexpr boost::uuids::uuid contents = {{0x8b, 0x1a, 0x5c, 0x0e, 0x6d, 0x3f, 0x4b, 0x92, 0xa7,
                                          0x44, 0x2e, 0x90, 0xd1, 0x5b, 0x73, 0xc8}};

}  // namespace

entity_tag entity_tag::strong(std::string_view opaque) { return entity_tag(quote({}, opaque)); }

entity_tag entity_tag::weak(std::string_view opaque) {
  return entity_tag(quote(weak_mark, opaque));
}

entity_tag entity_tag::of(std::string_view content) {
  constexpr char digits[] = "0123456789abcdef";
  boost::uuids::name_generator_sha1 hash(contents);
  std::string opaque;
  for (const auto byte : hash(content.data(), content.size())) {
    opaque += digits[byte >> 4];
    opaque += digits[byte & 15];
  }
  return strong(opaque);
}

std::optional<entity_tag> entity_tag::parse(std::string_view field) {
  detail::entity_tag_list list(field);
  auto tag = list.next();
  if (!tag || list.next() || list.is_malformed()) return std::nullopt;
  return tag;
}

namespace detail {

void entity_tag_list::skip_blanks() noexcept {
  text_.remove_prefix(std::min(text_.find_first_not_of(" \t"), text_.size()));
}

// RFC 9110 5.6.1.2: empty elements count for nothing.
std::optional<entity_tag> entity_tag_list::next() {
  for (skip_blanks(); text_.starts_with(','); skip_blanks()) {
    text_.remove_prefix(1);
    needs_comma_ = false;
  }
  if (text_.empty() || malformed_) return std::nullopt;
  auto tag = needs_comma_ ? std::nullopt : take_tag();
  malformed_ = !tag;
  needs_comma_ = true;
  return tag;
}

std::optional<entity_tag> entity_tag_list::take_tag() {
  const std::size_t prefix = text_.starts_with(weak_mark) ? weak_mark.size() : 0;
  if (!text_.substr(prefix).starts_with('"')) return std::nullopt;
  const auto first = text_.begin() + static_cast<std::ptrdiff_t>(prefix) + 1;
  const auto last = std::find_if_not(first, text_.end(), is_tag_character);
  if (last == text_.end() || *last != '"') return std::nullopt;
  const std::string_view opaque(first, last);
  text_.remove_prefix(prefix + opaque.size() + 2);
  return prefix != 0 ? entity_tag::weak(opaque) : entity_tag::strong(opaque);
}

}  // namespace detail
}  // namespace weft
