#pragma once

#include "comparison_result.hpp"

#include <vector>

namespace lab {

/// Judges what was measured by what the models promise. What needs a model that was left out is
/// left out too.
std::vector<verdict> judge_all(const comparison_result& result);

// Names that the runs and the expectations share.
namespace scenario {
inline constexpr const char* json = "json";
inline constexpr const char* orders = "orders";
inline constexpr const char* items = "items";
inline constexpr const char* report = "report";
inline constexpr const char* io = "io";
inline constexpr const char* mix_a = "mix_a";
inline constexpr const char* pinned = "json_pinned";
inline constexpr const char* connections = "connections";
}  // namespace scenario

inline constexpr int gil_threads = 4;
inline constexpr int most_threads = 256;  // of the model `threads`

// Under gil in Mix A, as many as FastAPI's pool has. With few of them, as many heavy requests at
// once leave nobody to answer the light ones: the tail is then that of the pool, not of the GIL.
inline constexpr int gil_pool = 40;

}  // namespace lab
