#include "cli/playbook_report.h"

#include <functional>

#include <fmt/format.h>
#include <simdjson.h>

#include "cli/event_line.h"
#include "cli/terminal.h"

namespace tocsin {
namespace {

using simdjson::dom::object;

// Parses `body` and hands on the object in it, or prints it whole.
Status with_object(const std::string& body, bool json, const std::function<void(object)>& show) {
  if (json) {
    fmt::print("{}\n", body);
    return {};
  }
  simdjson::dom::parser parser;
  object root;
  if (parser.parse(simdjson::padded_string(body)).get(root) != simdjson::SUCCESS) {
    return Error(ErrorCode::kUnavailable, "the server's answer is not a JSON object");
  }
  show(root);
  return {};
}

std::string member(object from, std::string_view name) {
  simdjson::dom::element value;
  return from[name].get(value) == simdjson::SUCCESS ? cell_text(value) : std::string();
}

bool flag(object from, std::string_view name) {
  return member_or(from, name, false);
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

// Where a run is, or what it came to.
std::string state_text(object run) {
  const std::string state = member(run, "state");
  return flag(run, "waiting") ? state + ", waits" : state;
}

void print_lines(object from, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (const std::string value = member(from, name); !value.empty() && value != "-") {
      fmt::print("  {:<12} {}\n", name, value);
    }
  }
}

// As it is: what the operator wrote, for a file.
void print_yaml(object playbook) {
  std::string_view text;
  if (playbook["text"].get(text) == simdjson::SUCCESS) {
    fmt::print("{}{}", text, text.ends_with('\n') ? "" : "\n");
  }
}

}  // namespace

Status print_playbooks(const std::string& body, bool json) {
  return with_object(body, json, [](object root) {
    TextTable table({"NAME", "ACTS", "PRIORITY", "STEPS", "VERSION", "LABELS", "DESCRIPTION"});
    each(root, "playbooks", [&](object p) {
      table.add({member(p, "name"), flag(p, "armed") ? "armed" : "dry run", member(p, "priority"),
                 member(p, "steps"), member(p, "version"), member(p, "labels"),
                 member(p, "description")});
    });
    print_table(table, "No playbooks.");
    simdjson::dom::array issues;
    if (root["issues"].get(issues) == simdjson::SUCCESS) {
      for (const simdjson::dom::element issue : issues) {
        fmt::print("not in force: {}\n", cell_text(issue));
      }
    }
  });
}

Status print_playbook(const std::string& body, PlaybookForm form) {
  return with_object(body, form == PlaybookForm::kJson, [form](object root) {
    switch (form) {
      case PlaybookForm::kJson:
        return;
      case PlaybookForm::kYaml:
        print_yaml(root);
        return;
      case PlaybookForm::kCacao:
        fmt::print("{}\n", simdjson::minify(root["cacao"].value()));
        return;
      case PlaybookForm::kPeople:
        fmt::print("{} · {}\n", member(root, "name"), flag(root, "armed") ? "armed" : "dry run");
        print_lines(root, {"description", "version", "file", "types", "labels", "priority",
                           "severity", "linked", "steps"});
        fmt::print("\n");
        print_yaml(root);
        return;
    }
  });
}

Status print_rehearsal(const std::string& body, bool json) {
  return with_object(body, json, [](object root) {
    TextTable table({"STEP", "KIND", "WOULD COME TO"});
    each(root, "steps", [&](object step) {
      table.add({member(step, "step"), member(step, "kind"), member(step, "sentence")});
    });
    print_table(table, "No steps.");
  });
}

Status print_begun_run(const std::string& body, bool json) {
  return with_object(body, json,
                     [](object root) { fmt::print("run {} has begun\n", member(root, "run")); });
}

Status print_runs(const std::string& body, bool json) {
  return with_object(body, json, [](object root) {
    TextTable table({"RUN", "PLAYBOOK", "STATE", "STEP", "ALERT", "STARTED", "BY", "DETAIL"});
    each(root, "runs", [&](object run) {
      table.add({member(run, "id"), member(run, "playbook"), state_text(run), member(run, "step"),
                 member(run, "alert_id").substr(0, 8), short_time(member(run, "started")),
                 member(run, "by"), member(run, "detail")});
    });
    print_table(table, "No runs.");
  });
}

Status print_run(const std::string& body, bool json) {
  return with_object(body, json, [](object root) {
    fmt::print("{} · {} · {}\n", member(root, "id"), member(root, "playbook"), state_text(root));
    print_lines(root, {"step", "detail", "alert_id", "by", "version", "started", "ended",
                       "decisions", "approvals"});
    TextTable table({"#", "AT", "STEP", "KIND", "OUTCOME", "WHAT CAME OF IT"});
    each(root, "steps", [&](object step) {
      table.add({member(step, "number"), short_time(member(step, "at")), member(step, "step"),
                 member(step, "kind"), member(step, "outcome"), member(step, "sentence")});
    });
    print_table(table, "No step was taken yet.");
  });
}

}  // namespace tocsin
