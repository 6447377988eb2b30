/// \file
/// Static list scheduling: functions from a problem to a plan. Tie rule of all: best key, then lowest task
/// id, then lowest accelerator index, keys compared as in tolerance.hpp. What no accelerator runs, and what
/// needs it, stays unplaced. v tasks, e tensors, p accelerators, r tasks that are ready at once.
///
/// With insertion a task may go into a gap between tasks that are placed already, else only behind the last
/// one. Graphs with several entries or exits are treated as if tasks without cost stood before and behind
/// them.
#pragma once

#include <cstdint>
#include <span>

#include "support/plan_problem.hpp"
#include "support/ranks.hpp"

namespace hetsched::planning {

// ---- An order of tasks, then an accelerator for each (list_ranked.cpp, list_lookahead.cpp)

/// What the accelerator of a task is chosen by: its finish; the task's energy there, then its finish; or
/// energy times the time from when its inputs exist to its finish.
enum class Assign { eft, energy, edp };

struct HeftOptions {
  RankBy rank = RankBy::mean;
  bool insertion = true;
  Assign assign = Assign::eft;
};

/// Decreasing upward rank; each where it finishes first. O(e p + v p log v), with insertion O(v^2 p) at
/// worst.
Plan heft(const Problem& problem, const HeftOptions& options = {});
/// Ready tasks by rank_u + rank_d. Tasks on the critical path (their priority is that of the entry) go to the
/// one accelerator on which all of them together take least time, others where they finish first. If no
/// accelerator runs all of them, it is one that runs most of them.
Plan cpop(const Problem& problem, bool insertion = true);
/// Critical tasks by earliest start, each behind those it needs (smallest latest start first); earliest
/// finish.
Plan hcpt(const Problem& problem, bool insertion = true);
/// The order in which hcpt() places tasks.
std::vector<std::uint32_t> hcpt_order(const Problem& problem);

/// Ready tasks by mean OCT; each where EFT + OCT is least. O(e p^2 + v r).
Plan peft(const Problem& problem, bool insertion = true, Transfer oct_transfer = Transfer::mean);
/// Ready tasks by mean PCT + mean time; non-critical parents of critical tasks where they finish first,
/// others where EFT + CNCT is least.
Plan ipeft(const Problem& problem, bool insertion = true);

/// What is tried before an accelerator is chosen: its children, or all that is left.
enum class Scope { children, full };
/// HEFT's order; each where the last of its children (of all tasks left) would finish first, placed after it
/// in HEFT's order, each where it finishes first. O(v^2 p^2) trials for `full`, O(e p^2) for `children`.
Plan lookahead(const Problem& problem, Scope scope, bool insertion = true);

// ---- A pair of ready task and accelerator at each step, append only (list_ready.cpp)

/// Largest dynamic level SL(t) - max(DRT, available) + average w(t) - w(t,p). O(v r p).
Plan dls(const Problem& problem, Average average = Average::mean);
/// The same plus the descendant term of the child d with the largest tensor:
/// w(d) - min(w(d,p), min_q!=p (c(t,d,p,q) + w(d,q))).
Plan gdl(const Problem& problem, Average average = Average::mean);
/// Earliest start; ties: largest static level. O(v r p).
Plan etf(const Problem& problem);
/// Earliest finish.
Plan eft_ready(const Problem& problem);
/// Graham's: earliest start; ties: first in `order`, which lists every task.
Plan list_in_order(const Problem& problem, std::span<const std::uint32_t> order);

// ---- Batch mode (list_batch.cpp) and immediate mode (list_immediate.cpp), append only unless told

/// The ready task with the least (largest) earliest finish goes where it has that. O(v r p).
Plan min_min(const Problem& problem);
Plan max_min(const Problem& problem);
/// Who would lose most by the second best accelerator goes first. One that only one accelerator runs loses
/// infinitely; among such the least finish goes first.
///  - reeval: one task at a time
///  - pass: in each pass every task asks for its best accelerator, and the one with the largest loss gets it
enum class Sufferage { reeval, pass };
Plan sufferage(const Problem& problem, Sufferage mode = Sufferage::reeval);
/// The shorter one of min_min and max_min.
Plan duplex(const Problem& problem);

/// By id: where it finishes first. O(e p).
Plan mct(const Problem& problem, bool insertion = false);
/// By id: where it takes least time.
Plan met(const Problem& problem, bool insertion = false);
/// By id: on the accelerator that is available first.
Plan olb(const Problem& problem);

}  // namespace hetsched::planning
