// For tests: random rules and events whose words meet each other often, with the shapes that have
// gone wrong in matchers elsewhere.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>

#include "model/catalog.h"
#include "model/event.h"

namespace tocsin {

// Where the choices come from: a random number generator, or the bytes of a fuzzer.
struct Choices {
  std::function<std::uint64_t(std::uint64_t)> below;  // 0 … n-1

  bool chance(double probability) {
    return static_cast<double>(below(1'000)) < probability * 1'000;
  }
};

struct Words {
  Choices rng;

  std::string any(std::initializer_list<const char*> words) {
    return *(words.begin() + rng.below(words.size()));
  }
  std::string field() { return any({"alpha", "beta", "gamma.delta", "http.response.status_code"}); }
  // Records as they are found by keywords: plain ones and JSON, with usual and unusual escapes.
  std::string record() {
    const std::string plain = value() + value() + value();
    if (rng.chance(0.5)) {
      return plain;
    }
    return "{" + plain +
           any({R"(\\)", R"(a\\b)", R"(\"a)", R"(\/c)", R"(\u0061b)", R"(\u00e9)", R"(x\ny)",
                R"(\q)", "\\", R"(\\u0061)"}) +
           value() + "}";
  }
  // Values that meet each other often, with the shapes that have gone wrong elsewhere.
  std::string value() {
    return any(
        {"a",     "ab",     "abc",  "aabb",     "Admin",       "ADMIN", "x y",         "1",
         "10",    "0x10",   "4624", "4624.0",   "é",           "É",     "日本",        "10.1.2.3",
         "10.1.", "a\\\\b", "a*b",  "?",        "-c",          "/c",    "%27",         "",
         "true",  "abcabc", "cba",  "10.0.0.1", "2001:db8::1", "ß",     "aaaaaaaaaaaa"});
  }
};

inline std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    out += c;
    if (c == '\'') {
      out += c;
    }
  }
  return out + "'";
}

inline std::string random_item(Words& words) {
  Choices& rng = words.rng;
  const std::string field = words.field();
  switch (rng.below(13)) {
    case 0:
      return field + "|contains: " + quoted(words.value());
    case 1:
      return field + "|startswith: " + quoted(words.value());
    case 2:
      return field + "|endswith: " + quoted(words.value());
    case 3:
      return field + ": [" + quoted(words.value()) + ", " + quoted(words.value()) + "]";
    case 4:
      return field + "|contains|all: [" + quoted(words.value()) + ", " + quoted(words.value()) +
             "]";
    case 5:
      return field + ": " + quoted(words.any({"a*", "*b", "a?c", "*", "?", "*a*b*", "x*y"}));
    case 6:
      return field + "|re: " +
             quoted(words.any({"a+b", "^a", "b$", "[0-9]{2,}", "(?:ab)+c", "^.$", "^..$",
                               "(?i)admin", "a.b", "\\d+\\.\\d+"}));
    case 7:
      return field + ": " + words.any({"1", "10", "4624", "0x10", "1.5"});
    case 8:
      return field + "|" + words.any({"gt", "gte", "lt", "lte"}) + ": " +
             words.any({"5", "10", "4624"});
    case 9:
      return field + "|cidr: " + words.any({"10.0.0.0/8", "10.1.2.3/32", "2001:db8::/32"});
    case 10:
      return field + "|exists: " + words.any({"true", "false"});
    case 11:
      return field + ": null";
    default:
      return field + "|cased: " + quoted(words.value());
  }
}

inline std::string random_rule(Words& words, int number) {
  Choices& rng = words.rng;
  std::string text = "title: rule " + std::to_string(number) + "\nlogsource: {product: p" +
                     std::to_string(rng.below(2)) + "}\ndetection:\n";
  const auto selections = 1 + rng.below(3);
  for (std::uint64_t s = 0; s < selections; ++s) {
    text += "  s" + std::to_string(s) + ":\n";
    if (rng.chance(0.15)) {
      const std::string end = words.any({"a", "\\", "/c", "\"a", "u0061"});
      text +=
          "    - " + quoted(words.value() + end) + "\n    - " + quoted(words.value() + "b") + "\n";
      continue;
    }
    const auto items = 1 + rng.below(2);
    std::string before;
    for (std::uint64_t i = 0; i < items; ++i) {
      const std::string item = random_item(words);
      const std::string key = item.substr(0, item.find(':'));
      if (key != before) {
        text += "    " + item + "\n";
      }
      before = key;
    }
  }
  static constexpr const char* kConditions[3][4] = {
      {"s0", "not s0", "s0", "s0"},
      {"s0 and s1", "s0 or s1", "s0 and not s1", "not (s0 or s1)"},
      {"1 of s*", "all of s*", "s0 and (s1 or s2)", "s0 or not s1 and s2"}};
  return text + "  condition: " + kConditions[selections - 1][rng.below(4)] + "\n";
}

inline void add_random_value(EventBatch& events, Words& words, FieldCatalog& catalog) {
  const FieldId field = *catalog.intern(words.field());
  switch (words.rng.below(6)) {
    case 0:
      events.add(field, Value::integer(static_cast<std::int64_t>(words.rng.below(12))));
      return;
    case 1:
      events.add(field, words.rng.chance(0.5) ? Value::integer(4624) : Value::real(4624.0));
      return;
    case 2:
      events.add(field, words.rng.chance(0.5) ? Value::null() : Value::boolean(true));
      return;
    default:
      events.add_copy(field, words.value());
  }
}

inline std::shared_ptr<const EventBatch> random_events(Words& words, std::size_t count,
                                                       FieldCatalog& catalog,
                                                       DatasetCatalog& datasets) {
  auto records = std::make_shared<RecordBatch>();
  const auto origin = records->add_origin({"test", "", ""});
  for (std::size_t i = 0; i < count; ++i) {
    static_cast<void>(records->add(origin, Micros(1), words.record()));
  }
  auto events = std::make_shared<EventBatch>(records);
  for (std::size_t i = 0; i < count; ++i) {
    events->begin_event(i).dataset = datasets.intern("d");
    events->add_copy(fields::logsource_product, words.rng.chance(0.5) ? "p0" : "p1");
    const auto fields = words.rng.below(5);
    for (std::uint64_t f = 0; f < fields; ++f) {
      add_random_value(*events, words, catalog);
    }
  }
  return events;
}

}  // namespace tocsin
