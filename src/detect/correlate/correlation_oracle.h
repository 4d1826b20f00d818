// For tests only: correlations as they are meant, slowly. It keeps every event and looks at every
// window anew; what the Correlator must find is what this finds. One correlation of plain rules;
// the clock of reception stands still (no timers).
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "detect/sigma/correlation.h"
#include "model/finding.h"

namespace tocsin {

struct OracleEvent {
  Micros time;
  Seq seq;
  std::size_t input = 0;
  std::string key;
  double number = 0;  // of value_*: also the identity of a value
};

struct OracleFinding {
  std::string key;
  Seq seq;
  Micros time;
  Micros first;
  std::uint64_t count = 0;

  auto operator<=>(const OracleFinding&) const = default;
};

class CorrelationOracle {
 public:
  CorrelationOracle(const sigma::Correlation& correlation, Span lateness)
      : rule_(correlation), lateness_(lateness) {}

  void take(const OracleEvent& event) {
    Group& live = groups_[event.key + "/live"];
    if (!is_too_late(live, event)) {
      take(live, event);
      return;
    }
    Group& history = groups_[event.key + "/history"];
    if (is_too_late(history, event)) {
      history = {};
    }
    take(history, event);
  }

  void finish() {
    for (auto& [name, group] : groups_) {
      if (waits()) {
        while (!group.events.empty()) {
          end_window(group);
        }
      } else {
        tell_rest(group, 0);
      }
    }
  }

  std::vector<OracleFinding> findings;

 private:
  using Events = std::vector<OracleEvent>;

  struct Group {
    Events events;  // by time, then arrival
    std::uint64_t untold = 0;
    bool had_episode = false;
    bool is_open = false;
    Micros first, last_true, last_told, newest;
    std::uint64_t in_episode = 0;
    std::uint64_t told_at = 0;
    Seq newest_seq;
  };

  bool absent() const {
    return rule_.type == sigma::CorrelationType::kTemporal && has_not(rule_.condition);
  }
  bool waits() const {
    const bool counts = rule_.type == sigma::CorrelationType::kEventCount ||
                        rule_.type == sigma::CorrelationType::kValueCount;
    return absent() || (counts && !rule_.bounds.is_monotone());
  }
  bool is_too_late(const Group& group, const OracleEvent& event) const {
    return !group.events.empty() &&
           event.time < group.events.back().time - rule_.timespan - lateness_;
  }

  void take(Group& group, const OracleEvent& event) {
    if (group.had_episode && !group.is_open && event.time <= group.last_true) {
      return;
    }
    ++group.untold;
    const bool late = !group.events.empty() && event.time < group.events.back().time;
    const auto place = std::ranges::upper_bound(group.events, event.time, {}, &OracleEvent::time);
    const auto at = static_cast<std::size_t>(place - group.events.begin());
    group.events.insert(place, event);
    if (waits()) {
      while (!group.events.empty() &&
             group.events.back().time > group.events.front().time + rule_.timespan + lateness_) {
        end_window(group);
      }
      return;
    }
    slide(group, event, at, late);
    std::erase_if(group.events, [&](const OracleEvent& e) {
      return e.time < group.events.back().time - rule_.timespan - lateness_;
    });
  }

  // The events from which the window that ends with the event at `end` is made.
  Events window(const Group& group, std::size_t end) const {
    Events inside;
    for (std::size_t i = 0; i <= end; ++i) {
      if (group.events[i].time >= group.events[end].time - rule_.timespan) {
        inside.push_back(group.events[i]);
      }
    }
    return inside;
  }

  void slide(Group& group, const OracleEvent& event, std::size_t at, bool late) {
    if (group.is_open && event.time <= group.last_true) {
      ++group.in_episode;
      group.newest_seq = std::max(group.newest_seq, event.seq);
      group.first = std::min(group.first, event.time);
      go_on(group, event);
      return;
    }
    std::optional<Events> found;
    const std::size_t last = late ? group.events.size() - 1 : at;
    for (std::size_t end = at; end <= last && !found; ++end) {
      if (group.events[end].time <= event.time + rule_.timespan && holds(window(group, end))) {
        found = window(group, end);
      }
    }
    if (group.is_open && event.time > group.last_true + rule_.timespan) {
      tell_rest(group, 1);
      group.is_open = false;
    }
    if (!group.is_open) {
      if (found) {
        open(group, *found, event);
      }
      return;
    }
    ++group.in_episode;
    group.newest = std::max(group.newest, event.time);
    group.newest_seq = std::max(group.newest_seq, event.seq);
    if (found) {
      group.first = std::min(group.first, event.time);
      group.last_true = std::max(group.last_true, event.time);
      go_on(group, event);
    }
  }

  void open(Group& group, const Events& inside, const OracleEvent& event) {
    group.untold = std::min<std::uint64_t>(group.untold, inside.size());
    group.had_episode = group.is_open = true;
    group.first = inside.front().time;
    group.last_true = group.last_told = group.newest = event.time;
    group.newest_seq = event.seq;
    group.in_episode = group.told_at = inside.size();
    tell(group, event);
  }

  void go_on(Group& group, const OracleEvent& event) {
    if (group.in_episode >= 2 * group.told_at || event.time >= group.last_told + rule_.timespan) {
      group.last_told = std::max(group.last_told, event.time);
      group.told_at = group.in_episode;
      tell(group, event);
    }
  }

  void tell(Group& group, const OracleEvent& event) {
    findings.push_back(
        {event.key, event.seq, event.time, group.first, std::max<std::uint64_t>(1, group.untold)});
    group.untold = 0;
  }

  void tell_rest(Group& group, std::uint64_t later) {
    if (group.is_open && group.untold > later) {
      findings.push_back({group.events.front().key, group.newest_seq, group.newest, group.first,
                          group.untold - later});
      group.untold = later;
    }
  }

  void end_window(Group& group) {
    Events inside;
    for (const OracleEvent& event : group.events) {
      if (event.time <= group.events.front().time + rule_.timespan) {
        inside.push_back(event);
      }
    }
    const bool true_now = holds(inside);
    if (true_now) {
      findings.push_back({inside.back().key, inside.back().seq, inside.back().time,
                          inside.front().time, inside.size()});
    }
    const auto at_first = static_cast<std::size_t>(std::ranges::count(
        inside, inside.front().time, [](const OracleEvent& event) { return event.time; }));
    const std::size_t gone = true_now || !absent() ? inside.size() : at_first;
    group.events.erase(group.events.begin(),
                       group.events.begin() + static_cast<std::ptrdiff_t>(gone));
  }

  bool holds(const Events& inside) const {
    switch (rule_.type) {
      case sigma::CorrelationType::kEventCount:
        return rule_.bounds.holds(static_cast<double>(inside.size()));
      case sigma::CorrelationType::kTemporalOrdered:
        return inside.back().input + 1 == rule_.inputs.size() &&
               in_order(inside, inside.size() - 1, rule_.inputs.size() - 1);
      case sigma::CorrelationType::kTemporal: {
        std::set<std::size_t> inputs;
        for (const OracleEvent& event : inside) {
          inputs.insert(event.input);
        }
        return rule_.bounds.has_lowest ? rule_.bounds.holds(static_cast<double>(inputs.size()))
                                       : holds(rule_.condition, inputs);
      }
      default:
        return rule_.bounds.holds(measure(inside));
    }
  }

  static bool holds(const sigma::Node& node, const std::set<std::size_t>& inputs) {
    const auto child_holds = [&](const sigma::Node& child) { return holds(child, inputs); };
    switch (node.kind) {
      case sigma::NodeKind::kAtom:
        return inputs.contains(node.atom);
      case sigma::NodeKind::kAnd:
        return std::ranges::all_of(node.children, child_holds);
      case sigma::NodeKind::kOr:
        return std::ranges::any_of(node.children, child_holds);
      case sigma::NodeKind::kNot:
        return !child_holds(node.children[0]);
    }
    return false;
  }

  // Whether steps 0 … `step` happened one after the other, `step` by the event at `last`.
  static bool in_order(const Events& inside, std::size_t last, std::size_t step) {
    if (step == 0) {
      return true;
    }
    for (std::size_t i = 0; i < last; ++i) {
      if (inside[i].input + 1 == step + 0 && inside[i].seq != inside[last].seq &&
          in_order(inside, i, step - 1)) {
        return true;
      }
    }
    return false;
  }

  double measure(const Events& inside) const {
    std::multiset<double> sorted;
    double sum = 0;
    for (const OracleEvent& event : inside) {
      sorted.insert(event.number);
      sum += event.number;
    }
    const std::vector<double> numbers(sorted.begin(), sorted.end());
    switch (rule_.type) {
      case sigma::CorrelationType::kValueCount:
        return static_cast<double>(std::set<double>(sorted.begin(), sorted.end()).size());
      case sigma::CorrelationType::kValueSum:
        return sum;
      case sigma::CorrelationType::kValueAverage:
        return sum / static_cast<double>(inside.size());
      default: {
        const double rank = rule_.percentile / 100 * static_cast<double>(numbers.size() - 1);
        const auto below = static_cast<std::size_t>(rank);
        const std::size_t above = std::min(below + 1, numbers.size() - 1);
        return numbers[below] + (rank - std::floor(rank)) * (numbers[above] - numbers[below]);
      }
    }
  }

  const sigma::Correlation& rule_;
  const Span lateness_;
  std::map<std::string, Group> groups_;
};

}  // namespace tocsin
