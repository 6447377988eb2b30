// Which loads, evictions and starts are legal where memories have a capacity, and what they are called.
#include <doctest/doctest.h>

#include <string>

#include "engine/residency.hpp"
#include "engine/rules.hpp"
#include "support/engine_parts.hpp"

using namespace hetsched;
using namespace hetsched::testing;

namespace {

constexpr MemoryId host = 0_memory, card = 1_memory;
constexpr WeightsId wx = id_of<WeightsId>(0), wy = id_of<WeightsId>(1);

/// x (weights 60 B, output 30 B) and then y (50 B, 10 B) on an accelerator with 140 B; weights come from the host.
contract::Inputs inputs(const std::string& spill) {
  return {
      R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "npu"}], "home": "host",
              "memories": [{"name": "host"}, {"name": "card", "capacity": 140}],
              "links": [{"name": "l", "bandwidth": 1}], "routes": [{"from": "host", "to": "card", "links": ["l"]}],
              "accelerators": [{"name": "a", "kind": "k", "memory": "card"}]})",
      R"({"format": 1, "name": "w", "streams": [{"name": "s", "model": "m", "arrival": {"type": "burst", "count": 1}}]})",
      {{"m", R"({"format": 1, "name": "m", "spill": ")" + spill + R"(", "layers": [
              {"name": "x", "weight_bytes": 60, "output_bytes": 30}, {"name": "y", "weight_bytes": 50, "output_bytes": 10}],
            "costs": [{"layer": "x", "kind": "k", "time": 1}, {"layer": "y", "kind": "k", "time": 1}]})"}}};
}

struct Site : StateParts {
  explicit Site(const std::string& spill = "none") : StateParts(inputs(spill)), residency(tables, state, 1) {
    state.release(0_stream, 0, 0, kNever, false);
  }
  std::string rule(const Decision& d) { return broken_rule(d, state.view(0)); }
  std::string words(const Decision& d) { return in_words(d, state.view(0)); }
  /// Weights are there at once.
  void load(WeightsId weights) {
    residency.reserve_weights(weights, card);
    state.residence(weights, card).presence = Presence::there;
  }
  void run(TaskId task) {
    residency.start({{0_request, task}, 0_accelerator}, 0);
    state.start({0_request, task}, 0_accelerator, VariantId::original, 0, 1);
    if (const WeightsId w = state.view(0).weights_of(state.model_task({0_request, task})); w != WeightsId::none)
      state.residence(w, card).presence = Presence::there;
  }
  void finish(TaskId task) {
    state.finish({0_request, task}, 1, 1);
    residency.finished({0_request, task});
  }
  [[nodiscard]] Bytes used() { return state.view(0).memory_states[card].used; }

  Residency residency;
};

constexpr TaskId x = 0_task, y = 1_task;

}  // namespace

TEST_CASE("loads need room, and weights that are neither there nor on their way") {
  Site site;
  CHECK(site.rule(Load{wx, card}).empty());
  CHECK(site.words(Load{wx, card}) == "load(weights of x of model m, to card)");
  CHECK(site.rule(Load{id_of<WeightsId>(7), card}) == "there are no weights with index 7, only 2");
  CHECK(site.rule(Load{wx, 5_memory}) == "there is no memory with index 5; the platform has 2");
  CHECK(site.rule(Load{wx, host}) == "these weights lie there all the time");
  CHECK(site.words(Load{id_of<WeightsId>(7), 5_memory}) == "load(weights 7, to memory 5)");
  site.load(wx);
  CHECK(site.rule(Load{wx, card}) == "these weights are there already, or on their way");
  site.load(wy);
  CHECK(site.used() == 110);
  site.residency.evict(wy, card);
  CHECK(site.used() == 60);
}

TEST_CASE("weights are evicted if they are there, and nobody uses them") {
  Site site;
  CHECK(site.rule(Evict{wx, card}) == "these weights are not there");
  CHECK(site.words(Evict{wx, card}) == "evict(weights of x of model m, from card)");
  site.run(x);
  CHECK(site.rule(Evict{wx, card}) == "these weights are in use by 1 tasks");
  site.finish(x);
  CHECK(site.rule(Evict{wx, card}).empty());
  CHECK(site.rule(Evict{wx, host}) == "these weights lie there all the time");
}

TEST_CASE("a start takes weights, outputs and copies at once, or does not fit") {
  Site site;
  CHECK(site.state.view(0).needed({0_request, x}, 0_accelerator) == 90);
  site.run(x);
  CHECK(site.used() == 90);
  site.finish(x);
  CHECK(site.used() == 90);
  // y needs 50 and 10; its input lies there already.
  CHECK(site.rule(Start{{0_request, y}, 0_accelerator}) ==
        "it does not fit: it needs 60 B of memory card, where 50 B are free (decorator cache waits for room)");
  CHECK_FALSE(site.state.view(0).can_start({0_request, y}, 0_accelerator));
  site.residency.evict(wx, card);
  CHECK(site.rule(Start{{0_request, y}, 0_accelerator}).empty());
  site.run(y);
  CHECK(site.used() == 90);  // 50, 10 and x's output
  site.finish(y);
  CHECK(site.used() == 60);
  site.residency.request_ended(0_request);
  CHECK(site.used() == 50);
}

TEST_CASE("outputs that are still to be read are given up as the model allows") {
  Site none, any("any");
  for (Site* site : {&none, &any}) {
    CHECK(site->rule(GiveUp{{0_request, x}, card}) == "the task has not finished");
    site->run(x);
    site->finish(x);
    CHECK(site->rule(GiveUp{{0_request, x}, host}) == "no output of the task lies there and is still to be read");
  }
  CHECK(none.rule(GiveUp{{0_request, x}, card}) ==
        "nothing else has a copy, and the model does not allow tasks to run again (its field spill)");
  CHECK(none.rule(GiveUp{{0_request, x}, card, host}) ==
        "the model does not allow outputs to be moved elsewhere (its field spill)");
  CHECK(any.rule(GiveUp{{0_request, x}, card}).empty());
  CHECK(any.rule(GiveUp{{0_request, x}, card, host}).empty());
  CHECK(any.rule(GiveUp{{0_request, x}, card, card}) == "they lie there already");
  CHECK(any.words(GiveUp{{0_request, x}, card, host}) == "give_up(task x of request 0 of stream s, in card, to host)");

  // Given up, x is ready again, and y waits for it; then all is as before.
  any.residency.give_up({0_request, x}, card, 1);
  CHECK(any.used() == 60);
  CHECK(any.state.task({0_request, x}).progress == Progress::ready);
  CHECK(any.state.task({0_request, y}).progress == Progress::waiting);
  CHECK(any.state.task({0_request, y}).missing == 1);
  CHECK(any.state.request(0_request).unfinished == 2);
  any.run(x);
  any.finish(x);
  CHECK(any.used() == 90);
  CHECK(any.state.task({0_request, y}).progress == Progress::ready);
}
