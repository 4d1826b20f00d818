// Search, tail and record view against the real event store.
#include "api/api_fakes_test.h"
#include "api/record_resource.h"
#include "api/search_resource.h"
#include "api/tail_desk.h"
#include "http/sse.h"

namespace tocsin {
namespace {

class SearchLiveTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    StoreOptions options;
    options.directory = directory_ / "segments";
    options.query_threads = 1;
    const StoreContext context{files_, clock_, log_, metrics_, fields_, datasets_};
    auto store = open_event_store(options, context);
    ASSERT_TRUE(store) << store.error().full_text();
    real_ = std::move(*store);
  }

  // Events with the field user.name, one second apart, from Seq `first`.
  void append(std::uint64_t first, const std::vector<std::string>& users) {
    auto records = std::make_shared<RecordBatch>();
    const std::uint32_t origin = records->add_origin({"http:shop", "192.0.2.1", ""});
    for (const std::string& user : users) {
      ASSERT_TRUE(records->add(origin, clock_.now(), user));
    }
    records->set_first_seq(Seq(first));
    EventBatch events(records);
    for (std::size_t i = 0; i < users.size(); ++i) {
      EventHead& head = events.begin_event(i);
      head.time = Micros(clock_.now().value + static_cast<std::int64_t>(i) * kMicrosPerSecond);
      head.dataset = datasets_.intern("app.auth");
      events.add_copy(*fields_.intern("user.name"), users[i]);
    }
    ASSERT_TRUE(real_->append(events));
    clock_.advance(span_s(1));
    real_->maintain(clock_.now());
    ASSERT_EQ(real_->view()->visible_end, Seq(first + users.size()));
  }

  struct Exchanged {
    std::shared_ptr<HttpExchange> exchange;
    Call call;
  };
  Exchanged call(std::vector<QueryParameter> query, std::vector<std::string> path_values = {}) {
    auto exchange = std::make_shared<HttpExchange>([] {}, 1U << 20U);
    return {exchange, Call{.request = request("GET", "/", reader_, "", std::move(query)),
                           .responder = Responder(exchange),
                           .who = {},
                           .request_id = "test",
                           .path_values = std::move(path_values)}};
  }

  std::string search(std::vector<QueryParameter> query) {
    SearchResource resource(*real_, watch_, clock_, {});
    Exchanged made = call(std::move(query));
    resource.get(std::move(made.call));
    return made.exchange->take_answer()->response.body;
  }

  FieldCatalog fields_;
  DatasetCatalog datasets_;
  CancelWatch watch_;
  std::unique_ptr<EventStore> real_;
};

TEST_F(SearchLiveTest, FindsEventsNewestFirst) {
  append(1, {"ann", "bob", "ann"});
  const std::string body = search({{"q", "user.name:ann"}});
  EXPECT_EQ(member(body, "/rows/0/_seq"), "3") << body;
  EXPECT_EQ(member(body, "/rows/1/user.name"), "ann");
  EXPECT_EQ(member(body, "/outcome/rows"), "2");
  EXPECT_EQ(member(body, "/outcome/events"), "true");
}

TEST_F(SearchLiveTest, SaysWhenThereIsMore) {
  append(1, {"ann", "bob", "ann"});
  const std::string body = search({{"limit", "2"}});
  EXPECT_EQ(member(body, "/rows/1/_seq"), "2") << body;
  EXPECT_EQ(member(body, "/rows/2"), "");
  EXPECT_EQ(member(body, "/outcome/more"), "true");
}

TEST_F(SearchLiveTest, CountsAndSpeaksSql) {
  append(1, {"ann", "bob", "ann"});
  const std::string counted = search({{"q", "* | stats count by user.name | sort -count"}});
  EXPECT_EQ(member(counted, "/rows/0/user.name"), "ann") << counted;
  EXPECT_EQ(member(counted, "/rows/0/count"), "2");
  const std::string sql = search({{"sql", "SELECT COUNT(*) AS n FROM \"app.auth\""}});
  EXPECT_EQ(member(sql, "/rows/0/n"), "3") << sql;
}

TEST_F(SearchLiveTest, ShowsTheEventOfARecord) {
  append(1, {"ann", "bob"});
  RecordResource resource(*journal_, *real_, clock_);
  Exchanged made = call({}, {"2"});
  const Result<HttpResponse> response = resource.get(made.call);
  ASSERT_TRUE(response) << response.error().full_text();
  EXPECT_EQ(member(response->body, "/event/user.name"), "bob") << response->body;
  made.call.answer(HttpResponse::empty(204));
}

TEST_F(SearchLiveTest, ATailShowsWhatIsNewOldestFirst) {
  append(1, {"old", "old"});
  TailDesk desk(*real_, clock_, 4);
  Exchanged made = call({{"q", "user.name:(ann or bob)"}});
  desk.take(std::move(made.call));
  const std::shared_ptr<QueuedStream> stream = made.exchange->take_answer()->stream;
  append(3, {"ann", "eve", "bob"});
  desk.look();
  std::vector<std::string> seen;
  SseReader reader([&](const SseEvent& event) {
    seen.push_back(event.event + " " + member(event.data, "/user.name"));
  });
  reader.feed(stream->take().bytes);
  EXPECT_EQ(seen, (std::vector<std::string>{"row ann", "row bob"}));
  desk.look();
  EXPECT_TRUE(stream->take().bytes.empty()) << "nothing is shown twice";
}

TEST_F(SearchLiveTest, ATailAdmitsWhatItDoesNotShow) {
  TailDesk desk(*real_, clock_, 4);
  Exchanged made = call({{"q", "user.name:ann | where user.name:*"}});
  desk.take(std::move(made.call));
  const std::shared_ptr<QueuedStream> stream = made.exchange->take_answer()->stream;
  append(1, std::vector<std::string>(TailDesk::kRowsPerLook + 50, "ann"));
  desk.look();
  std::size_t rows = 0;
  std::string sample;
  SseReader reader([&](const SseEvent& event) {
    rows += event.event == "row" ? 1U : 0U;
    sample = event.event == "sample" ? event.data : sample;
  });
  reader.feed(stream->take().bytes);
  EXPECT_EQ(rows, TailDesk::kRowsPerLook);
  EXPECT_EQ(member(sample, "/shown"), std::to_string(TailDesk::kRowsPerLook));
  EXPECT_EQ(member(sample, "/of"), std::to_string(TailDesk::kRowsPerLook + 50));
}

}  // namespace
}  // namespace tocsin
