#include "cli/failure.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <new>
#include <string>
#include <string_view>

#include "base/text.hpp"

namespace hetsched {
namespace {

/// Prints each line of a message with the program's name.
ExitCode fail(ExitCode code, std::string_view message) {
  std::fflush(stdout);
  while (!message.empty()) {
    const std::string_view line = message.substr(0, message.find('\n'));
    std::fprintf(stderr, "hetsched: %s\n", visible(line).c_str());
    message.remove_prefix(std::min(line.size() + 1, message.size()));
  }
  if (code == ExitCode::internal) std::_Exit(static_cast<int>(code));
  return code;
}

ExitCode fail_with_bug(std::string_view what) {
  return fail(ExitCode::internal, "internal error: " + std::string(what) +
                                      "\nThis is a bug of hetsched, not of your files. Please report the command, "
                                      "its files and this message.");
}

}  // namespace

ExitCode tell_exception() {
  try {
    throw;
  } catch (const InputError& error) {
    return fail(ExitCode::input, error.what());
  } catch (const PolicyError& error) {
    return fail(ExitCode::policy, error.what());
  } catch (const std::filesystem::filesystem_error& error) {  // no permission, a loop of links, a name too long
    return fail(ExitCode::input, error.path1().string() + ": " + error.code().message());
  } catch (const std::bad_alloc&) {
    return fail(ExitCode::internal, "out of memory");
  } catch (const std::exception& error) {
    return fail_with_bug(error.what());
  } catch (...) {
    return fail_with_bug("unknown exception");
  }
}

}  // namespace hetsched
