#include "study/experiment.hpp"

namespace hetsched {

Setting parse_setting(std::string_view text, Problems& problems) {
  const auto equals = text.find('=');
  const std::string origin = "--set " + std::string(text);
  if (equals == std::string_view::npos || equals == 0) {
    problems.add("--set", "",
                 in_quotes(text) + " is not of the form path=value, as in seed=2 or " +
                     "workload.streams.camera.arrival.rate=30");
    return {};
  }
  return {std::string(trimmed(text.substr(0, equals))), std::string(trimmed(text.substr(equals + 1))),
          origin};
}

}  // namespace hetsched
