#include "api/decision_feed.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "api/lapi/bouncer_names.h"
#include "api/parameters.h"
#include "base/fail.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

constexpr auto kTick = std::chrono::milliseconds(250);  // for waits that are over
constexpr std::size_t kNameBytesMax = 100;

std::optional<std::uint64_t> number_of(std::string_view text, int base) {
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return fault == std::errc() && end == text.data() + text.size() ? std::optional(value)
                                                                  : std::nullopt;
}

}  // namespace

void write_feed_decision(JsonWriter& json, const PackedDecision& decision, Span left,
                         Micros until) {
  const DecisionContext& context = decision.context();
  json.begin_object();
  json.member("id", decision.id()).member("kind", decision_kind_name(decision.kind()));
  if (!context.custom.empty()) {
    json.member("custom", context.custom);
  }
  json.member("scope", scope_kind_name(decision.scope())).member("value", decision.value());
  json.member("left_ms", left.value / kMicrosPerMilli).member("until", iso_time(until));
  json.member("reason", decision.reason()).member("rule", context.rule_title);
  json.member("origin", context.origin);
  if (context.rate) {
    json.member("rate", throttle_rate_text(*context.rate));
  }
  if (!context.redirect_to.empty()) {
    json.member("redirect_to", context.redirect_to);
  }
  json.end_object();
}

DecisionFeed::DecisionFeed(DecisionBook& book, ReceiptBook& receipts, Clock& clock,
                           std::uint64_t run_id)
    : book_(book), receipts_(receipts), clock_(clock), run_id_(run_id) {
  book_.add_listener([bell = bell_](std::span<const DecisionChange>) {
    const MutexLock lock(bell->mutex);
    ++bell->rings;
    bell->rung.notify_all();
  });
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

// "RUN.CHANGE" or, within a listing, "RUN.CHANGE.AFTER".
DecisionFeed::Cursor DecisionFeed::parse_cursor(std::string_view text) const {
  const std::vector<std::string_view> parts = split(text, '.');
  if (parts.size() < 2 || number_of(parts[0], 16) != run_id_) {
    return {};
  }
  const auto change = number_of(parts[1], 10);
  const auto after = parts.size() == 3 ? number_of(parts[2], 10) : std::nullopt;
  if (!change || parts.size() > 3 || (parts.size() == 3 && !after)) {
    return {};
  }
  return {*change, after.value_or(0), parts.size() == 3};
}

std::string DecisionFeed::cursor_text(const Cursor& cursor) const {
  return cursor.listing ? fmt::format("{:x}.{}.{}", run_id_, cursor.change, cursor.after)
                        : fmt::format("{:x}.{}", run_id_, cursor.change);
}

std::string DecisionFeed::listing_page(const Cursor& cursor, std::uint64_t& through) {
  const std::shared_ptr<const DecisionSnapshot> snapshot = book_.active();
  const Micros now = book_.now();
  const bool first = cursor.after == 0;
  Cursor next{first ? snapshot->cursor() : cursor.change, cursor.after, false};
  std::size_t n = 0;
  JsonWriter json;
  json.begin_object().key("added").begin_array();
  snapshot->for_each(
      [&](const PackedDecision& decision) {
        if (n >= kPageMax) {
          next.listing = true;
          return;
        }
        ++n;
        next.after = decision.id();
        if (decision.until() > now) {
          write_feed_decision(json, decision, decision.until() - now,
                              decision.until() + book_.wall_offset());
        }
      },
      cursor.after);
  through = next.listing ? 0 : snapshot->highest_id();
  json.end_array().key("removed").begin_array().end_array();
  json.member("full", true).member("first_page", first).member("more", next.listing);
  json.member("through", through).member("cursor", cursor_text(next)).end_object();
  return json.take();
}

std::optional<std::string> DecisionFeed::changes(const Cursor& cursor, std::uint64_t& through) {
  const std::shared_ptr<const DecisionSnapshot> snapshot = book_.active();
  const std::optional<DecisionChanges> some = book_.changes_since(cursor.change);
  if (!some) {
    return listing_page({}, through);
  }
  if (some->changes.empty()) {
    return std::nullopt;
  }
  const Micros now = book_.now();
  const bool more = some->cursor < snapshot->cursor();
  std::uint64_t told = 0;
  JsonWriter json;
  json.begin_object().key("added").begin_array();
  for (const DecisionChange& change : some->changes) {
    told = change.added ? std::max(told, change.decision->id()) : told;
    if (change.added && change.decision->until() > now) {
      write_feed_decision(json, *change.decision, change.decision->until() - now,
                          change.decision->until() + book_.wall_offset());
    }
  }
  json.end_array().key("removed").begin_array();
  for (const DecisionChange& change : some->changes) {
    if (!change.added) {
      json.value(change.decision->id());
    }
  }
  through = more ? told : std::max(told, snapshot->highest_id());
  json.end_array().member("more", more).member("through", through);
  json.member("cursor", cursor_text({some->cursor, 0, false})).end_object();
  return json.take();
}

std::optional<std::string> DecisionFeed::news(const Cursor& cursor, std::uint64_t& through) {
  return cursor.listing ? listing_page(cursor, through) : changes(cursor, through);
}

std::string DecisionFeed::nothing(const Cursor& cursor) {
  JsonWriter json;
  json.begin_object().key("added").begin_array().end_array().key("removed").begin_array();
  json.end_array().member("more", false).member("through", 0);
  json.member("cursor", cursor_text(cursor)).end_object();
  return json.take();
}

Sighting DecisionFeed::sighting_of(const Call& call, const std::string& enforcer) {
  constexpr std::string_view kOurs = "tocsin-enforce-";
  BouncerAgent agent = parse_bouncer_agent(call.request.header("User-Agent"));
  if (agent.type.starts_with(kOurs)) {
    agent.type.erase(0, kOurs.size());
  }
  Sighting sighting;
  sighting.name = enforcer;
  sighting.kind = std::move(agent.type);
  sighting.version = std::move(agent.version);
  sighting.address = call.request.peer_ip;
  sighting.key_id = call.who.key_id;
  return sighting;
}

void DecisionFeed::answer(Call& call, const std::string& enforcer, std::string body,
                          std::uint64_t through) {
  HttpResponse response = HttpResponse::json(200, std::move(body));
  if (through > 0) {
    Sighting given = sighting_of(call, enforcer);
    given.through = through;
    given.afterwards = true;
    response.on_written = [this, given = std::move(given)] { receipts_.heard(given); };
  }
  call.answer(std::move(response));
}

void DecisionFeed::take(Call call) {
  const auto given = Parameters::of_query(call.request, {"cursor", "wait", "enforcer"});
  if (!given) {
    call.refuse(given.error());
    return;
  }
  const auto wait_text = given->text("wait");
  const std::optional<Span> wait =
      wait_text && *wait_text ? parse_span(**wait_text) : std::optional(Span(0));
  if (!wait) {
    call.refuse(
        fail(ErrorCode::kInvalid, "wait is no span such as 20s: {}", (*wait_text)->substr(0, 32)));
    return;
  }
  const auto named = given->text("enforcer");
  const auto cursor_given = given->text("cursor");
  std::string enforcer = named && *named ? (*named)->substr(0, kNameBytesMax) : call.who.name;
  const Cursor cursor = parse_cursor(cursor_given && *cursor_given ? **cursor_given : "");
  receipts_.heard(sighting_of(call, enforcer));
  std::uint64_t through = 0;
  if (std::optional<std::string> body = news(cursor, through)) {
    answer(call, enforcer, *std::move(body), through);
    return;
  }
  {
    const MutexLock lock(mutex_);
    if (!stopped_ && waiting_.size() < kWaitingMax && wait->value > 0) {
      const Span until(clock_.since_boot().value + std::min(wait->value, kWaitMax.value));
      waiting_.push_back({std::move(call), std::move(enforcer), cursor, until});
      const MutexLock ring(bell_->mutex);
      ++bell_->rings;  // look at it once: something may have come since news()
      bell_->rung.notify_all();
      return;
    }
  }
  answer(call, enforcer, nothing(cursor), 0);
}

std::list<DecisionFeed::Waiting> DecisionFeed::take_due(bool all) {
  const Span now = clock_.since_boot();
  std::list<Waiting> due;
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    const auto here = at++;
    if (all || here->until <= now || here->call.responder.abandoned()) {
      due.splice(due.end(), waiting_, here);
    }
  }
  return due;
}

void DecisionFeed::run(const std::stop_token& stop) {
  std::uint64_t heard = 0;
  while (!stop.stop_requested()) {
    bool rang = false;
    {
      std::unique_lock lock(bell_->mutex);
      rang = bell_->rung.wait_for(lock, stop, kTick, [&] { return bell_->rings != heard; });
      heard = bell_->rings;
    }
    std::list<Waiting> due;
    {
      const MutexLock lock(mutex_);
      due = take_due(rang);
    }
    const Span now = clock_.since_boot();
    for (auto at = due.begin(); at != due.end();) {
      const auto here = at++;
      std::uint64_t through = 0;
      std::optional<std::string> body = rang ? news(here->cursor, through) : std::nullopt;
      if (!body && here->until > now && !here->call.responder.abandoned()) {
        const MutexLock lock(mutex_);
        waiting_.splice(waiting_.end(), due, here);
        continue;
      }
      answer(here->call, here->enforcer, body ? *std::move(body) : nothing(here->cursor), through);
    }
  }
}

void DecisionFeed::stop() {
  std::list<Waiting> left;
  {
    const MutexLock lock(mutex_);
    stopped_ = true;
  }
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  {
    const MutexLock lock(mutex_);
    left = std::move(waiting_);
  }
  for (Waiting& each : left) {
    answer(each.call, each.enforcer, nothing(each.cursor), 0);
  }
}

}  // namespace tocsin
