#pragma once

#include <catch2/catch_test_macros.hpp>

#include "support/models.hpp"

namespace weft::test {

/// Runs the task that `test` makes under each model that serves, with each kind of I/O.
template <class Test>
void under_each_model(Test test) {
  for (const auto& m : serving_models_with_io()) {
    CAPTURE(m.name);
    run_under(m, test());
  }
}

}  // namespace weft::test
