// /api/v1/events/search: the query language and SQL over the indexed events, as a document or line
// by line. Runs on a pool thread; ends when its client goes.
#pragma once

#include <optional>
#include <string>

#include "api/answer_cache.h"
#include "api/call.h"
#include "api/cancel_watch.h"
#include "base/clock.h"
#include "index/event_store.h"
#include "query/query.h"

namespace tocsin {

struct SearchLimits {
  std::uint64_t rows_max = 100'000;
  Span time_max = span_s(30);
  std::size_t document_bytes_max = std::size_t{64} << 20U;
  std::size_t cache_bytes_max = std::size_t{64} << 20U;
};

class SearchResource {
 public:
  SearchResource(EventStore& events, CancelWatch& watch, Clock& clock, const SearchLimits& limits)
      : events_(events),
        watch_(watch),
        clock_(clock),
        limits_(limits),
        cache_(limits.cache_bytes_max, clock) {}

  void get(Call call);
  void post(Call call);

 private:
  static constexpr std::uint64_t kRowsDefault = 100;

  struct Search {
    std::string query;
    std::optional<std::string> sql;
    QueryRequest request;
    bool lines = false;
    bool cache = false;     // an answer that is a little old will do
    std::string range_key;  // the range as it was asked for: "24h" stays the same question
  };
  Result<Search> read(const HttpRequest& request, bool is_post) const;
  void run(Call call, bool is_post);
  // The finished document. `gone`: nobody waits for it any more.
  Result<std::string> document(const Search& wanted, const std::function<bool()>& gone);
  Result<QueryOutcome> search(const Search& wanted, RowSink& sink, const Cancel& cancel);
  void send_document(Call call, const Search& wanted);
  void send_lines(Call call, const Search& wanted);
  void send_cached(Call call, const Search& wanted);

  EventStore& events_;
  CancelWatch& watch_;
  Clock& clock_;
  const SearchLimits limits_;
  AnswerCache cache_;
};

}  // namespace tocsin
