#pragma once

namespace CLI {
class App;
}

namespace lab {

/// Adds `lab load` to the program. @param exit_code  set when the command ran
void add_load_command(CLI::App& program, int& exit_code);

}  // namespace lab
