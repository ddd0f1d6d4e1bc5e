// EXPECT: a handler is one function or lambda whose parameter types are spelled out
#include <weft/weft.hpp>

struct overloaded {
  std::string operator()(weft::path<int> id) const { return std::to_string(*id); }
  std::string operator()(weft::path<> name) const { return *name; }
};

void add_routes(weft::app& app) { app.get("/{id}", overloaded()); }
