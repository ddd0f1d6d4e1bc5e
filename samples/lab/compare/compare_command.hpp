#pragma once

namespace CLI {
class App;
}

namespace lab {

/// Adds `lab compare` to the program. @param exit_code  set when the command ran
void add_compare_command(CLI::App& program, int& exit_code);

}  // namespace lab
