#include "pattern.hpp"

#include "pattern_tree.hpp"
#include "utf8.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

// The expression's tree becomes states that are in several places at once, and those become a table
// in which one state stands for a set of places (the subset construction).
namespace weft::detail {
namespace {

constexpr std::size_t most_places = 4'000;
constexpr char32_t last_character = 0x10FFFF;

[[noreturn]] void refuse_size() {
  throw std::invalid_argument("the pattern is too large: its table would not be small");
}

/// A place in the expression: it takes one character of its set, or goes on without one.
struct place {
  const character_set* set = nullptr;  ///< null: goes on to each of `next` at once
  std::vector<std::size_t> next;
};

class places {
public:
  explicit places(const pattern_node& root) {
    all_.emplace_back();  // the end
    start_ = add(root, end);
  }

  static constexpr std::size_t end = 0;
  std::size_t start() const noexcept { return start_; }
  std::size_t size() const noexcept { return all_.size(); }
  const place& operator[](std::size_t n) const noexcept { return all_[n]; }

private:
  /// @return the place where `node` begins, when `next` is where it goes on
  std::size_t add(const pattern_node& node, std::size_t next) {
    switch (node.kind) {
      case pattern_node::kind::set: return push({&node.set, {next}});
      case pattern_node::kind::sequence:
        for (auto part = node.parts.rbegin(); part != node.parts.rend(); ++part)
          next = add(*part, next);
        return next;
      case pattern_node::kind::choice: {
        place fork;
        for (const auto& part : node.parts) fork.next.push_back(add(part, next));
        return push(std::move(fork));
      }
      case pattern_node::kind::repeat: return add_repeat(node, next);
    }
    return next;
  }

  std::size_t add_repeat(const pattern_node& node, std::size_t next) {
    const auto& body = node.parts.front();
    std::size_t begin = next;
    if (node.most == pattern_node::unbounded) {
      begin = push({nullptr, {next}});
      const std::size_t again = add(body, begin);
      all_[begin].next.push_back(again);
    } else {
      for (unsigned n = node.least; n != node.most; ++n)
        begin = push({nullptr, {add(body, begin), next}});
    }
    for (unsigned n = 0; n != node.least; ++n) begin = add(body, begin);
    return begin;
  }

  std::size_t push(place one) {
    if (all_.size() == most_places) refuse_size();
    all_.push_back(std::move(one));
    return all_.size() - 1;
  }

  std::vector<place> all_;
  std::size_t start_;
};

/// The places that are reached without a character, `from` included.
void reach(const places& all, std::size_t from, std::vector<bool>& reached) {
  std::vector<std::size_t> left{from};
  while (!left.empty()) {
    const std::size_t at = left.back();
    left.pop_back();
    if (reached[at]) continue;
    reached[at] = true;
    if (all[at].set == nullptr)
      for (const std::size_t next : all[at].next) left.push_back(next);
  }
}

/// The last characters of the runs that every set takes whole or leaves.
std::vector<char32_t> runs_of(const places& all) {
  std::vector<char32_t> ends{last_character};
  for (std::size_t n = 0; n != all.size(); ++n) {
    if (all[n].set == nullptr) continue;
    for (const auto& [first, last] : *all[n].set) {
      if (first != 0) ends.push_back(first - 1);
      ends.push_back(last);
    }
  }
  std::ranges::sort(ends);
  const auto rest = std::ranges::unique(ends);
  ends.erase(rest.begin(), rest.end());
  return ends;
}

}  // namespace

pattern::pattern(std::string_view expression) {
  const pattern_node tree = parse_expression(expression);
  const places all(tree);

  // Columns: runs that the same places take.
  column_ends_ = runs_of(all);
  std::map<std::vector<bool>, std::uint16_t> known_columns;
  std::vector<std::vector<bool>> takers;
  for (const char32_t character : column_ends_) {
    std::vector<bool> taken(all.size());
    for (std::size_t n = 0; n != all.size(); ++n)
      taken[n] = all[n].set != nullptr && has_character(*all[n].set, character);
    const auto [column, is_new] =
        known_columns.try_emplace(taken, static_cast<std::uint16_t>(takers.size()));
    columns_.push_back(column->second);
    if (is_new) takers.push_back(std::move(taken));
  }
  width_ = takers.size();
  for (std::size_t c = 0; c != ascii_columns_.size(); ++c)
    ascii_columns_[c] = static_cast<std::uint16_t>(column_of(static_cast<char32_t>(c)));

  // States: sets of places; the first is the empty one.
  std::map<std::vector<bool>, state> known;
  std::vector<const std::vector<bool>*> states;
  const auto state_of = [&](std::vector<bool> reached) {
    const auto [entry, is_new] =
        known.try_emplace(std::move(reached), static_cast<state>(states.size()));
    if (is_new) {
      if (states.size() == most_states) refuse_size();
      states.push_back(&entry->first);
      accepts_.push_back(entry->first[places::end]);
    }
    return entry->second;
  };
  state_of(std::vector<bool>(all.size()));
  std::vector<bool> first(all.size());
  reach(all, all.start(), first);
  start_ = state_of(std::move(first));
  for (std::size_t from = 0; from != states.size(); ++from) {
    for (std::size_t column = 0; column != width_; ++column) {
      std::vector<bool> reached(all.size());
      for (std::size_t n = 0; n != all.size(); ++n)
        if ((*states[from])[n] && takers[column][n]) reach(all, all[n].next.front(), reached);
      table_.push_back(state_of(std::move(reached)));
    }
  }
}

std::size_t pattern::column_of(char32_t character) const noexcept {
  const auto run = std::ranges::lower_bound(column_ends_, character);
  return columns_[static_cast<std::size_t>(run - column_ends_.begin())];
}

bool pattern::matches(std::string_view text) const noexcept {
  state at = start_;
  while (!text.empty() && at != dead) {
    const auto byte = static_cast<unsigned char>(text.front());
    std::size_t column = 0;
    if (byte < ascii_columns_.size()) {
      column = ascii_columns_[byte];
      text.remove_prefix(1);
    } else {
      const char32_t character = take_character(text);
      if (character == no_character) return false;
      column = column_of(character);
    }
    at = table_[at * width_ + column];
  }
  return accepts_[at];
}

}  // namespace weft::detail
