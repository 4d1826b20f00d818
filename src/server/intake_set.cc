#include "server/intake_set.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/fail.h"
#include "base/hash.h"
#include "intake/file_tail/file_tail_source.h"
#include "intake/stdin/stdin_source.h"
#include "intake/syslog/syslog_server.h"
#include "server/source_names.h"

namespace tocsin {
namespace {

// Each file source keeps its positions in a file of its own, named after what it follows.
std::string position_file(const Settings& settings, const SourceSettings& source) {
  const std::uint64_t id = hash64(source.name + "\n" + source.path);
  return fmt::format("{}/positions/{:016x}.json", settings.data_directory, id);
}

Result<std::unique_ptr<IntakeSource>> start_file(const Settings& settings,
                                                 const SourceSettings& source, FileSystem& files,
                                                 const IntakeContext& context) {
  FileTailOptions options;
  options.name = source.name;
  options.globs = {source.path};
  options.state_file = position_file(settings, source);
  options.start = source.from_beginning ? StartAt::kBeginning : StartAt::kEnd;
  options.read_gzip = source.read_gzip;
  options.line_bytes_max = settings.decode.line_bytes_max;
  TRY(files.create_directories(settings.data_directory + "/positions"));
  return start_file_tail(std::move(options), files, context);
}

Result<std::unique_ptr<IntakeSource>> start_syslog(const SourceSettings& source,
                                                   const IntakeContext& context) {
  TRY_ASSIGN(const ListenAddress listen, parse_listen_address(source.listen));
  SyslogListener listener;
  listener.transport =
      source.kind == SourceKind::kSyslogUdp ? SyslogTransport::kUdp : SyslogTransport::kTcp;
  listener.address = listen.address;
  listener.port = listen.port;
  listener.name = source_name(source);
  TRY_ASSIGN(std::unique_ptr<SyslogServer> server,
             SyslogServer::start({std::move(listener)}, {}, context));
  return std::unique_ptr<IntakeSource>(std::move(server));
}

Result<std::unique_ptr<IntakeSource>> start_source(const Settings& settings,
                                                   const SourceSettings& source, FileSystem& files,
                                                   const IntakeContext& context) {
  switch (source.kind) {
    case SourceKind::kFile:
      return start_file(settings, source, files, context);
    case SourceKind::kSyslogUdp:
    case SourceKind::kSyslogTcp:
      return start_syslog(source, context);
    case SourceKind::kStdin: {
      StdinOptions options;
      options.name = source_name(source);
      options.line_bytes_max = settings.decode.line_bytes_max;
      return start_stdin(std::move(options), context,
                         [&log = context.log] { log.info("standard input has ended"); });
    }
  }
  return fail(ErrorCode::kInternal, "unknown kind of source");
}

}  // namespace

Result<std::unique_ptr<IntakeSet>> IntakeSet::start(const Settings& settings, FileSystem& files,
                                                    const IntakeContext& context) {
  std::unique_ptr<IntakeSet> set(new IntakeSet);
  for (const SourceSettings& source : settings.sources) {
    auto started = start_source(settings, source, files, context);
    if (!started) {
      return fail_because(started.error(), "starting the source {}", source_name(source));
    }
    set->sources_.push_back(std::move(*started));
  }
  return set;
}

IntakeSet::~IntakeSet() {
  for (const std::unique_ptr<IntakeSource>& source : sources_) {
    source->stop();
  }
}

}  // namespace tocsin
