#pragma once

#include "support/models.hpp"

#include <weft/testing/web/app_client.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace weft::test {

/// Calls a function with a client of the app for each way and model: in process under all of them,
/// over a socket under those that serve.
template <class Test>
void with_each_client(app& app, Test test) {
  for (const auto& m : every_model()) {
    INFO("in process, " << m.name);
    testing::app_client client(app, testing::in_process{.model = m.value});
    test(client);
  }
  for (const auto& m : serving_models_with_io()) {
    INFO("over a socket, " << m.name);
    testing::app_client client(app, testing::over_socket{.model = m.value, .io = m.io});
    test(client);
  }
}

/// Only in process, under each model.
template <class Test>
void with_each_model(app& app, Test test) {
  for (const auto& m : every_model()) {
    INFO("in process, " << m.name);
    testing::app_client client(app, testing::in_process{.model = m.value});
    test(client);
  }
}

}  // namespace weft::test
