// EXPECT: check() needs a function without captures
#include <weft/weft.hpp>

struct seat {
  int number = 0;
};
BOOST_DESCRIBE_STRUCT(seat, (), (number))

void json_rules(weft::rules_for<seat>& rules) {
  int most = 9;
  rules.check(
      &seat::number, [most](const int& number) { return number <= most; }, "is too much");
}
