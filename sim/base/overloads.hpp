/// \file
/// For std::visit: one function out of several, one for each alternative of a variant. An alternative without its own
/// does not compile; so no function here takes `auto`.
#pragma once

namespace hetsched {

template <class... Functions>
struct Overloads : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloads(Functions...) -> Overloads<Functions...>;

}  // namespace hetsched
