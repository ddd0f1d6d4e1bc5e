#pragma once

#include "todo_list.hpp"

#include <weft/weft.hpp>

#include <memory>
#include <string>

/// Apart from main(), so that tests ask the same routes.
inline void add_routes(weft::app& app) {
  using todos = weft::state<weft::guarded<todo_list>>;
  app.state(std::make_shared<weft::guarded<todo_list>>());

  app.get("/todos", [](todos all) { return all->with(&todo_list::all); });
  app.post("/todos", [](todos all, weft::json<todo> sent) -> weft::task<weft::created<todo>> {
    const auto made = co_await all->with([&](todo_list& list) { return list.add(*sent); });
    co_return weft::created(made, "/todos/" + std::to_string(made.id));
  });
  app.get("/todos/{id}", [](todos all, weft::path<int> id) {
    return all->with([id = *id](todo_list& list) { return list.find(id); });
  });
  app.put("/todos/{id}", [](todos all, weft::path<int> id, weft::json<todo> sent) {
    return all->with([id = *id, sent = *sent](todo_list& list) { return list.replace(id, sent); });
  });
  app.del("/todos/{id}", [](todos all, weft::path<int> id) -> weft::task<weft::no_content> {
    const bool removed = co_await all->with([&](todo_list& list) { return list.remove(*id); });
    if (!removed) throw weft::http_error(weft::http_status::not_found);
    co_return weft::no_content();
  });
}
