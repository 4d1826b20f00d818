#include "state/sql_fault.h"

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "base/fail.h"

namespace tocsin {
namespace {

ErrorCode sqlite_code(int result) {
  switch (result & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
      return ErrorCode::kExhausted;
    case SQLITE_FULL:
      return ErrorCode::kDiskFull;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::kCorrupt;
    case SQLITE_CONSTRAINT:
      return ErrorCode::kConflict;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
      return ErrorCode::kDenied;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return ErrorCode::kIo;
    default:
      return ErrorCode::kInternal;
  }
}

}  // namespace

Error sql_fault(std::string_view doing, const std::exception& thrown) {
  if (const auto* fault = dynamic_cast<const soci::sqlite3_soci_error*>(&thrown)) {
    return fail(sqlite_code(fault->result()), "state database: {}: {}", doing,
                fault->get_error_message());
  }
  return fail(ErrorCode::kInternal, "state database: {}: {}", doing, thrown.what());
}

Result<std::string> sqlite_connection(const std::string& path) {
  // A text without '=' is taken as the file's name whatever else it holds.
  if (path.find('=') == std::string::npos) {
    return path;
  }
  if (path.find('"') != std::string::npos) {
    return fail(ErrorCode::kInvalid, "state database path {} holds both = and \"", path);
  }
  return fmt::format("db=\"{}\"", path);
}

}  // namespace tocsin
