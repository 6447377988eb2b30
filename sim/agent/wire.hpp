/// \file
/// Messages between this program and the Python class hetsched.Env, over two pipes. Both ends are on one
/// machine: numbers are in its byte order. The other end is sim/agent/hetsched/env.py.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hetsched::agent {

/// What this program sends: kind and length of what follows, each of 32 bits.
enum class Message : std::uint32_t {
  hello = 1,    ///< JSON: what is fixed for all episodes
  observe = 2,  ///< numbers: see Observation
  end = 3,      ///< JSON: how the episode ended
  failed = 4,   ///< JSON: {"exit_code", "message"}; the episode, or all of it, is over
};

/// What it receives: one number of 64 bits. Those that are not negative are actions.
enum Request : std::int64_t {
  kWait = -1,
  kAbandon = -2,  ///< the episode ends here
  kReset = -3,    ///< begin an episode; a length of 64 bits and JSON follow
};

class Wire {
 public:
  static constexpr std::int64_t kLongestText = 1 << 20;

  Wire(int in, int out) : in_(in), out_(out) {}

  void send(Message message, std::string_view bytes) const;
  /// False if the other end has gone. Throws an InputError if a text is said to have an impossible length.
  [[nodiscard]] bool receive(std::int64_t& number) const;
  [[nodiscard]] bool receive(std::string& text) const;

 private:
  [[nodiscard]] bool read_exactly(char* to, std::size_t size) const;

  int in_, out_;
};

}  // namespace hetsched::agent
