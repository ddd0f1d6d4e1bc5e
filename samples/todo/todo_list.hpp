#pragma once

#include <weft/web/json/describe.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

struct todo {
  int id = 0;
  std::string title;
  bool done = false;
};
BOOST_DESCRIBE_STRUCT(todo, (), (id, title, done))

/// Clients send a title, and perhaps whether it is done; ids are given out by the list.
inline void json_rules(weft::rules_for<todo>& rules) {
  rules.optional(&todo::id, &todo::done);
  rules.size(&todo::title, 1, 200);
}

/// A plain class: weft::guarded makes it safe under every model.
class todo_list {
public:
  std::vector<todo> all() const {
    std::vector<todo> out;
    for (const auto& [id, item] : items_) out.push_back(item);
    return out;
  }
  todo add(todo item) {
    item.id = ++last_id_;
    return items_[item.id] = item;
  }
  std::optional<todo> find(int id) const {
    const auto place = items_.find(id);
    return place == items_.end() ? std::nullopt : std::optional(place->second);
  }
  std::optional<todo> replace(int id, todo item) {
    item.id = id;
    return items_.contains(id) ? std::optional(items_[id] = item) : std::nullopt;
  }
  bool remove(int id) { return items_.erase(id) != 0; }

private:
  std::map<int, todo> items_;
  int last_id_ = 0;
};
