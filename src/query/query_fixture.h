// For query/'s own tests: a store with events in it, some unsealed and some in segments.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/json_writer.h"
#include "index/event_store.h"
#include "query/query.h"
#include "query/row_buffer.h"
#include "testing/event_builder.h"
#include "testing/fake_clock.h"
#include "testing/temp_directory.h"

namespace tocsin {

class QueryTest : public ::testing::Test {
 protected:
  QueryTest() {
    StoreOptions options;
    options.directory = directory_ / "segments";
    auto store = open_event_store(options, {files_, clock_, log_, metrics_, fields_, datasets_});
    EXPECT_TRUE(store.has_value()) << store.error().full_text();
    store_ = std::move(*store);
  }

  enum class Where { kHot, kSealed };
  void add(const std::vector<TestEvent>& events, Where where) {
    ASSERT_TRUE(store_->append(*make_batch(fields_, datasets_, Seq(next_), events)).has_value());
    next_ += events.size();
    if (where == Where::kSealed) {
      ASSERT_TRUE(store_->seal().has_value());
    } else {
      clock_.advance(span_s(1));
      store_->maintain(clock_.now());
    }
  }

  Micros at(std::int64_t second) const { return start_ + span_s(second); }

  struct Answer {
    QueryOutcome outcome;
    std::vector<ResultColumn> columns;
    std::vector<std::vector<Cell>> rows;
  };
  Result<Answer> ask(std::string_view text, QueryRequest request = {}) {
    request.now = at(1'000);
    auto query = parse_query(text);
    if (!query) {
      return query.error();
    }
    RowBuffer buffer;
    const Cancel cancel;
    auto outcome = run_query(*store_, *query, request, buffer, cancel);
    if (!outcome) {
      return outcome.error();
    }
    return Answer{std::move(*outcome), buffer.columns(), std::move(buffer.rows())};
  }

  // Each row as JSON values between '|'; an error as its text.
  std::vector<std::string> rows(std::string_view text, const QueryRequest& request = {}) {
    const auto answer = ask(text, request);
    if (!answer) {
      return {"error: " + answer.error().full_text()};
    }
    std::vector<std::string> out;
    for (const auto& row : answer->rows) {
      std::string line;
      for (const Cell& cell : row) {
        JsonWriter json;
        append_cell(json, cell);
        line += (line.empty() ? "" : "|") + json.take();
      }
      out.push_back(std::move(line));
    }
    return out;
  }
  // The _seq of each row, in order.
  std::vector<std::int64_t> seqs(std::string_view text, const QueryRequest& request = {}) {
    const auto answer = ask(text, request);
    EXPECT_TRUE(answer.has_value()) << text << "\n" << answer.error().full_text();
    std::vector<std::int64_t> out;
    if (answer) {
      for (const auto& row : answer->rows) {
        out.push_back(std::get<std::int64_t>(row.at(0)));
      }
    }
    return out;
  }

  TempDirectory directory_;
  PosixFileSystem files_;
  FakeClock clock_;
  Log log_;
  Metrics metrics_;
  FieldCatalog fields_;
  DatasetCatalog datasets_;
  const Micros start_{1'790'000'000'000'000};  // 2026-09-21T14:13:20Z
  std::uint64_t next_ = 1;
  std::unique_ptr<EventStore> store_;
};

}  // namespace tocsin
