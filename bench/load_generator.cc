// load_generator: sends access-log lines to POST /api/v1/events and counts what was acknowledged.
//
//   load_generator --url http://127.0.0.1:7117 --key KEY --seconds 60 --connections 4
//
// One thread a keep-alive connection; bodies are built before the clock starts. With --rate the
// batches have due times, and latencies count from them, so that a server that stalls does not
// hide it. Prints one JSON object. A 429 or 503 is counted and, as the server asks, sent again
// later.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <curl/curl.h>
#include <fmt/format.h>

#include "access_log_corpus.h"
#include "base/json_writer.h"

namespace tocsin::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

struct Options {
  std::string url = "http://127.0.0.1:7117";
  std::string key;
  std::string source = "bench";
  double seconds = 60;
  std::uint64_t lines_max = 0;  // 0: until the seconds are over
  double lines_per_s = 0;       // 0: as fast as the server answers
  unsigned connections = 4;
  CorpusOptions corpus;
};

struct Tally {
  std::uint64_t lines = 0;
  std::uint64_t bytes = 0;
  std::uint64_t requests = 0;
  std::uint64_t busy = 0;     // 429 and 503
  std::uint64_t refused = 0;  // other answers than 200
  std::uint64_t broken = 0;   // no answer
  std::vector<double> latencies_ms;
  std::string first_refusal;
};

std::size_t keep_answer(char* data, std::size_t size, std::size_t count, void* into) {
  static_cast<std::string*>(into)->append(data, size * count);
  return size * count;
}

class Connection {
 public:
  explicit Connection(const Options& options) : curl_(curl_easy_init()) {
    const std::string auth = "Authorization: Bearer " + options.key;
    headers_ = curl_slist_append(headers_, auth.c_str());
    headers_ = curl_slist_append(headers_, "Content-Type: text/plain");
    headers_ = curl_slist_append(headers_, "Expect:");
    const std::string url = options.url + "/api/v1/events?source=" + options.source;
    curl_easy_setopt(curl_, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, headers_);
    curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, keep_answer);
    curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &answer_);
    curl_easy_setopt(curl_, CURLOPT_TIMEOUT, 60L);
    curl_easy_setopt(curl_, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
  }
  ~Connection() {
    curl_easy_cleanup(curl_);
    curl_slist_free_all(headers_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // The status, 0 when there was no answer.
  long post(const std::string& body) {
    answer_.clear();
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDS, body.data());
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    if (const CURLcode code = curl_easy_perform(curl_); code != CURLE_OK) {
      answer_ = curl_easy_strerror(code);
      return 0;
    }
    long status = 0;
    curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
    return status;
  }
  double retry_after_s() {
    curl_off_t seconds = 0;
    curl_easy_getinfo(curl_, CURLINFO_RETRY_AFTER, &seconds);
    return seconds > 0 ? std::min(static_cast<double>(seconds), 5.0) : 0.1;
  }
  const std::string& answer() const { return answer_; }

 private:
  CURL* curl_;
  curl_slist* headers_ = nullptr;
  std::string answer_;
};

// Hands out batch numbers with their due times to all senders.
class Schedule {
 public:
  Schedule(const Options& options, SteadyClock::time_point start)
      : start_(start),
        end_(start + std::chrono::duration_cast<SteadyClock::duration>(Seconds(options.seconds))),
        batches_max_(options.lines_max == 0 ? UINT64_MAX
                                            : options.lines_max / options.corpus.lines_per_body),
        batch_s_(options.lines_per_s > 0
                     ? static_cast<double>(options.corpus.lines_per_body) / options.lines_per_s
                     : 0) {}

  // False when the run is over. Waits until the batch is due.
  bool next(SteadyClock::time_point& due) {
    const std::uint64_t number = taken_.fetch_add(1);
    const SteadyClock::time_point now = SteadyClock::now();
    due = batch_s_ > 0 ? start_ + std::chrono::duration_cast<SteadyClock::duration>(
                                      Seconds(batch_s_ * static_cast<double>(number)))
                       : now;
    if (number >= batches_max_ || now >= end_ || due >= end_) {
      return false;
    }
    if (due > now) {
      std::this_thread::sleep_until(due);
    }
    return true;
  }
  bool over() const { return SteadyClock::now() >= end_; }

 private:
  SteadyClock::time_point start_;
  SteadyClock::time_point end_;
  std::uint64_t batches_max_;
  double batch_s_;
  std::atomic<std::uint64_t> taken_{0};
};

void note_refusal(Tally& tally, long status, const std::string& answer) {
  std::uint64_t& counter = status == 0 ? tally.broken : tally.refused;
  ++counter;
  if (tally.first_refusal.empty()) {
    tally.first_refusal = fmt::format("status {}: {}", status, answer.substr(0, 300));
  }
}

void send_batches(const Options& options, Schedule& schedule, AccessLogCorpus& corpus,
                  Tally& tally) {
  Connection connection(options);
  SteadyClock::time_point due;
  for (std::size_t turn = 0; schedule.next(due); ++turn) {
    const std::string& body = corpus.stamp(turn, std::time(nullptr));
    long status = connection.post(body);
    while ((status == 429 || status == 503) && !schedule.over()) {
      ++tally.busy;
      std::this_thread::sleep_for(Seconds(connection.retry_after_s()));
      status = connection.post(body);
    }
    if (status != 200) {
      note_refusal(tally, status, connection.answer());
      continue;
    }
    const Seconds took = SteadyClock::now() - due;
    tally.latencies_ms.push_back(took.count() * 1e3);
    tally.lines += options.corpus.lines_per_body;
    tally.bytes += body.size();
    ++tally.requests;
  }
}

double percentile(const std::vector<double>& sorted, double share) {
  if (sorted.empty()) {
    return 0;
  }
  const auto at = static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1));
  return sorted[at];
}

Tally sum_of(std::vector<Tally>& tallies) {
  Tally sum;
  for (Tally& tally : tallies) {
    sum.lines += tally.lines;
    sum.bytes += tally.bytes;
    sum.requests += tally.requests;
    sum.busy += tally.busy;
    sum.refused += tally.refused;
    sum.broken += tally.broken;
    sum.latencies_ms.insert(sum.latencies_ms.end(), tally.latencies_ms.begin(),
                            tally.latencies_ms.end());
    if (sum.first_refusal.empty()) {
      sum.first_refusal = tally.first_refusal;
    }
  }
  std::sort(sum.latencies_ms.begin(), sum.latencies_ms.end());
  return sum;
}

std::string report(const Tally& sum, double seconds) {
  JsonWriter json;
  json.begin_object();
  json.member("lines", sum.lines).member("seconds", seconds);
  json.member("lines_per_s", static_cast<double>(sum.lines) / seconds);
  json.member("bytes", sum.bytes).member("requests", sum.requests);
  json.member("busy", sum.busy).member("refused", sum.refused).member("broken", sum.broken);
  json.member("first_refusal", sum.first_refusal);
  json.key("latency_ms").begin_object();
  json.member("p50", percentile(sum.latencies_ms, 0.5));
  json.member("p90", percentile(sum.latencies_ms, 0.9));
  json.member("p99", percentile(sum.latencies_ms, 0.99));
  json.member("max", percentile(sum.latencies_ms, 1.0));
  json.end_object().end_object();
  return json.take();
}

int run(const Options& options) {
  curl_global_init(CURL_GLOBAL_ALL);
  // Each sender has bodies of its own: it writes the time into them.
  std::vector<AccessLogCorpus> corpora;
  for (unsigned i = 0; i < options.connections; ++i) {
    CorpusOptions own = options.corpus;
    own.seed += i;
    own.bodies = std::max<std::size_t>(1, own.bodies / options.connections);
    corpora.emplace_back(own);
  }
  std::vector<Tally> tallies(options.connections);
  const SteadyClock::time_point start = SteadyClock::now();
  Schedule schedule(options, start);
  {
    std::vector<std::jthread> senders;
    for (unsigned i = 0; i < options.connections; ++i) {
      senders.emplace_back([&, i] { send_batches(options, schedule, corpora[i], tallies[i]); });
    }
  }
  const double seconds = Seconds(SteadyClock::now() - start).count();
  const Tally sum = sum_of(tallies);
  fmt::print("{}\n", report(sum, seconds));
  return sum.refused + sum.broken == 0 && sum.lines > 0 ? 0 : 3;
}

// A corpus as a file, for `tocsin scan` and for other programs' benches.
int write_corpus(const CorpusOptions& options) {
  AccessLogCorpus corpus(options);
  for (std::size_t i = 0; i < options.bodies; ++i) {
    const std::string& body = corpus.stamp(i, std::time(nullptr));
    if (std::fwrite(body.data(), 1, body.size(), stdout) != body.size()) {
      return 3;
    }
  }
  return 0;
}

}  // namespace
}  // namespace tocsin::bench

int main(int argc, char** argv) {
  tocsin::bench::Options options;
  bool print_corpus = false;
  CLI::App app("Sends access-log lines to POST /api/v1/events and counts what was acknowledged");
  app.add_option("--url", options.url, "Address of the server");
  app.add_option("--key", options.key, "API key with scope ingest");
  app.add_option("--source", options.source, "Name of the source");
  app.add_option("--seconds", options.seconds, "How long");
  app.add_option("--lines", options.lines_max, "Stop after so many lines");
  app.add_option("--rate", options.lines_per_s, "Lines a second; 0: as fast as possible");
  app.add_option("--connections", options.connections, "Connections, one thread each")
      ->check(CLI::Range(1, 256));
  app.add_option("--batch", options.corpus.lines_per_body, "Lines a request")
      ->check(CLI::Range(1, 100'000));
  app.add_option("--bodies", options.corpus.bodies, "Different bodies, over all connections");
  app.add_option("--clients", options.corpus.clients, "Different client addresses");
  app.add_option("--seed", options.corpus.seed, "Of the corpus");
  app.add_flag("--print", print_corpus, "Write the corpus to standard output, send nothing");
  CLI11_PARSE(app, argc, argv);
  return print_corpus ? tocsin::bench::write_corpus(options.corpus) : tocsin::bench::run(options);
}
