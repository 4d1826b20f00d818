// Fakes for the tests of api/: a journal in memory, a store that answers SQL from a script, a sink
// that a test answers, and a bench that sends requests to an Api without a socket.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>

#include <gtest/gtest.h>
#include <simdjson.h>

#include "api/api.h"
#include "http/exchange.h"
#include "respond/book_rig_test.h"
#include "respond/playbook/playbook_yaml.h"
#include "testing/fake_clock.h"
#include "testing/temp_directory.h"

namespace tocsin {

class FakeJournal final : public Journal {
 public:
  explicit FakeJournal(std::shared_ptr<RecordBatch> records) : records_(std::move(records)) {
    records_->set_first_seq(Seq(1));
    key_.name = "test.local/journal";
  }
  void append(std::shared_ptr<RecordBatch> batch, AppendDone done) override {
    static_cast<void>(batch);
    done(Error(ErrorCode::kUnavailable, "a fake takes nothing"));
  }
  Seq begin() const override { return Seq(1); }
  Seq end() const override { return records_->end_seq(); }
  Result<std::shared_ptr<const RecordBatch>> read(Seq from, std::size_t records_max,
                                                  std::size_t bytes_max) override {
    static_cast<void>(bytes_max);
    auto some = std::make_shared<RecordBatch>();
    some->set_first_seq(from);
    for (std::size_t i = 0; i < records_->size(); ++i) {
      const Record record = (*records_)[i];
      if (record.seq >= from && some->size() < records_max) {
        EXPECT_TRUE(some->add(some->add_origin(*record.origin), record.received, record.bytes));
      }
    }
    return std::shared_ptr<const RecordBatch>(some);
  }
  Result<Seq> first_received_at_or_after(Micros time) override {
    static_cast<void>(time);
    return Seq(1);
  }
  Result<Checkpoint> checkpoint() override {
    if (records_->empty()) {
      return Error(ErrorCode::kNotFound, "the journal is empty");
    }
    return Checkpoint{"test.local/journal", 1, {}, "test.local/journal\n1\nAAAA\n\n- sig\n"};
  }
  Result<InclusionProof> prove(Seq seq) override {
    if (seq >= end()) {
      return Error(ErrorCode::kNotFound, "there is no such record");
    }
    InclusionProof proof;
    proof.seq = seq;
    proof.record_path.resize(2);
    proof.block_header = std::string(64, 'h');
    proof.checkpoint.note = "note";
    return proof;
  }
  Result<ConsistencyProof> consistency(std::uint64_t old_size, std::uint64_t new_size) override {
    ConsistencyProof proof;
    proof.old_size = old_size;
    proof.new_size = new_size;
    proof.path.resize(1);
    return proof;
  }
  const VerifierKey& verifier_key() const override { return key_; }
  Result<Seq> retire_before(Seq seq) override { return seq; }
  Result<Seq> retire_received_before(Micros time) override {
    static_cast<void>(time);
    return Seq(1);
  }
  std::uint64_t stored_bytes() const override { return 4096; }
  Status close() override { return {}; }

 private:
  std::shared_ptr<RecordBatch> records_;
  VerifierKey key_;
};

// Has no parts and finds nothing; SQL of people gives `rows` numbers, or waits for its cancel.
class FakeStore final : public EventStore {
 public:
  std::uint64_t rows = 3;
  bool hang = false;
  std::atomic<int> cancelled{0};

  Status append(const EventBatch& batch) override {
    static_cast<void>(batch);
    return {};
  }
  void maintain(Micros now) override { static_cast<void>(now); }
  Status seal() override { return {}; }
  Seq sealed_end() const override { return Seq(1); }
  Seq appended_end() const override { return Seq(1); }
  std::shared_ptr<const StoreView> view() const override {
    return std::make_shared<const StoreView>();
  }
  std::string relation(std::span<const std::shared_ptr<const TablePart>> parts,
                       const SeqRange& seqs) const override {
    static_cast<void>(parts);
    static_cast<void>(seqs);
    return "nothing";
  }
  std::vector<DatasetSummary> schema() const override { return {}; }
  StoreStats stats() const override { return {.rows = 7, .hot_rows = 2, .hot_bytes = 10}; }
  Result<RunStats> run(const StoreQuery& query, RowSink& sink, const Cancel& cancel) override {
    static_cast<void>(query);
    static_cast<void>(sink);
    static_cast<void>(cancel);
    return RunStats{};
  }
  Result<RunStats> run_sandboxed(std::string_view sql, const RunLimits& limits, RowSink& sink,
                                 const Cancel& cancel) override {
    static_cast<void>(limits);
    if (sql == "bad") {
      return Error(ErrorCode::kInvalid, "no such table");
    }
    return answer(sink, cancel);
  }
  std::vector<DamagedSegment> damaged() const override { return {}; }
  Status restore(const DamagedSegment& segment, const BatchSource& batches) override {
    static_cast<void>(segment);
    static_cast<void>(batches);
    return {};
  }

 private:
  Result<RunStats> answer(RowSink& sink, const Cancel& cancel) {
    while (hang) {
      if (cancel.stopped()) {
        ++cancelled;
        return Error(ErrorCode::kCancelled, "stopped");
      }
      std::this_thread::yield();
    }
    const std::vector<ResultColumn> columns = {{"n", ColumnType::kLong},
                                               {"nothing", ColumnType::kText}};
    TRY(sink.begin(columns));
    for (std::uint64_t i = 0; i < rows; ++i) {
      std::vector<Cell> cells = {Cell(static_cast<std::int64_t>(i)), Cell()};
      TRY(sink.row(cells));
    }
    return RunStats{.rows = rows, .took = Span(1)};
  }
};

// Answers at once with `answer`, or holds batches until release().
class FakeSink final : public RecordSink {
 public:
  std::optional<Error> answer;
  bool hold = false;
  std::vector<std::shared_ptr<RecordBatch>> taken;
  std::vector<std::function<void(const Status&)>> held;

  void submit(std::shared_ptr<RecordBatch> batch,
              std::function<void(const Status&)> done) override {
    if (hold) {
      held.push_back(std::move(done));
      return;
    }
    if (answer) {
      done(*answer);
      return;
    }
    taken.push_back(std::move(batch));
    done({});
  }
};

class FakeDesk final : public RuleDesk {
 public:
  std::optional<Error> fault;
  int reloads = 0;

  RulesInForce current() override {
    auto report = std::make_shared<LoadReport>();
    report->loaded = 1;
    report->refused = 1;
    report->issues.push_back({"rules/a.yml", 3, 7, "unknown modifier", true});
    return {std::make_shared<const RuleSet>(), report, Micros(1'795'444'400'000'000)};
  }
  std::shared_ptr<const CompiledRules> compiled() override {
    return in_force ? in_force : CompiledRules::compile(std::make_shared<const RuleSet>()).value();
  }
  Result<TrialRules> try_out(std::string_view text) override {
    LoadReport report;
    const auto rules = RuleSet::load({{std::string(kTrialFile), std::string(text)}},
                                     *Taxonomy::load({}), trial_fields, {}, report);
    return TrialRules{CompiledRules::compile(rules).value(), report};
  }
  Status reload() override {
    ++reloads;
    return fault ? Status(*fault) : Status();
  }

  Result<RuleText> text_of(const std::string& id) override {
    if (id != "known") {
      return Error(ErrorCode::kNotFound, "no such rule");
    }
    return RuleText{"own:known.yml", own_text, true};
  }
  Result<LoadReport> save_own(const std::string& id, std::string_view text) override {
    static_cast<void>(id);
    const TrialRules trial = *try_out(text);
    if (trial.report.refused == 0) {
      own_text = std::string(text);
    }
    return trial.report;
  }
  Status remove_own(const std::string& id) override {
    return id == "known" ? Status() : Status(Error(ErrorCode::kConflict, "shipped"));
  }

  std::string own_text = "title: t\n";
  FieldCatalog trial_fields;
  std::shared_ptr<const CompiledRules> in_force;
};

class FakeCoverage final : public CoverageDesk {
 public:
  Result<std::vector<VersionCoverage>> of_rule(const std::string& rule_id) override {
    if (rule_id != "known") {
      return std::vector<VersionCoverage>{};
    }
    return std::vector<VersionCoverage>{{"aa", {{Seq(1), Seq(11)}, {Seq(21), Seq(31)}}},
                                        {"bb", {{Seq(31), Seq(41)}}}};
  }
};

class FakeVitals final : public Vitals {
 public:
  VitalSigns now;
  VitalSigns signs() override { return now; }
  std::uint64_t undecoded(std::string_view source) override { return source.size(); }
};

class FakeThreats final : public ThreatListDesk {
 public:
  std::vector<std::string> refreshed;

  std::vector<ThreatListStatus> lists() override {
    ThreatListStatus list;
    list.name = "ipsum";
    list.origin = "url";
    list.location = "https://lists.example/ipsum.txt";
    list.format = "ipsum";
    list.entries = {{"address", 12}, {"domain", 0}};
    list.fetched = Micros(1'795'444'400'000'000);
    list.bad_samples = {"3: \"x\" is no address or network"};
    return {list};
  }
  Status refresh(const std::string& name) override {
    if (name != "ipsum") {
      return Error(ErrorCode::kNotFound, "there is no threat list " + name);
    }
    refreshed.push_back(name);
    return {};
  }
  Result<std::vector<ThreatLookup>> lookup(std::string_view value) override {
    if (value != "203.0.113.7") {
      return std::vector<ThreatLookup>{};
    }
    ThreatLookup found;
    found.list = "ipsum";
    found.kind = "address";
    found.indicator = "203.0.113.0/24";
    found.confidence = 70;
    found.until = Micros(1'795'444'400'000'000);
    return std::vector{found};
  }
};

class FakeMonitors final : public MonitorDesk {
 public:
  std::vector<Span> trained;

  std::vector<MonitorSummary> list() override {
    RuleInfo info;
    info.id = "logins";
    info.title = "Unusual log-ins";
    MonitorSummary summary;
    summary.info = std::make_shared<const RuleInfo>(info);
    summary.keys = 3;
    summary.first = Micros(1'795'444'400'000'000);
    return {summary};
  }
  Result<std::vector<KeyKnowledge>> show(std::string_view monitor, std::string_view key,
                                         std::size_t most) override {
    if (monitor != "logins") {
      return Error(ErrorCode::kNotFound, "there is no such monitor");
    }
    KeyKnowledge known;
    known.key = {{"user.name", std::string(key)}};
    known.events = most;
    known.baseline.unit = "log-ins";
    known.baseline.history = {{Micros(1'795'444'400'000'000), 20, 12, 35}};
    known.baseline.usual = {{"DE", 7}};
    return std::vector{known};
  }
  Status train(Span since) override {
    trained.push_back(since);
    return {};
  }
  TrainingState training() override { return {}; }
};

// What came back: the whole answer, or a stream.
struct Answered {
  int status = 0;
  std::vector<HttpHeader> headers;
  std::string body;
  std::shared_ptr<QueuedStream> stream;

  std::string header(std::string_view name) const {
    for (const HttpHeader& header : headers) {
      if (header.name == name) {
        return header.value;
      }
    }
    return {};
  }
};

// One request under way. What wakes it lives as long as the stream that may be left behind.
class Asked {
 public:
  Asked(Api& api, HttpRequest request)
      : bell_(std::make_shared<Bell>()),
        exchange_(std::make_shared<HttpExchange>([bell = bell_] { bell->ring(); }, 1U << 20U)) {
    api.handler()(std::move(request), Responder(exchange_));
  }
  ~Asked() { exchange_->detach(); }
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;

  Answered wait() {
    while (true) {
      bell_->rearm();
      if (std::optional<HttpAnswer> answer = exchange_->take_answer()) {
        return {answer->response.status, answer->response.headers, answer->response.body,
                answer->stream};
      }
      bell_->wait();
    }
  }
  bool answered() { return exchange_->take_answer().has_value(); }
  void go_away() { exchange_->detach(); }

 private:
  class Bell {
   public:
    void ring() {
      const std::scoped_lock lock(mutex_);
      rung_ = true;
      changed_.notify_all();
    }
    void rearm() {
      const std::scoped_lock lock(mutex_);
      rung_ = false;
    }
    void wait() {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return rung_; });
    }

   private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool rung_ = false;
  };

  std::shared_ptr<Bell> bell_;
  std::shared_ptr<HttpExchange> exchange_;
};

class FakeFacts final : public AddressFacts {
 public:
  Facts now;
  Facts of(const IpAddress& address) override {
    static_cast<void>(address);
    return now;
  }
};

// Alerts of a store; everything else goes well and does nothing.
class FakePlaybookHands final : public PlaybookHands {
 public:
  AlertStore* alerts = nullptr;

  Result<Alert> alert(const std::string& id) override { return alerts->get(id); }
  Result<std::vector<Alert>> open_alerts(Micros /*changed*/) override {
    return std::vector<Alert>{};
  }
  std::string playbook_of_rule(const std::string& /*rule_id*/) override { return {}; }
  std::vector<std::string> event_values(const Alert& /*alert*/,
                                        std::string_view /*field*/) override {
    return {};
  }
  Result<std::vector<std::string>> tell(const std::string& /*once*/,
                                        const std::vector<std::string>& channels,
                                        const Alert& /*alert*/, const std::string& /*text*/,
                                        const std::string& /*who*/) override {
    return channels;
  }
  Status assign(const std::string& /*alert_id*/, const std::string& /*assignee*/,
                const std::string& /*note*/, const std::string& /*state*/,
                const std::string& /*who*/) override {
    return {};
  }
  Result<std::string> keep_evidence(const Alert& /*alert*/, const std::string& name) override {
    return name;
  }
};

// The least that libsodium computes: tests are about who comes in, not about the cost of guessing.
inline constexpr PasswordCost kCheapPasswords{.passes = 1, .memory_bytes = 8'192, .at_once = 8};

inline constexpr std::array kPages = {ConsoleAsset{"/index.html", "", "", "<p>console</p>", ""}};

class ApiTest : public BookRig {
 protected:
  void SetUp() override {
    BookRig::SetUp();
    receipts_ = std::move(*ReceiptBook::open(enforcement_, *db_, clock_, metrics_));
    keys_ = std::move(*KeyStore::open(*db_, clock_, metrics_));
    users_ = std::move(*UserStore::open(*db_, clock_, kCheapPasswords));
    sessions_ = std::move(*SessionStore::open(*db_, clock_, {}));
    setup_ = std::make_unique<SetupLink>(*users_);
    Document shipped;
    shipped.id = "api";
    shipped.title = "API";
    shipped.body = R"({"panels":[]})";
    documents_ = std::move(*DocumentStore::open(*db_, clock_, {shipped}));
    alerts_ = std::move(*AlertStore::open(*db_, clock_, metrics_));
    open_people();
    open_playbooks();
    admin_ = make_key("boss", {Scope::kAdmin});
    reader_ = make_key("reader", {Scope::kRead});
    ingester_ = make_key("shop front", {Scope::kIngest});
    enforcer_ = make_key("firewall", {Scope::kEnforcer});
    watcher_ = make_key("agent", {Scope::kWatcher});
    auto records = std::make_shared<RecordBatch>();
    const std::uint32_t origin = records->add_origin({"http:shop", "192.0.2.1", "app.auth"});
    ASSERT_TRUE(records->add(origin, clock_.now(), "first line"));
    ASSERT_TRUE(records->add(origin, clock_.now(), "\xff\xfe"));
    journal_ = std::make_unique<FakeJournal>(records);
    start({});
  }

  void start(ApiSettings settings) {
    settings.version = "1.2.3";
    api_.reset();
    limits_ = std::make_unique<RateLimiter>(enforcement_, 7, clock_, metrics_);
    api_ = make_api(settings, {*keys_,
                               {*users_, *sessions_, *setup_, audit_},
                               *alerts_,
                               store_,
                               *journal_,
                               sink_,
                               sources_,
                               desk_,
                               coverage_,
                               vitals_,
                               threats_,
                               monitors_,
                               enforcement_services(),
                               {*notifier_, *exceptions_},
                               {*book_, *guards_, audit_},
                               {*engine_, *armed_, audit_},
                               metrics_,
                               log_,
                               clock_,
                               fields_,
                               datasets_,
                               [] {
                                 return [](std::shared_ptr<const RecordBatch> batch, std::size_t,
                                           std::size_t) {
                                   return std::make_shared<EventBatch>(std::move(batch));
                                 };
                               },
                               console_,
                               {*documents_, all_settings_, *never_block_}});
  }

  // One channel of the file, with a route, and a secret that nobody may see.
  void open_people() {
    exceptions_ = std::move(*ExceptionStore::open(*db_, files_, clock_, metrics_));
    alerts_->set_exceptions(exceptions_.get());
    NotifySettings notify;
    notify.channels.emplace_back();
    notify.channels[0].name = "filed";
    notify.channels[0].type = "ntfy";
    notify.channels[0].texts = {{"url", "http://127.0.0.1:1"}, {"topic", "t"}};
    notify.channels[0].secrets = {{"token", {SecretSource::From::kEnvironment, "PATH"}}};
    notify.routes.emplace_back();
    notify.routes[0].to = {"filed"};
    auto notifier = Notifier::open(notify, *SecretBox::open(files_, directory_ / "secrets.key"), 7,
                                   {*db_, files_, environment_, clock_, metrics_, log_});
    ASSERT_TRUE(notifier) << notifier.error().text();
    notifier_ = std::move(*notifier);
    alerts_->set_recorder([this](soci::session& sql, std::span<const AlertEvent> events) {
      return notifier_->record(sql, events);
    });
  }

  // One playbook that asks before it blocks, in force and not armed; no thread runs it.
  void open_playbooks() {
    hands_.alerts = alerts_.get();
    auto engine = PlaybookEngine::open(
        {*book_, *armed_, hands_, *db_, audit_, clock_, metrics_, log_, 7, {}});
    ASSERT_TRUE(engine) << engine.error().full_text();
    engine_ = std::move(*engine);
    Result<Playbook> playbook = parse_playbook(
        "name: ask-first\ndescription: Ask, then block\nlabels: [RA3101]\n"
        "trigger: {linked: true}\nsteps:\n"
        "  - {name: ask, approve: {ask: Block it?}, on_failure: done}\n"
        "  - {name: block, decide: {kind: block, about: address, for: 1h}}\n"
        "  - {name: done, end: true}\n",
        "ask.yml", {});
    ASSERT_TRUE(playbook) << playbook.error().text();
    playbook_ = std::make_shared<const Playbook>(std::move(*playbook));
    engine_->put_in_force(std::make_shared<const PlaybookSet>(
        PlaybookSet{{playbook_}, {"bad.yml:1:1: needs a name"}}));
  }

  EnforcementServices enforcement_services() {
    return {*book_, *receipts_, *limits_, facts_, enforcement_.challenge_url, std::string(32, 's')};
  }

  std::string make_key(const std::string& name, ScopeSet scopes) {
    return *keys_->create({.name = name, .scopes = scopes, .expires = {}, .created_by = "cli"});
  }

  static HttpRequest request(const std::string& method, const std::string& path,
                             const std::string& key, std::string body = "",
                             std::vector<QueryParameter> query = {}) {
    HttpRequest made;
    made.method = method;
    made.path = path;
    made.query = std::move(query);
    made.body = std::move(body);
    made.peer_ip = "192.0.2.77";
    if (!key.empty()) {
      made.headers.push_back({"Authorization", "Bearer " + key});
    }
    return made;
  }

  Answered ask(HttpRequest request) { return Asked(*api_, std::move(request)).wait(); }
  Answered get(const std::string& path, std::vector<QueryParameter> query = {}) {
    return ask(request("GET", path, reader_, "", std::move(query)));
  }
  Answered send(const std::string& method, const std::string& path, std::string body) {
    return ask(request(method, path, admin_, std::move(body)));
  }

  // A member of a JSON object, as text ("" when absent).
  static std::string member(const std::string& json, std::string_view name) {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    simdjson::dom::element value;
    if (parser.parse(json).get(root) != simdjson::SUCCESS ||
        root.at_pointer(name).get(value) != simdjson::SUCCESS) {
      return {};
    }
    std::string_view text;
    return value.get(text) == simdjson::SUCCESS ? std::string(text) : simdjson::to_string(value);
  }

  void open_alert(const std::string& ip, std::uint64_t seq) {
    RuleInfo info;
    info.id = "brute";
    info.title = "Brute force";
    info.level = Level::kHigh;
    info.version = "v1";
    Finding finding;
    finding.rule = std::make_shared<const RuleInfo>(info);
    finding.key = {{"source.ip", ip}};
    finding.seq = Seq(seq);
    finding.time = clock_.now();
    finding.first = clock_.now();
    finding.sentence = "12 failed log-ins";
    ASSERT_TRUE(alerts_->fold(std::vector{finding}, Seq(seq)));
  }

  Log log_;
  FieldCatalog fields_;
  DatasetCatalog datasets_;
  SourceStats sources_{metrics_};
  FakeSink sink_;
  FakeStore store_;
  FakeDesk desk_;
  FakeCoverage coverage_;
  FakeVitals vitals_;
  FakeThreats threats_;
  FakeMonitors monitors_;
  FakeFacts facts_;
  EnforcementSettings enforcement_;
  std::unique_ptr<ReceiptBook> receipts_;
  std::unique_ptr<RateLimiter> limits_;
  std::unique_ptr<KeyStore> keys_;
  std::unique_ptr<UserStore> users_;
  std::unique_ptr<SessionStore> sessions_;
  std::unique_ptr<SetupLink> setup_;
  std::unique_ptr<DocumentStore> documents_;
  Settings all_settings_;
  std::unique_ptr<AlertStore> alerts_;
  ProcessEnvironment environment_;
  std::unique_ptr<ExceptionStore> exceptions_;
  std::unique_ptr<Notifier> notifier_;
  FakePlaybookHands hands_;
  std::shared_ptr<const Playbook> playbook_;
  std::unique_ptr<PlaybookEngine> engine_;
  std::unique_ptr<FakeJournal> journal_;
  const ConsolePages console_{kPages};
  std::unique_ptr<Api> api_;
  std::string admin_, reader_, ingester_, enforcer_, watcher_;
};

}  // namespace tocsin
