#include "cli/decision_report.h"

#include <functional>
#include <vector>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/time_text.h"
#include "cli/event_line.h"
#include "cli/terminal.h"

namespace tocsin {
namespace {

using simdjson::dom::object;

// Parses `body` and hands on the object in it, or prints it whole.
Status with_object(const std::string& body, bool json, const std::function<Status(object)>& show) {
  if (json) {
    fmt::print("{}\n", body);
    return {};
  }
  simdjson::dom::parser parser;
  object root;
  if (parser.parse(simdjson::padded_string(body)).get(root) != simdjson::SUCCESS) {
    return Error(ErrorCode::kUnavailable, "the server's answer is not JSON");
  }
  return show(root);
}

std::string member(object from, std::string_view name) {
  simdjson::dom::element value;
  return from[name].get(value) == simdjson::SUCCESS ? cell_text(value) : std::string();
}

std::int64_t number(object from, std::string_view name) {
  std::int64_t value = 0;
  return from[name].get(value) == simdjson::SUCCESS ? value : 0;
}

void each(object from, std::string_view name, const std::function<void(object)>& take) {
  simdjson::dom::array array;
  if (from[name].get(array) != simdjson::SUCCESS) {
    return;
  }
  for (const simdjson::dom::element element : array) {
    object one;
    if (element.get(one) == simdjson::SUCCESS) {
      take(one);
    }
  }
}

std::string texts(object from, std::string_view name) {
  std::string all;
  simdjson::dom::array array;
  if (from[name].get(array) == simdjson::SUCCESS) {
    for (const simdjson::dom::element element : array) {
      all += (all.empty() ? "" : ", ") + cell_text(element);
    }
  }
  return all;
}

void print_table(const TextTable& table, std::string_view none) {
  if (table.empty()) {
    fmt::print("{}\n", none);
  } else {
    fmt::print("{}", table.render(terminal_width()));
  }
}

// "2026-11-23T14:00:00.000000Z" → "11-23 14:00:00"
std::string short_time(const std::string& iso) {
  return iso.size() < 19 ? iso : iso.substr(5, 5) + " " + iso.substr(11, 8);
}

}  // namespace

Status print_decisions(const std::string& body, bool json) {
  return with_object(body, json, [](object root) -> Status {
    TextTable table({"ID", "KIND", "ABOUT", "LEFT", "REASON", "BY", "STATE"});
    each(root, "decisions", [&](object d) {
      object lifted;
      const bool ended = d["lifted"].get(lifted) == simdjson::SUCCESS;
      table.add({member(d, "id"), member(d, "kind"), member(d, "value"),
                 span_text(span_s(number(d, "remaining_s"))), member(d, "reason"),
                 member(d, "decided_by"),
                 ended                            ? member(lifted, "cause")
                 : member(d, "dry_run") == "true" ? "dry run"
                                                  : "active"});
    });
    print_table(table, "No decisions.");
    return {};
  });
}

Status print_outcome(const std::string& body, bool json) {
  return with_object(body, json, [](object root) -> Status {
    const std::string outcome = member(root, "outcome");
    object decision;
    const std::string id = root["decision"].get(decision) == simdjson::SUCCESS &&
                                   outcome == "taken" && member(decision, "id") != "0"
                               ? " [" + member(decision, "id") + "]"
                               : "";
    fmt::print("{}: {}{}\n", outcome, member(root, "sentence"), id);
    if (const std::string approval = member(root, "approval_id"); !approval.empty()) {
      fmt::print("tocsin decision approve {}\n", approval);
    }
    return outcome == "refused" ? Status(Error(ErrorCode::kDenied, "a guard refused")) : Status();
  });
}

Status print_lifted(const std::string& body) {
  return with_object(body, false, [](object root) -> Status {
    each(root, "decisions",
         [](object d) { fmt::print("{} {} is lifted\n", member(d, "kind"), member(d, "value")); });
    fmt::print("{} decisions lifted\n", number(root, "lifted"));
    return {};
  });
}

Status print_preview(const std::string& body, bool json) {
  return with_object(body, json, [](object root) -> Status {
    TextTable table({"ABOUT", "WOULD BE", "FROM", "UNTIL", "EVENTS", "INNOCENTS", "WHY NOT"});
    each(root, "subjects", [&](object s) {
      const std::string outcome = member(s, "outcome");
      table.add({member(s, "value"), outcome == "taken" ? member(s, "kind") : outcome,
                 short_time(member(s, "from")), short_time(member(s, "until")),
                 member(s, "events_stopped"), texts(s, "innocent_users"), member(s, "sentence")});
    });
    print_table(table, "The rule found nobody in that time.");
    const std::string innocents = texts(root, "innocent_users");
    fmt::print("\n{} findings; {} events would have been stopped.\n", number(root, "findings"),
               number(root, "events_stopped"));
    fmt::print("Logged in while they would have been blocked: {}\n",
               innocents.empty() ? "nobody" : innocents);
    if (member(root, "cut") == "true") {
      fmt::print("There is more than this: the period is too long to look at whole.\n");
    }
    return {};
  });
}

Status print_import(const std::string& body, bool json) {
  return with_object(body, json, [](object root) -> Status {
    fmt::print("{} taken, {} stood already, {} refused, {} recorded only, {} failed, {} not read\n",
               number(root, "taken"), number(root, "standing"), number(root, "refused"),
               number(root, "dry_run"), number(root, "failed"), number(root, "mistakes"));
    simdjson::dom::array sentences;
    if (root["sentences"].get(sentences) == simdjson::SUCCESS) {
      for (const simdjson::dom::element sentence : sentences) {
        fmt::print("  {}\n", cell_text(sentence));
      }
    }
    return {};
  });
}

Status print_approvals(const std::string& body, bool json) {
  return with_object(body, json, [](object root) -> Status {
    TextTable table({"ID", "KIND", "ABOUT", "ASKED", "UNTIL", "WHY"});
    each(root, "approvals", [&](object a) {
      table.add({member(a, "id"), member(a, "kind"), member(a, "value"),
                 short_time(member(a, "asked")), short_time(member(a, "until")), member(a, "why")});
    });
    print_table(table, "Nothing waits for approval.");
    return {};
  });
}

Status print_armed(const std::string& body, bool json) {
  return with_object(body, json, [](object root) -> Status {
    TextTable table({"WHAT", "ID", "TITLE", "VERSION", "ACTS", "BY", "AT"});
    each(root, "armed", [&](object a) {
      table.add({member(a, "what"), member(a, "id"), member(a, "title"), member(a, "version"),
                 member(a, "in_force") == "true" ? "yes" : "no: it changed", member(a, "by"),
                 short_time(member(a, "at"))});
    });
    print_table(table, "Nothing is armed: decisions of rules are only recorded.");
    return {};
  });
}

Status print_breaker(const std::string& body, bool json) {
  return with_object(body, json, [](object root) -> Status {
    if (member(root, "open") != "true") {
      fmt::print("The breaker is closed: armed rules act.\n");
      return {};
    }
    fmt::print("The breaker is open since {}: {}. {} decisions were held back.\n",
               member(root, "since"), member(root, "reason"), number(root, "held_back"));
    return {};
  });
}

}  // namespace tocsin
