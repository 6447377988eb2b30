/// \file
/// A policy that is not trusted with what it is shown: does it leave it as it is?
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "hetsched/policy.hpp"

namespace hetsched {

/// Passes everything through to a policy. If a view is another one after a call than before it, by const_cast or by a
/// write where nothing of the policy's lies, that is a PolicyError which names the part of SystemView.
class ReadOnlyPolicy final : public Policy {
 public:
  /// `name`: of the policy, in errors.
  ReadOnlyPolicy(std::unique_ptr<Policy> policy, std::string name)
      : policy_(std::move(policy)), name_(std::move(name)) {}

  void begin(const SystemView& view) override;
  void decide(const SystemView& view, Decisions& out) override;

 private:
  template <class Call>
  void checked(const char* what, const SystemView& view, const Call& call) const;

  std::unique_ptr<Policy> policy_;
  std::string name_;
};

}  // namespace hetsched
