#pragma once

#include <weft/web/app.hpp>

namespace lab {

/// The lab's routes. Nothing in their handlers knows the model they run under.
void add_routes(weft::app& app);

}  // namespace lab
