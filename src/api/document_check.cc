#include "api/document_check.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <set>
#include <string>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/text.h"
#include "base/time_text.h"
#include "query/query.h"

namespace tocsin {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kProblemsMax = 20;
constexpr std::size_t kDescriptionBytesMax = 500;
constexpr std::int64_t kColumns = 12;
constexpr std::int64_t kRowsMax = 500;
constexpr std::int64_t kPanelHeightMax = 40;
constexpr std::int64_t kRefreshMin = 5;
constexpr std::int64_t kRefreshMax = 3'600;
constexpr std::size_t kColumnsShownMax = 50;
constexpr std::array<std::string_view, 7> kPanelTypes = {"timeseries", "bars", "pie",    "value",
                                                         "table",      "map",  "heatmap"};

class Checker {
 public:
  explicit Checker(std::vector<FieldProblem>& problems) : problems_(problems) {}

  void say(std::string place, std::string detail) {
    if (problems_.size() < kProblemsMax) {
      problems_.push_back({std::move(place), std::move(detail)});
    }
  }

  void no_others(const object& of, const std::string& place,
                 std::initializer_list<std::string_view> names) {
    for (const auto& member : of) {
      if (std::ranges::find(names, member.key) == names.end()) {
        say(place + std::string(member.key.substr(0, 64)), "there is no such member");
      }
    }
  }

  // Nothing when it is absent or wrong; what is wrong is said.
  std::optional<std::string_view> text(const object& of, const std::string& place,
                                       std::string_view name, std::size_t bytes_max, bool needed) {
    const auto found = of.at_key(name);
    if (found.error() == simdjson::NO_SUCH_FIELD) {
      if (needed) {
        say(place + std::string(name), "is missing");
      }
      return std::nullopt;
    }
    std::string_view value;
    if (found.get_string().get(value) != simdjson::SUCCESS || value.size() > bytes_max ||
        (needed && trim(value).empty())) {
      say(place + std::string(name),
          fmt::format("must be a text of {} to {} bytes", needed ? 1 : 0, bytes_max));
      return std::nullopt;
    }
    return value;
  }

  std::optional<std::int64_t> number(const object& of, const std::string& place,
                                     std::string_view name, std::int64_t low, std::int64_t high,
                                     bool needed) {
    const auto found = of.at_key(name);
    if (found.error() == simdjson::NO_SUCH_FIELD) {
      if (needed) {
        say(place + std::string(name), "is missing");
      }
      return std::nullopt;
    }
    std::int64_t value = 0;
    if (found.get_int64().get(value) != simdjson::SUCCESS || value < low || value > high) {
      say(place + std::string(name), fmt::format("must be a whole number of {} to {}", low, high));
      return std::nullopt;
    }
    return value;
  }

  void query(const object& of, const std::string& place) {
    const std::optional<std::string_view> text_given =
        text(of, place, "query", kQueryBytesMax, false);
    if (!text_given) {
      if (of.at_key("query").error() == simdjson::NO_SUCH_FIELD) {
        say(place + "query", "is missing");
      }
      return;
    }
    if (const Result<Query> parsed = parse_query(*text_given); !parsed) {
      const std::string& why = parsed.error().text();
      say(place + "query", why.substr(0, why.find('\n')));
    }
  }

  // A span back from now: "24h".
  void range(const object& of, const std::string& place) {
    const std::optional<std::string_view> given = text(of, place, "range", 16, false);
    if (given && !parse_span(*given)) {
      say(place + "range", "must be a span such as 24h or 7d");
    }
  }

 private:
  std::vector<FieldProblem>& problems_;
};

void check_panel(Checker& check, const element& given, const std::string& place,
                 std::set<std::string, std::less<>>& ids) {
  object panel;
  if (given.get_object().get(panel) != simdjson::SUCCESS) {
    check.say(place.substr(0, place.size() - 1), "must be an object");
    return;
  }
  check.no_others(panel, place, {"id", "title", "type", "query", "x", "y", "w", "h", "options"});
  const auto id = check.text(panel, place, "id", kDocumentIdBytesMax, true);
  if (id && !is_document_id(*id)) {
    check.say(place + "id", "must be of a-z, 0-9 and -");
  } else if (id && !ids.insert(std::string(*id)).second) {
    check.say(place + "id", fmt::format("another panel is called {}", *id));
  }
  check.text(panel, place, "title", kDocumentTitleBytesMax, true);
  const auto type = check.text(panel, place, "type", 32, true);
  if (type && std::ranges::find(kPanelTypes, *type) == kPanelTypes.end()) {
    check.say(place + "type", fmt::format("must be one of {}", fmt::join(kPanelTypes, ", ")));
  }
  check.query(panel, place);
  const auto x = check.number(panel, place, "x", 0, kColumns - 1, true);
  const auto w = check.number(panel, place, "w", 1, kColumns, true);
  if (x && w && *x + *w > kColumns) {
    check.say(place + "w", fmt::format("x and w together are at most {}", kColumns));
  }
  check.number(panel, place, "y", 0, kRowsMax, true);
  check.number(panel, place, "h", 1, kPanelHeightMax, true);
  const auto options = panel.at_key("options");
  if (options.error() != simdjson::NO_SUCH_FIELD && !options.is_object()) {
    check.say(place + "options", "must be an object");
  }
}

void check_dashboard(Checker& check, const object& board) {
  check.no_others(board, "", {"description", "range", "refresh_s", "panels"});
  check.text(board, "", "description", kDescriptionBytesMax, false);
  check.range(board, "");
  const auto refresh = board.at_key("refresh_s");
  std::int64_t never = -1;
  if (refresh.get_int64().get(never) != simdjson::SUCCESS || never != 0) {
    check.number(board, "", "refresh_s", kRefreshMin, kRefreshMax, false);
  }
  simdjson::dom::array panels;
  if (board.at_key("panels").get_array().get(panels) != simdjson::SUCCESS) {
    check.say("panels", "must be a list of panels");
    return;
  }
  if (panels.size() > kPanelsMax) {
    check.say("panels", fmt::format("at most {} fit; these are {}", kPanelsMax, panels.size()));
    return;
  }
  std::set<std::string, std::less<>> ids;
  std::size_t at = 0;
  for (const element& panel : panels) {
    check_panel(check, panel, fmt::format("panels[{}].", at), ids);
    ++at;
  }
}

void check_saved_search(Checker& check, const object& search) {
  check.no_others(search, "", {"query", "range", "columns"});
  check.query(search, "");
  check.range(search, "");
  const auto columns = search.at_key("columns");
  if (columns.error() == simdjson::NO_SUCH_FIELD) {
    return;
  }
  simdjson::dom::array names;
  const bool is_list =
      columns.get_array().get(names) == simdjson::SUCCESS && names.size() <= kColumnsShownMax;
  if (!is_list || !std::ranges::all_of(names, [](const element& one) { return one.is_string(); })) {
    check.say("columns",
              fmt::format("must be a list of at most {} names of fields", kColumnsShownMax));
  }
}

}  // namespace

std::vector<FieldProblem> check_document(DocumentKind kind, std::string_view json) {
  std::vector<FieldProblem> problems;
  Checker check(problems);
  simdjson::dom::parser parser;
  element root;
  object document;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS ||
      root.get(document) != simdjson::SUCCESS) {
    check.say("document", "must be a JSON object");
    return problems;
  }
  if (kind == DocumentKind::kDashboard) {
    check_dashboard(check, document);
  } else {
    check_saved_search(check, document);
  }
  return problems;
}

}  // namespace tocsin
