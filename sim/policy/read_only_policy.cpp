#include "policy/read_only_policy.hpp"

#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/errors.hpp"
#include "hetsched/members.hpp"

namespace hetsched {
namespace {

/// Of all that can be reached from what is added: members, not bytes, as between members there may be anything.
class Fingerprint {
 public:
  [[nodiscard]] std::uint64_t value() const { return value_; }

  void add(double number) { mix(std::bit_cast<std::uint64_t>(number)); }
  void add(std::string_view text) {
    span(text);
    for (const char c : text) mix(static_cast<unsigned char>(c));
  }
  template <class T>
  requires std::is_integral_v<T> || std::is_enum_v<T>
  void add(T value) { mix(static_cast<std::uint64_t>(value)); }
  void add(const CoRunModel* model) { mix(reinterpret_cast<std::uintptr_t>(model)); }
  template <class T, std::size_t N>
  void add(std::span<T, N> all) {
    span(all);
    for (const auto& each : all) add(each);
  }
  template <class Id, class T>
  void add(IdSpan<Id, T> all) {
    add(all.all());
  }
  template <class S>
  requires requires { Members<S>::kName; }
  void add(const S& s) {
    for_each_member<S>([&](const char*, auto member) { add(s.*member); });
  }
  /// Of a place that is free only what lies in it: what that refers to may be gone.
  void add(const SystemView& view, IdSpan<RequestRef, const Request> requests) {
    std::vector<bool> readable;
    for (const Request& request : requests) readable.push_back(request.live);
    for (const Event& event : view.events)  // of requests that have just ended
      if (requests.contains(event.task.request)) readable[index_of(event.task.request)] = true;
    span(requests.all());
    for (const RequestRef r : requests.ids()) {
      Request request = requests[r];
      if (!readable[index_of(r)]) {
        span(request.tasks.all());
        span(request.replicas);
        request.tasks = {};
        request.replicas = {};
      }
      add(request);
    }
  }

 private:
  template <class Span>
  void span(const Span& all) {
    mix(reinterpret_cast<std::uintptr_t>(all.data()));
    mix(all.size());
  }
  void mix(std::uint64_t word) {
    value_ = (value_ ^ word) * 0x9E3779B97F4A7C15u;
    value_ ^= value_ >> 32;
  }

  std::uint64_t value_ = 0;
};

/// Of each part of a view, in order.
std::vector<std::uint64_t> fingerprints(const SystemView& view) {
  std::vector<std::uint64_t> all;
  for_each_member<SystemView>([&](const char*, auto member) {
    Fingerprint print;
    if constexpr (std::is_same_v<decltype(member), decltype(&SystemView::requests)>)
      print.add(view, view.*member);
    else
      print.add(view.*member);
    all.push_back(print.value());
  });
  return all;
}

}  // namespace

template <class Call>
void ReadOnlyPolicy::checked(const char* what, const SystemView& view, const Call& call) const {
  const double now = view.now;
  const std::vector<std::uint64_t> before = fingerprints(view);
  call();
  const std::vector<std::uint64_t> after = fingerprints(view);
  if (before == after) return;
  std::string changed;
  std::size_t part = 0;
  for_each_member<SystemView>([&](const char* name, auto) {
    if (before[part] != after[part]) changed += (changed.empty() ? "" : ", ") + std::string(name);
    ++part;
  });
  throw PolicyError(name_, now, what, "it changed the view, which is read only: " + changed);
}

void ReadOnlyPolicy::begin(const SystemView& view) {
  checked("begin()", view, [&] { policy_->begin(view); });
}

void ReadOnlyPolicy::decide(const SystemView& view, Decisions& out) {
  checked("decide()", view, [&] { policy_->decide(view, out); });
}

}  // namespace hetsched
