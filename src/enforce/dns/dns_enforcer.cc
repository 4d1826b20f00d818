#include "enforce/dns/dns_enforcer.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/fail.h"

namespace tocsin {
namespace {

bool is_for(const Standing& standing, const MovableName& name) {
  return standing.decision.redirect_to == name.when;
}

bool stands_for(const StandingDecisions& all, const MovableName& name) {
  return std::ranges::any_of(all.all(),
                             [&name](const auto& each) { return is_for(each.second, name); });
}

// Trying again at once may help.
bool is_passing(const Error& error) {
  return error.code() == ErrorCode::kTimeout || error.code() == ErrorCode::kUnavailable;
}

void name_decisions(const MovableName& name, const std::string& why, const StandingChange& change,
                    const StandingDecisions& all, std::map<std::uint64_t, std::string>& failed) {
  const auto add = [&](const Standing& standing) {
    if (is_for(standing, name) && failed.size() < DnsEnforcer::kFailedMax) {
      failed.emplace(standing.decision.id, why);
    }
  };
  for (const auto& [id, standing] : all.all()) {
    add(standing);
  }
  std::ranges::for_each(change.removed, add);
}

}  // namespace

DnsEnforcer::DnsEnforcer(DnsZone& zone, const std::vector<MovableName>& names, Span look_every,
                         Log& log)
    : zone_(zone), look_every_(look_every), log_(log) {
  for (const MovableName& name : names) {
    Place place;
    place.name = name;
    places_.push_back(std::move(place));
  }
}

Error DnsEnforcer::changed(Place& place, const DnsRecords& seen) {
  if (place.strange != seen || place.fault.empty()) {
    ++changed_by_others_;
    place.strange = seen;
  }
  return fail(
      ErrorCode::kConflict,
      "{} holds {}, neither its normal nor its moved records: somebody else changed it, and "
      "nothing of it is touched ({} such changes so far)",
      place.name.name, dns_records_text(seen), changed_by_others_);
}

Status DnsEnforcer::bring(Place& place) {
  const MovableName& name = place.name;
  const DnsRecords& to = place.wanted_moved ? name.moved : name.normal;
  const DnsRecords& from = place.wanted_moved ? name.normal : name.moved;
  TRY_ASSIGN(const DnsRecords before, zone_.look(name.name));
  if (before == to) {
    return {};
  }
  if (before != from) {
    return changed(place, before);
  }
  TRY_ASSIGN(const DnsZone::Replaced replaced, zone_.replace(name.name, from, to, name.ttl));
  TRY_ASSIGN(const DnsRecords after, zone_.look(name.name));
  if (after == to) {
    ++updates_;
    log_.info("{} is {}: {}", name.name, place.wanted_moved ? "moved" : "moved back",
              dns_records_text(to));
    return {};
  }
  if (replaced == DnsZone::Replaced::kOtherwise && after == from) {
    return fail(ErrorCode::kConflict,
                "{} has records of other types beside (such as MX or TXT), so it cannot become {}",
                name.name, dns_records_text(to));
  }
  return changed(place, after);
}

bool DnsEnforcer::note(Place& place, const Status& done) {
  if (done) {
    if (!place.fault.empty()) {
      log_.info("{} is as it should be again", place.name.name);
    }
    place.tries = 0;
    place.fault.clear();
    return false;
  }
  if (is_passing(done.error()) && ++place.tries < kTriesMax) {
    return false;
  }
  const bool is_news = place.fault != done.error().full_text();
  place.fault = done.error().full_text();
  if (is_news) {
    log_.warning("{}", place.fault);
  }
  return is_news;
}

Status DnsEnforcer::bring_all(const std::vector<Place*>& places, const StandingChange& change,
                              const StandingDecisions& all, Applied& applied) {
  std::map<std::uint64_t, std::string> failed;
  std::optional<Error> silent;  // without an answer for one name, the others are not asked about
  bool again = false;
  for (Place* place : places) {
    place->wanted_moved = stands_for(all, place->name);
    const Status done = silent ? Status(*silent) : bring(*place);
    note(*place, done);
    if (done) {
      continue;
    }
    if (is_passing(done.error())) {
      silent = done.error();
      if (place->tries < kTriesMax) {
        again = true;
        continue;
      }
    }
    name_decisions(place->name, place->fault, change, all, failed);
  }
  if (again) {
    return *silent;
  }
  for (auto& [id, why] : failed) {
    applied.failed.push_back({id, std::move(why)});
  }
  return {};
}

Result<Enforcer::Applied> DnsEnforcer::apply(const StandingChange& change,
                                             const StandingDecisions& all, Span now) {
  static_cast<void>(now);
  std::vector<Place*> touched;
  for (Place& place : places_) {
    const auto is_about = [&](const Standing& standing) { return is_for(standing, place.name); };
    if (std::ranges::any_of(change.added, is_about) ||
        std::ranges::any_of(change.removed, is_about)) {
      touched.push_back(&place);
    }
  }
  Applied applied;
  TRY(bring_all(touched, change, all, applied));
  return applied;
}

Result<Enforcer::Applied> DnsEnforcer::restore(const StandingDecisions& all, Span now) {
  next_look_ = Span(now.value + look_every_.value);
  std::vector<Place*> everything;
  for (Place& place : places_) {
    everything.push_back(&place);
  }
  Applied applied;
  TRY(bring_all(everything, {}, all, applied));
  return applied;
}

Result<bool> DnsEnforcer::tend(Span now) {
  if (now < next_look_) {
    return false;
  }
  next_look_ = Span(now.value + look_every_.value);
  bool is_to_be_told = false;
  std::optional<Error> silent;
  for (Place& place : places_) {
    const Status done = silent ? Status(*silent) : bring(place);
    if (!done && is_passing(done.error())) {
      silent = done.error();
    }
    is_to_be_told = note(place, done) && place.wanted_moved ? true : is_to_be_told;
  }
  return is_to_be_told;
}

std::vector<EnforcedCount> DnsEnforcer::take_counts() {
  if (updates_ == 0) {
    return {};
  }
  EnforcedCount count;
  count.requests = std::exchange(updates_, 0);
  return {count};
}

Status DnsEnforcer::withdraw() {
  Status first;
  for (Place& place : places_) {
    place.wanted_moved = false;
    const Status done = bring(place);
    if (!done && first) {
      first = done.error();
    }
  }
  return first;
}

}  // namespace tocsin
