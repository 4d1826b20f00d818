// Events for tests: rows of (field name, value), with catalogues of their own.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/strong.h"
#include "base/time.h"
#include "model/catalog.h"
#include "model/event.h"

namespace tocsin {

struct TestEvent {
  std::string dataset = "test.log";
  Micros time;
  std::vector<std::pair<std::string, Value>> fields;  // texts borrowed from the test
};

// One batch: event i has Seq first + i and is received at its own time.
inline std::shared_ptr<const EventBatch> make_batch(FieldCatalog& fields, DatasetCatalog& datasets,
                                                    Seq first,
                                                    const std::vector<TestEvent>& events) {
  auto records = std::make_shared<RecordBatch>();
  const std::uint32_t origin = records->add_origin({"test", "", ""});
  for (const TestEvent& event : events) {
    CHECK(records->add(origin, event.time, "raw"));
  }
  records->set_first_seq(first);
  auto batch = std::make_shared<EventBatch>(records);
  for (std::size_t i = 0; i < events.size(); ++i) {
    EventHead& head = batch->begin_event(i);
    head.time = events[i].time;
    head.dataset = datasets.intern(events[i].dataset);
    for (const auto& [name, value] : events[i].fields) {
      const auto id = fields.intern(name);
      CHECK(id.has_value());
      if (value.is_text()) {
        batch->add_copy(*id, value.as_text());
      } else {
        batch->add(*id, value);
      }
    }
  }
  return batch;
}

}  // namespace tocsin
