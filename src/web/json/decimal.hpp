#pragma once

namespace weft::detail {

/// Whether a number is a multiple of another, both taken for the shortest decimal that names them:
/// 0.3 is a multiple of 0.1, though the doubles of these names are not.
/// @param step  above 0, both finite
bool is_decimal_multiple(double value, double step);

}  // namespace weft::detail
