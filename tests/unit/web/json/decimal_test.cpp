#include "web/json/decimal.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cfloat>

namespace {

using weft::detail::is_decimal_multiple;

TEST_CASE("multiples are those of the decimals") {
  struct row {
    double value, step;
    bool is_multiple;
  };
  for (const auto& [value, step, expected] : {
           row{0.3, 0.1, true},
           row{19.99, 0.01, true},
           row{-19.99, 0.01, true},
           row{19.995, 0.01, false},
           row{0, 0.1, true},
           row{-0.0, 7, true},
           row{7, 7, true},
           row{7.5, 2.5, true},
           row{7.5, 2, false},
           row{1, 3, false},
           row{9, 3, true},
           row{1e300, 3, false},
           row{3e300, 3, true},
           row{1e300, 1e-300, true},
           row{1e-300, 1e300, false},
           row{DBL_TRUE_MIN, 1, false},
           row{DBL_MAX, 1, true},
           row{DBL_MAX, DBL_MAX, true},
           row{0.1, 0.30000000000000004, false},
           row{2251799813685249.5, 0.5, true},
           row{2251799813685249.5, 1, false},
           row{1e17, 7e-17, false},
           row{12345678901234567.0, 1e-17, true},
       }) {
    INFO(value << " and " << step);
    CHECK(is_decimal_multiple(value, step) == expected);
  }
}

}  // namespace
