/// \file
/// A future for a policy that wants to know it.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "hetsched/policy.hpp"

namespace hetsched::testing {

/// Tells a policy a future, by time, true or not.
class Seer final : public Policy {
 public:
  Seer(std::unique_ptr<Policy> inner, std::vector<FutureRequest> future)
      : inner_(std::move(inner)), future_(std::move(future)) {}

  void begin(const SystemView& view) override { inner_->begin(seen(view)); }
  void decide(const SystemView& view, Decisions& out) override { inner_->decide(seen(view), out); }

 private:
  SystemView seen(const SystemView& view) const {
    SystemView more = view;
    const auto first =
        std::find_if(future_.begin(), future_.end(), [&](const FutureRequest& f) { return f.arrival >= view.now; });
    more.future = std::span(future_).subspan(static_cast<std::size_t>(first - future_.begin()));
    return more;
  }

  std::unique_ptr<Policy> inner_;
  std::vector<FutureRequest> future_;
};

}  // namespace hetsched::testing
