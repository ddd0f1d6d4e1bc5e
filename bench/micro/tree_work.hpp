#pragma once

#include "chain.hpp"
#include "trial.hpp"

#include <cstdint>

// The parts of the recursive cases that no library takes part in.
namespace micro {

// The parallel sum: ten million steps in pieces of ten thousand.
inline constexpr std::uint64_t pieces = 1'000;
inline constexpr std::uint64_t piece_steps = 10'000;

/// Small enough that the sum of all pieces is exact as a JSON number.
constexpr std::uint64_t piece_value(std::uint64_t piece) { return chain(piece, piece_steps) >> 32; }

inline constexpr unsigned fib_of = 30;

constexpr std::uint64_t plain_fib(unsigned n) {
  return n < 2 ? n : plain_fib(n - 1) + plain_fib(n - 2);
}

// Skynet: a tree of tasks, ten children each; a million leaves whose numbers are added up.
inline constexpr std::uint64_t skynet_leaves = 1'000'000;
inline constexpr std::uint64_t skynet_children = 10;

inline std::uint64_t expect_sum(const trial&) {
  std::uint64_t sum = 0;
  for (std::uint64_t piece = 0; piece < pieces; ++piece) sum += piece_value(piece);
  return sum;
}
inline std::uint64_t expect_fib(const trial&) { return plain_fib(fib_of); }
inline std::uint64_t expect_skynet(const trial&) { return triangle(skynet_leaves); }

}  // namespace micro
