// EXPECT: range() and its like are for numbers
#include <weft/weft.hpp>

#include <string>
#include <vector>

struct seat {
  std::vector<std::string> names;
};
BOOST_DESCRIBE_STRUCT(seat, (), (names))

void json_rules(weft::rules_for<seat>& rules) { rules.range(weft::each(&seat::names), "a", "b"); }
