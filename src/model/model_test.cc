#include <gtest/gtest.h>

#include "model/catalog.h"
#include "model/event.h"
#include "model/finding.h"
#include "model/record.h"

namespace tocsin {
namespace {

std::shared_ptr<const RecordBatch> two_records() {
  auto batch = std::make_shared<RecordBatch>();
  const auto origin = batch->add_origin({"file:a", "10.0.0.1", ""});
  EXPECT_TRUE(batch->add(origin, Micros(5), "first"));
  EXPECT_TRUE(batch->add(origin, Micros(6), std::string_view("se\0ond", 6)));
  batch->set_first_seq(Seq(41));
  return batch;
}

TEST(RecordBatch, KeepsBytesOriginsAndPlaces) {
  const auto batch = two_records();
  ASSERT_EQ(batch->size(), 2U);
  EXPECT_EQ((*batch)[1].bytes, std::string_view("se\0ond", 6));
  EXPECT_EQ((*batch)[1].seq, Seq(42));
  EXPECT_EQ((*batch)[0].origin->source, "file:a");
  EXPECT_EQ(batch->end_seq(), Seq(43));
}

TEST(RecordBatch, StoresEqualOriginsOnce) {
  RecordBatch batch;
  EXPECT_EQ(batch.add_origin({"a", "", ""}), batch.add_origin({"a", "", ""}));
  EXPECT_NE(batch.add_origin({"a", "", ""}), batch.add_origin({"a", "x", ""}));
}

TEST(EventBatch, HoldsEachEventsOwnFields) {
  EventBatch events(two_records());
  events.begin_event(0).dataset = DatasetId(3);
  events.add_text(fields::user_name, "alice");
  events.begin_event(1);
  events.add(fields::http_status, Value::integer(200));
  events.add_copy(fields::related_ip, "1.1.1.1");
  events.add_copy(fields::related_ip, "2.2.2.2");
  events.set(fields::http_status, Value::integer(404));

  EXPECT_EQ(events.text(0, fields::user_name), "alice");
  EXPECT_EQ(events.find(0, fields::http_status), nullptr);
  EXPECT_EQ(events.find(1, fields::http_status)->as_int(), 404);
  EXPECT_EQ(events.fields(1).size(), 3U);
  EXPECT_EQ(events.head(1).seq, Seq(42));
  EXPECT_EQ(events.head(1).time, Micros(6));
  EXPECT_EQ(events.raw(0), "first");
}

TEST(EventBatch, ForgetsAHalfDecodedEvent) {
  EventBatch events(two_records());
  events.begin_event(0);
  events.add_text(fields::user_name, "alice");
  events.clear_fields();
  events.add_text(fields::message, "first");
  EXPECT_EQ(events.fields(0).size(), 1U);
}

TEST(FieldCatalog, KnownFieldsHaveTheirPlacesAndTypes) {
  FieldCatalog catalog;
  EXPECT_EQ(catalog.find("source.ip"), fields::source_ip);
  EXPECT_EQ(catalog.name(fields::user_agent), "user_agent.original");
  EXPECT_EQ(FieldCatalog::type(fields::http_status), FieldType::kLong);
  const auto id = catalog.intern("my.own");
  ASSERT_TRUE(id.has_value());
  EXPECT_EQ(FieldCatalog::type(*id), FieldType::kKeyword);
  FieldNames names(catalog);
  EXPECT_EQ(names.intern("my.own"), id);
  EXPECT_EQ(names.intern("my.own"), id);
}

TEST(FieldCatalog, IsBounded) {
  FieldCatalog catalog;
  EXPECT_FALSE(catalog.intern("").has_value());
  EXPECT_FALSE(catalog.intern(std::string(257, 'a')).has_value());
  for (std::size_t i = 0; i < FieldCatalog::kFieldsMax + 10; ++i) {
    const auto id = catalog.intern("f" + std::to_string(i));
    EXPECT_EQ(id.has_value(), i + kKnownFields.size() < FieldCatalog::kFieldsMax);
  }
}

TEST(DatasetCatalog, ForeignNamesAreUndecoded) {
  DatasetCatalog catalog;
  const DatasetId undecoded = catalog.intern(kUndecodedDataset);
  EXPECT_NE(catalog.intern("nginx.access"), undecoded);
  for (const char* name : {"", "../x", "a b", "UPPER", ".hidden", "a/b"}) {
    EXPECT_EQ(catalog.intern(name), undecoded) << name;
  }
}

TEST(Value, TellsItsTextWhateverItIs) {
  EXPECT_EQ(Value::integer(-3).to_text(), "-3");
  EXPECT_EQ(Value::boolean(true).to_text(), "true");
  EXPECT_EQ(Value::real(0.5).to_text(), "0.5");
  EXPECT_EQ(Value::null().to_text(), "");
  EXPECT_EQ(Value::time(Micros(0)).to_text(), "1970-01-01T00:00:00.000000Z");
}

TEST(Level, UnknownWordsAreMedium) {
  EXPECT_EQ(parse_level("CRITICAL"), Level::kCritical);
  EXPECT_EQ(parse_level("nonsense"), Level::kMedium);
}

}  // namespace
}  // namespace tocsin
