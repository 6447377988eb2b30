/// \file
/// The program. Everything that is thrown is caught here, and becomes an exit code.

#include "cli/command.hpp"
#include "cli/failure.hpp"
#include "cli/output.hpp"

int main(int argc, char** argv) {
  try {
    const hetsched::ExitCode code = hetsched::run_command_line({argv, argv + argc});
    hetsched::flush_output();
    return static_cast<int>(code);
  } catch (...) {
    return static_cast<int>(hetsched::tell_exception());
  }
}
