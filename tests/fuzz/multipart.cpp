// Multipart forms through the parser.
//
// Oracles: whole or cut anywhere, the same events; what is accepted splits at its boundaries into
// the same data; no limit is exceeded; a form that was written as browsers do reads back.

#include "support/choices.hpp"
#include "support/target.hpp"
#include "web/multipart_parser.hpp"
#include "web/percent.hpp"

#include <weft/web/form_limits.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace weft::fuzz {

const std::vector<std::string_view> plants = {"lose_byte_after_cut", "lose_part",    "change_data",
                                              "change_name",         "exceed_parts", "exceed_head",
                                              "accept_boundary"};

namespace {

using detail::multipart_event;

struct form_part {
  std::string name;
  std::optional<std::string> filename;
  std::string type;
  std::string data;
  bool ended = false;
};

struct outcome {
  std::vector<form_part> parts;
  std::string refusal;  // empty for a form that is good
};

std::string describe(const outcome& of) {
  std::string text;
  for (const auto& part : of.parts) {
    text += "name " + part.name + "\nfile " + part.filename.value_or("(none)") + "\ntype " +
            part.type + "\ndata " + part.data + (part.ended ? "\n" : " (open)\n");
  }
  return text + (of.refusal.empty() ? "good" : of.refusal);
}

class reader {
public:
  reader(std::string_view boundary, const form_limits& limits) : parser_(boundary, limits) {}

  outcome read(std::span<const std::string_view> pieces) {
    for (const auto piece : pieces) {
      if (!feed(piece)) return std::move(seen_);
    }
    if (!parser_.finish()) refuse();
    return std::move(seen_);
  }

private:
  /// @return false where the form is refused
  bool feed(std::string_view piece) {
    // An allocation of its size, so that a sanitizer sees a read past the end, or of old bytes.
    const auto bytes = std::make_unique<char[]>(piece.size());
    std::ranges::copy(piece, bytes.get());
    std::string_view rest(bytes.get(), piece.size());
    const bool in_data = !seen_.parts.empty() && !seen_.parts.back().data.empty();
    if (is_planted("lose_byte_after_cut") && in_data && !rest.empty()) rest.remove_prefix(1);
    for (;;) {
      const auto step = parser_.next(rest);
      expect(step.consumed <= rest.size(), "the parser takes more than there is");
      rest.remove_prefix(step.consumed);
      switch (step.event) {
        case multipart_event::need_more:
          expect(rest.empty(), "the parser wants more and leaves bytes");
          return true;
        case multipart_event::part: begin(std::move(parser_.head())); break;
        case multipart_event::data:
          expect(!parser_.data().empty(), "an empty piece of data is told");
          expect(is_open(), "there is data outside of a part");
          seen_.parts.back().data += parser_.data();
          break;
        case multipart_event::part_end:
          expect(is_open(), "a part ends that is not open");
          seen_.parts.back().ended = true;
          break;
        case multipart_event::error:
          refuse();
          expect(parser_.next("--B--").event == multipart_event::error,
                 "the parser goes on behind an error");
          return false;
      }
    }
  }

  bool is_open() const { return !seen_.parts.empty() && !seen_.parts.back().ended; }
  void begin(part_head&& head) {
    expect(!is_open(), "a part begins in another");
    seen_.parts.push_back(
        {std::move(head.name), std::move(head.filename), std::move(head.content_type), {}, false});
  }
  void refuse() {
    seen_.refusal = std::to_string(static_cast<int>(parser_.error().status)) + " ";
    seen_.refusal += parser_.error().text;
  }

  detail::multipart_parser parser_;
  outcome seen_;
};

outcome read(std::span<const std::string_view> pieces, std::string_view boundary,
             const form_limits& limits) {
  return reader(boundary, limits).read(pieces);
}

outcome read_whole(std::string_view text, std::string_view boundary, const form_limits& limits) {
  const std::array whole = {text};
  return read(whole, boundary, limits);
}

/// The data of each part of a good form, found from its boundaries alone.
std::vector<std::string> data_by_boundaries(std::string_view text, std::string_view boundary) {
  const auto delimiter = "\r\n--" + std::string(boundary);
  const auto form = "\r\n" + std::string(text);
  std::vector<std::string> all;
  auto begin = form.find(delimiter);
  while (form.compare(begin + delimiter.size(), 2, "--") != 0) {
    const auto head_end = form.find("\r\n\r\n", begin + delimiter.size());
    // The last line end of the head may be the first of the next boundary.
    begin = std::min(form.find(delimiter, head_end + 2), form.size() - 2);
    const auto data = std::min(head_end + 4, begin);
    all.push_back(form.substr(data, begin - data));
  }
  return all;
}

void check_data(const outcome& good, std::string_view text, std::string_view boundary) {
  auto data = data_by_boundaries(text, boundary);
  if (is_planted("lose_part") && !data.empty()) data.pop_back();
  expect(data.size() == good.parts.size(), "its boundaries give another number of parts");
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (is_planted("change_data")) data[i] += 'x';
    expect(good.parts[i].ended, "a good form has a part that does not end");
    expect_same(good.parts[i].data, data[i], "its boundaries give other data");
  }
}

void check_limits(const outcome& of, const form_limits& limits) {
  const std::size_t more = is_planted("exceed_parts") ? 200 : 0;
  expect(of.parts.size() + (of.parts.empty() ? 0 : more) <= limits.max_parts,
         "there are too many parts");
  for (const auto& part : of.parts) {
    const auto head = part.name.size() + part.filename.value_or("").size() + part.type.size();
    const std::size_t planted = is_planted("exceed_head") ? 65536 : 0;
    expect(head + planted <= limits.max_part_header_bytes, "the head of a part is too large");
  }
}

// ------------------------------------------------------------------ written as browsers do

std::string in_quotes(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"') out += "%22";
    else if (c == '\r') out += "%0D";
    else if (c == '\n') out += "%0A";
    else out += c;
  }
  return out;
}

/// A name that comes back as it was: a browser cannot tell "%22" from a quote, and some clients
/// escape with backslashes.
bool is_plain(std::string_view text) {
  const bool has_control = std::ranges::any_of(text, [](char c) {
    return (c >= 0 && c < ' ' && c != '\r' && c != '\n' && c != '\t') || c == '\x7f';
  });
  return !has_control && text.find_first_of("%\\") == std::string_view::npos &&
         detail::is_utf8(text);
}

void check_written(std::string_view text, const cut_plan& cuts) {
  constexpr std::string_view boundary = "----WebKitFormBoundaryAaBb09";
  if (text.find(boundary) != std::string_view::npos) return;
  outcome written;
  std::string form;
  for (const auto piece : cuts.apply(text)) {
    const auto name = piece.substr(0, piece.size() / 3);
    if (!is_plain(name)) return;
    form_part part{std::string(name), std::nullopt, {}, std::string(piece), true};
    form.append("--").append(boundary);
    form += "\r\nContent-Disposition: form-data; name=\"" + in_quotes(name) + "\"";
    if (piece.size() % 2 == 0) {
      part.filename = name;
      part.type = "text/plain";
      form += "; filename=\"" + in_quotes(name) + "\"\r\nContent-Type: text/plain";
    }
    form.append("\r\n\r\n").append(piece).append("\r\n");
    if (is_planted("change_name")) part.name += 'x';
    written.parts.push_back(std::move(part));
  }
  form.append("--").append(boundary).append("--\r\n");
  const form_limits large{.max_parts = 10'000, .max_part_header_bytes = 100'000};
  const auto back = read_whole(form, boundary, large);
  expect_same(describe(back), describe(written), "a form that was written reads back otherwise");
}

form_limits choose_limits(choices& from) {
  form_limits limits;
  if (from.flip()) return limits;
  limits.max_parts = from.below(4);
  limits.max_part_headers = from.below(4);
  limits.max_part_header_bytes = from.below(100);
  limits.max_outside_bytes = from.below(10);
  return limits;
}

}  // namespace

void try_input(std::string_view bytes) {
  choices from(bytes);
  const auto limits = choose_limits(from);
  const cut_plan cuts(from);
  const std::string_view boundary = from.flip() ? "B" : "a b'()+_,-./:=?";
  const auto text = from.text();

  const auto whole = read_whole(text, boundary, limits);
  expect_same(describe(whole), describe(read(cuts.apply(text), boundary, limits)),
              "a cut changes what is read");
  check_limits(whole, limits);
  if (whole.refusal.empty()) check_data(whole, text, boundary);
  check_written(text, cuts);

  // Any Content-Type is read, and what it names is a boundary.
  auto named = detail::boundary_of(text);
  if (named && is_planted("accept_boundary")) *named += '\n';
  if (named)
    expect(!named->empty() && named->size() <= 70 && named->find_first_of("\r\n") == named->npos,
           "a bad boundary is accepted");
}

}  // namespace weft::fuzz
