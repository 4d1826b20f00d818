#include "server/server.h"

#include <utility>

#include <fmt/format.h>
#include <sodium.h>

#include "access/key_store.h"
#include "access/session_store.h"
#include "access/setup_link.h"
#include "access/user_store.h"
#include "alert/alert_store.h"
#include "alert/exceptions.h"
#include "alert/notify/notifier.h"
#include "api/api.h"
#include "base/fail.h"
#include "console/console_pages.h"
#include "index/event_store.h"
#include "journal/journal.h"
#include "respond/response.h"
#include "server/audit_journal.h"
#include "server/enforcement_desk.h"
#include "server/event_fields.h"
#include "server/housekeeping.h"
#include "server/intake_set.h"
#include "server/journal_sink.h"
#include "server/local_access.h"
#include "server/module_options.h"
#include "server/monitor_book.h"
#include "server/monitor_trainer.h"
#include "server/pipeline.h"
#include "server/playbook_desk.h"
#include "server/retro_match.h"
#include "server/rule_book.h"
#include "server/rule_coverage.h"
#include "server/segment_repair.h"
#include "server/shipped_documents.h"
#include "server/threat_desk.h"
#include "server/threat_options.h"
#include "server/version.h"
#include "server/vital_signs.h"
#include "state/state_db.h"
#include "sys/file_lock.h"

namespace tocsin {
namespace {

// What is not matched by then is replayed at the next start.
constexpr Span kDrainMax = span_s(20);

// Members are built from top to bottom by start() and destroyed from bottom to top.
class RunningServer final : public Server {
 public:
  RunningServer(Settings settings, FileSystem& files, Clock& clock, Log& log)
      : settings_(std::move(settings)), files_(files), clock_(clock), log_(log) {}
  ~RunningServer() override { static_cast<void>(stop()); }

  Status start();
  const std::string& url() const override { return url_; }
  const std::optional<std::string>& first_admin_key() const override { return first_admin_key_; }
  const std::optional<std::string>& setup_token() const override { return setup_token_; }
  void reload() override;
  Status stop() override;

 private:
  Status open_state();
  Status open_people();
  Status open_stores();
  Status open_playbooks();
  Status open_door();
  Status leave_local_access();
  std::vector<Chore> chores();
  void keep_coverage();
  DecodeRecords make_decode() const;

  const Settings settings_;
  FileSystem& files_;
  Clock& clock_;
  Log& log_;

  std::optional<FileLock> lock_;
  Metrics metrics_;
  FieldCatalog fields_;
  DatasetCatalog datasets_;
  UndecodedCounts undecoded_;
  Published<EnrichTables> tables_;
  std::unique_ptr<ThreatDesk> threats_;
  std::unique_ptr<StateDb> state_;
  std::unique_ptr<KeyStore> keys_;
  std::unique_ptr<UserStore> users_;
  std::unique_ptr<SessionStore> sessions_;
  std::unique_ptr<SetupLink> setup_;
  std::unique_ptr<DocumentStore> documents_;
  std::uint64_t secret_seed_ = 0;
  std::unique_ptr<AuditJournal> audit_;
  std::unique_ptr<Response> response_;
  std::unique_ptr<EnforcementDesk> enforcement_;
  std::unique_ptr<AlertStore> alerts_;
  std::unique_ptr<ExceptionStore> exceptions_;
  ProcessEnvironment environment_;
  std::unique_ptr<Notifier> notifier_;
  std::unique_ptr<RuleBook> rules_;
  std::unique_ptr<MonitorBook> monitors_;
  std::unique_ptr<RuleCoverage> coverage_;
  std::unique_ptr<EventStore> events_;
  std::unique_ptr<const EventWorkContext> work_;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<JournalFields> event_fields_;
  std::unique_ptr<PlaybookDesk> playbooks_;
  std::unique_ptr<JournalSink> sink_;
  std::unique_ptr<SourceStats> sources_;
  std::unique_ptr<ServerVitals> vitals_;
  std::unique_ptr<SegmentRepair> repair_;
  std::unique_ptr<MonitorTrainer> trainer_;
  std::unique_ptr<RetroMatch> retro_;
  const ConsolePages console_{console_assets()};
  std::unique_ptr<Api> api_;
  std::unique_ptr<HttpServer> http_;
  std::unique_ptr<IntakeSet> intake_;
  std::unique_ptr<Housekeeping> housekeeping_;
  std::string url_;
  std::optional<std::string> first_admin_key_;
  std::optional<std::string> setup_token_;
  bool stopped_ = false;
};

Status RunningServer::start() {
  TRY(files_.create_directories(settings_.data_directory + "/keys"));
  TRY_ASSIGN(FileLock lock, FileLock::acquire(settings_.data_directory + "/lock"));
  lock_.emplace(std::move(lock));
  TRY(open_state());
  TRY(open_people());
  TRY(open_stores());
  TRY(open_door());
  TRY(leave_local_access());
  TRY_ASSIGN(intake_, IntakeSet::start(settings_, files_, {*sink_, *sources_, clock_, log_}));
  housekeeping_ = std::make_unique<Housekeeping>(chores(), clock_);
  notifier_->start();
  playbooks_->start();
  return {};
}

Status RunningServer::open_state() {
  StateDbOptions options;
  options.path = settings_.data_directory + "/state.db";
  TRY_ASSIGN(state_, StateDb::open(options, files_, clock_));
  for (const std::string& note : state_->open_notes()) {
    log_.error("{}", note);
  }
  TRY_ASSIGN(keys_, KeyStore::open(*state_, clock_, metrics_));
  TRY_ASSIGN(first_admin_key_, keys_->create_first_admin());
  TRY_ASSIGN(users_, UserStore::open(*state_, clock_));
  TRY_ASSIGN(sessions_, SessionStore::open(*state_, clock_,
                                           {.idle = settings_.access.session_idle,
                                            .longest = settings_.access.session_longest}));
  setup_ = std::make_unique<SetupLink>(*users_);
  TRY_ASSIGN(documents_, DocumentStore::open(*state_, clock_, shipped_documents()));
  TRY_ASSIGN(setup_token_, setup_->make());
  TRY_ASSIGN(alerts_, AlertStore::open(*state_, clock_, metrics_));
  TRY_ASSIGN(coverage_, RuleCoverage::open(*state_));
  randombytes_buf(&secret_seed_, sizeof(secret_seed_));
  audit_ = std::make_unique<AuditJournal>(clock_, metrics_, log_);
  TRY_ASSIGN(response_, Response::open({settings_.respond, settings_.trusted_proxies, *state_,
                                        *audit_, files_, clock_, metrics_, secret_seed_}));
  TRY_ASSIGN(enforcement_, EnforcementDesk::open({settings_.enforcement, *state_, tables_, clock_,
                                                  metrics_, log_, secret_seed_}));
  return {};
}

// Who is told of alerts, and what they said is expected.
Status RunningServer::open_people() {
  TRY_ASSIGN(exceptions_, ExceptionStore::open(*state_, files_, clock_, metrics_));
  alerts_->set_exceptions(exceptions_.get());
  TRY_ASSIGN(SecretBox box,
             SecretBox::open(files_, settings_.data_directory + "/keys/channels.key"));
  if (box.was_damaged()) {
    log_.error(
        "keys/channels.key was damaged and is kept as channels.key.damaged: secrets of channels "
        "that were set over the API must be set again");
  }
  std::uint64_t seed = 0;
  randombytes_buf(&seed, sizeof(seed));
  TRY_ASSIGN(notifier_, Notifier::open(settings_.notify, std::move(box), seed,
                                       {*state_, files_, environment_, clock_, metrics_, log_}));
  alerts_->set_recorder([this](soci::session& sql, std::span<const AlertEvent> events) {
    return notifier_->record(sql, events);
  });
  alerts_->add_listener([this](std::span<const AlertEvent> events) { notifier_->changed(events); });
  return {};
}

Status RunningServer::open_stores() {
  TRY_ASSIGN(rules_, RuleBook::open(settings_.detect, fields_, files_, clock_, log_,
                                    settings_.data_directory + "/cache/patterns",
                                    settings_.data_directory + "/rules"));
  monitors_ =
      std::make_unique<MonitorBook>(MonitorBookParts{settings_, files_, clock_, metrics_, log_},
                                    rules_->current().rules, secret_seed_);
  tables_.publish(load_enrich_tables(files_, enrich_files(settings_), log_));
  threats_ = std::make_unique<ThreatDesk>(
      ThreatDeskParts{settings_, tables_, files_, clock_, metrics_, log_, secret_seed_});
  TRY_ASSIGN(events_, open_event_store(store_options(settings_),
                                       {files_, clock_, log_, metrics_, fields_, datasets_}));
  work_ = std::make_unique<const EventWorkContext>(
      settings_, fields_, datasets_, tables_, undecoded_, metrics_, secret_seed_, response_.get());
  pipeline_ = std::make_unique<Pipeline>(
      *work_, PipelineStores{*events_, *alerts_, *rules_, *monitors_, *coverage_}, clock_, log_);
  TRY_ASSIGN(journal_, Journal::open(journal_options(settings_), files_, clock_, metrics_, log_,
                                     [this](std::shared_ptr<const RecordBatch> batch) {
                                       pipeline_->offer(std::move(batch));
                                     }));
  audit_->attach(*journal_);
  event_fields_ = std::make_unique<JournalFields>(*journal_, *work_);
  exceptions_->set_event_fields(event_fields_.get());
  TRY(open_playbooks());
  pipeline_->start(*journal_);
  sink_ = std::make_unique<JournalSink>(*journal_, settings_.lag_records_max,
                                        [this] { return pipeline_->lag_records(); });
  sources_ = std::make_unique<SourceStats>(metrics_);
  vitals_ = std::make_unique<ServerVitals>(
      VitalParts{settings_, *pipeline_, *events_, undecoded_, files_}, clock_.now());
  repair_ = std::make_unique<SegmentRepair>(*events_, *journal_, *work_, log_);
  trainer_ = std::make_unique<MonitorTrainer>(
      MonitorTrainerParts{*monitors_, *rules_, *journal_, *work_, clock_, log_});
  retro_ = std::make_unique<RetroMatch>(
      retro_options(settings_), RetroParts{*events_, *alerts_, files_, clock_, metrics_, log_});
  threats_->start(*retro_, [this] { return journal_->end(); });
  return {};
}

Status RunningServer::open_playbooks() {
  TRY_ASSIGN(playbooks_, PlaybookDesk::open(
                             {settings_.respond, settings_.data_directory + "/evidence", *response_,
                              *alerts_, *notifier_, *rules_, *event_fields_, *journal_, *state_,
                              files_, clock_, metrics_, log_, secret_seed_}));
  return {};
}

Status RunningServer::open_door() {
  ApiSettings api;
  api.version = kVersion;
  api.metrics_public = settings_.http.metrics_public;
  api.threads = settings_.query.concurrent_max;
  api.search_time_max = settings_.query.timeout;
  api.search_rows_max = settings_.query.rows_max;
  api.body.record_bytes_max = settings_.decode.line_bytes_max;
  api_ = make_api(api, {*keys_,
                        {*users_, *sessions_, *setup_, *audit_},
                        *alerts_,
                        *events_,
                        *journal_,
                        *sink_,
                        *sources_,
                        *rules_,
                        *coverage_,
                        *vitals_,
                        *threats_,
                        *trainer_,
                        enforcement_->services(response_->book()),
                        {*notifier_, *exceptions_},
                        {response_->book(), response_->guards(), *audit_},
                        {playbooks_->engine(), response_->armed(), *audit_},
                        metrics_,
                        log_,
                        clock_,
                        fields_,
                        datasets_,
                        [this] { return make_decode(); },
                        console_,
                        {*documents_, settings_, response_->guards().parts().never_block}});
  TRY_ASSIGN(HttpServerOptions http, http_options(settings_));
  http.gate = api_->gate();
  const std::string address = http.address;
  TRY_ASSIGN(http_, HttpServer::start(std::move(http), api_->handler(), metrics_, log_, clock_));
  const bool any = address == "0.0.0.0" || address == "::";
  const bool v6 = address.find(':') != std::string::npos;
  const std::string host = any ? "127.0.0.1" : v6 ? "[" + address + "]" : address;
  url_ = fmt::format("{}://{}:{}", settings_.tls.certificate.empty() ? "http" : "https", host,
                     http_->port());
  return {};
}

DecodeRecords RunningServer::make_decode() const {
  return [work = std::make_shared<EventWork>(*work_)](std::shared_ptr<const RecordBatch> batch,
                                                      std::size_t from, std::size_t to) {
    return work->decode(std::move(batch), from, to);
  };
}

// The command line on this machine keeps its key from start to start.
Status RunningServer::leave_local_access() {
  LocalAccess access{url_, {}};
  const auto before = read_local_access(files_, settings_.data_directory);
  if (before && keys_->verify(before->key)) {
    access.key = before->key;
  } else {
    NewKey wanted;
    wanted.name = "local command line";
    wanted.scopes = {Scope::kAdmin};
    wanted.created_by = "tocsin";
    TRY_ASSIGN(access.key, keys_->create(wanted));
  }
  return write_local_access(files_, settings_.data_directory, access);
}

void RunningServer::keep_coverage() {
  if (const Status kept = coverage_->keep(seq_plus(alerts_->folded_through(), 1)); !kept) {
    log_.warning("what rules have seen: {}", kept.error().full_text());
  }
}

std::vector<Chore> RunningServer::chores() {
  return {
      {"rule coverage", span_s(5), [this] { keep_coverage(); }},
      {"rates", span_s(5), [this] { api_->sample_rates(); }},
      {"repair", span_s(5),
       [this] {
         while (repair_->step()) {
         }
       }},
      {"decisions", span_ms(500),
       [this] {
         if (const Status ticked = response_->tick(); !ticked) {
           log_.error("ending decisions: {}", ticked.error().full_text());
         }
         audit_->flush();
       }},
      {"enforcers", span_s(1), [this] { enforcement_->look(response_->book(), *audit_); }},
      {"log-ins", span_s(60),
       [this] {
         if (const Status kept = response_->flush(); !kept) {
           log_.warning("keeping log-ins: {}", kept.error().full_text());
         }
       }},
      {"monitors", span_s(5),
       [this] {
         pipeline_->tick();
         monitors_->keep(alerts_->folded_through(), MonitorBook::When::kDue);
       }},
      {"keys", span_s(60),
       [this] {
         if (const Status kept = keys_->flush_last_used(); !kept) {
           log_.warning("times of last use of keys: {}", kept.error().full_text());
         }
       }},
      {"sessions", span_s(60),
       [this] {
         if (const Status kept = sessions_->flush(); !kept) {
           log_.warning("sessions: {}", kept.error().full_text());
         }
       }},
      {"journal retention", span_s(3'600),
       [this] {
         const auto retired =
             journal_->retire_received_before(clock_.now() - settings_.journal.retention);
         if (!retired) {
           log_.error("journal retention: {}", retired.error().full_text());
         }
       }},
      {"gauges", span_s(5),
       [this] {
         metrics_.gauge("tocsin_lag_records", "Durable records that are not matched yet")
             .set(static_cast<double>(pipeline_->lag_records()));
         const StoreStats stats = events_->stats();
         metrics_.gauge("tocsin_index_rows", "Events that can be searched")
             .set(static_cast<double>(stats.rows));
         metrics_.gauge("tocsin_index_disk_bytes", "Sealed index segments")
             .set(static_cast<double>(stats.disk_bytes));
         metrics_.gauge("tocsin_journal_disk_bytes", "Journal on disk")
             .set(static_cast<double>(journal_->stored_bytes()));
       }},
  };
}

void RunningServer::reload() {
  if (const Status reloaded = rules_->reload(); !reloaded) {
    log_.error("rules stay as they were: {}", reloaded.error().full_text());
  }
  if (const Status reloaded = response_->reload(); !reloaded) {
    log_.error("never-block lists stay as they were: {}", reloaded.error().full_text());
  }
  playbooks_->reload();
  const std::shared_ptr<const EnrichTables> before = tables_.get();
  threats_->publish_base(*load_enrich_tables(files_, enrich_files(settings_), log_, before.get()));
  threats_->look_again();
}

Status RunningServer::stop() {
  if (std::exchange(stopped_, true)) {
    return {};
  }
  housekeeping_.reset();
  if (threats_ != nullptr) {
    threats_->stop();
  }
  if (retro_ != nullptr) {
    retro_->stop();
  }
  if (trainer_ != nullptr) {
    trainer_->stop();
  }
  intake_.reset();
  if (http_ != nullptr) {
    http_->stop();
  }
  if (api_ != nullptr) {
    api_->stop();
  }
  if (keys_ != nullptr) {
    static_cast<void>(keys_->flush_last_used());
    static_cast<void>(sessions_->flush());
  }
  if (playbooks_ != nullptr) {
    playbooks_->stop();
  }
  if (response_ != nullptr) {
    static_cast<void>(response_->flush());
  }
  if (enforcement_ != nullptr) {
    static_cast<void>(enforcement_->flush());
  }
  Status status;
  if (journal_ != nullptr) {
    status = journal_->close();
  }
  if (pipeline_ != nullptr) {
    pipeline_->drain(kDrainMax);
    pipeline_->stop();
    monitors_->keep(alerts_->folded_through(), MonitorBook::When::kNow);
    keep_coverage();
  }
  if (notifier_ != nullptr) {
    notifier_->stop();
  }
  if (events_ != nullptr) {
    if (const Status sealed = events_->seal(); !sealed && status) {
      status = sealed;
    }
  }
  return status;
}

}  // namespace

Result<std::unique_ptr<Server>> Server::start(Settings settings, FileSystem& files, Clock& clock,
                                              Log& log) {
  auto server = std::make_unique<RunningServer>(std::move(settings), files, clock, log);
  TRY(server->start());
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace tocsin
