#include "model/baseline_json.h"

#include "base/time_text.h"

namespace tocsin {

void write_baseline(JsonWriter& json, const Baseline& baseline) {
  json.begin_object();
  json.member("observed", baseline.observed);
  json.member("low", baseline.low);
  json.member("high", baseline.high);
  json.member("unit", baseline.unit);
  json.key("history").begin_array();
  for (const Baseline::Point& point : baseline.history) {
    json.begin_object().member("time", iso_time(point.time)).member("value", point.value);
    json.member("low", point.low).member("high", point.high).end_object();
  }
  json.end_array();
  json.key("usual").begin_array();
  for (const Baseline::Usual& usual : baseline.usual) {
    json.begin_object().member("value", usual.value).member("count", usual.count).end_object();
  }
  json.end_array().end_object();
}

}  // namespace tocsin
