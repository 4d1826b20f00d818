#include "access/key_store.h"

#include <algorithm>
#include <array>

#include <sodium.h>

#include "base/check.h"
#include "base/encoding.h"
#include "base/fail.h"
#include "base/text.h"
#include "base/utf8.h"

namespace tocsin {
namespace {

constexpr std::string_view kKeyPrefix = "tok_";
constexpr std::size_t kKeyRandomBytes = 32;

const std::array kMigrations = {
    Migration{1,
              "API keys",
              {"CREATE TABLE api_keys ("
               "id TEXT PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL, "
               "scopes TEXT NOT NULL, created_by TEXT NOT NULL, created_us BIGINT NOT NULL, "
               "expires_us BIGINT, last_used_us BIGINT, revoked_us BIGINT)"}},
};

std::string new_key_text() {
  std::string random(kKeyRandomBytes, '\0');
  randombytes_buf(random.data(), random.size());
  std::string text = base64_encode(random);
  text.erase(std::ranges::find(text, '='), text.end());
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  sodium_memzero(random.data(), random.size());
  return std::string(kKeyPrefix) + text;
}

std::string hash_text(const Sha256Digest& digest) {
  return hex_encode(digest_view(digest));
}

Status check_new_key(const NewKey& key, Micros now) {
  if (key.name.empty() || key.name.size() > kKeyNameBytesMax || !is_valid_utf8(key.name) ||
      std::ranges::any_of(key.name, [](char c) { return c >= 0 && c < ' '; })) {
    return fail(ErrorCode::kInvalid,
                "a key needs a name of 1 to {} bytes of text without control characters",
                kKeyNameBytesMax);
  }
  if (key.scopes.empty()) {
    return fail(ErrorCode::kInvalid, "a key needs a scope: {}", kScopeWords);
  }
  if (key.expires && *key.expires <= now) {
    return fail(ErrorCode::kInvalid, "the key would have expired already");
  }
  return {};
}

// One row, bound to a statement's columns.
struct KeyRow {
  static constexpr std::string_view kColumns =
      "id, name, hash, scopes, created_by, created_us, expires_us, last_used_us, revoked_us";

  std::string id, name, hash, scopes, created_by;
  long long created = 0, expires = 0, last_used = 0, revoked = 0;
  soci::indicator has_expires = soci::i_null;
  soci::indicator has_last_used = soci::i_null;
  soci::indicator has_revoked = soci::i_null;

  void bind(soci::statement& statement) {
    for (std::string* text : {&id, &name, &hash, &scopes, &created_by}) {
      statement.exchange(soci::into(*text));
    }
    statement.exchange(soci::into(created));
    statement.exchange(soci::into(expires, has_expires));
    statement.exchange(soci::into(last_used, has_last_used));
    statement.exchange(soci::into(revoked, has_revoked));
  }

  static std::optional<Micros> time(long long value, soci::indicator has) {
    return has == soci::i_ok ? std::optional(Micros(value)) : std::nullopt;
  }

  KeyInfo info() const {
    return {.id = id,
            .name = name,
            .scopes = parse_scopes(scopes).value_or(ScopeSet()),
            .created_by = created_by,
            .created = Micros(created),
            .expires = time(expires, has_expires),
            .last_used = time(last_used, has_last_used),
            .revoked = time(revoked, has_revoked)};
  }
};

// Calls `take` for each row of "SELECT … FROM api_keys" + `rest`; `id` is bound when not null.
template <class Take>
void select_keys(soci::session& sql, std::string_view rest, const std::string* id, Take take) {
  KeyRow row;
  soci::statement statement(sql);
  row.bind(statement);
  if (id != nullptr) {
    statement.exchange(soci::use(*id, "id"));
  }
  statement.alloc();
  statement.prepare(fmt::format("SELECT {} FROM api_keys {}", KeyRow::kColumns, rest));
  statement.define_and_bind();
  statement.execute();
  while (statement.fetch()) {
    take(row);
  }
}

}  // namespace

bool looks_like_key(std::string_view text) {
  return text.size() == kKeyTextBytes && text.starts_with(kKeyPrefix) &&
         std::ranges::all_of(text.substr(kKeyPrefix.size()), [](char c) {
           return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                  c == '_';
         });
}

KeyStore::KeyStore(StateDb& db, Clock& clock, Metrics& metrics)
    : db_(db), clock_(clock), metrics_(metrics) {}

Result<std::unique_ptr<KeyStore>> KeyStore::open(StateDb& db, Clock& clock, Metrics& metrics) {
  if (sodium_init() < 0) {
    return fail(ErrorCode::kInternal, "libsodium found no source of randomness");
  }
  TRY(db.migrate("access", kMigrations));
  return std::unique_ptr<KeyStore>(new KeyStore(db, clock, metrics));
}

Result<std::string> KeyStore::insert(soci::session& sql, const NewKey& key) {
  const std::string text = new_key_text();
  const std::string id = text.substr(0, kKeyIdBytes);
  const std::string hash = hash_text(sha256(text));
  const std::string scopes = scopes_text(key.scopes);
  const long long created = clock_.now().value;
  const long long expires = key.expires ? key.expires->value : 0;
  soci::indicator has_expires = key.expires ? soci::i_ok : soci::i_null;
  sql << "INSERT INTO api_keys (id, name, hash, scopes, created_by, created_us, expires_us) "
         "VALUES (:id, :name, :hash, :scopes, :by, :created, :expires)",
      soci::use(id), soci::use(key.name), soci::use(hash), soci::use(scopes),
      soci::use(key.created_by), soci::use(created), soci::use(expires, has_expires);
  return text;
}

Result<std::string> KeyStore::create(const NewKey& key) {
  TRY(check_new_key(key, clock_.now()));
  std::string text;
  TRY(db_.write("creating an API key", [&](soci::session& sql) -> Status {
    long long keys = 0;
    sql << "SELECT COUNT(*) FROM api_keys", soci::into(keys);
    if (keys >= kKeysMax) {
      return fail(ErrorCode::kExhausted, "there are {} keys already", keys);
    }
    TRY_ASSIGN(text, insert(sql, key));
    return {};
  }));
  return text;
}

Result<std::optional<std::string>> KeyStore::create_first_admin() {
  std::optional<std::string> text;
  TRY(db_.write("creating the first admin key", [&](soci::session& sql) -> Status {
    long long keys = 0;
    sql << "SELECT COUNT(*) FROM api_keys", soci::into(keys);
    if (keys == 0) {
      const NewKey key{.name = "first admin",
                       .scopes = {Scope::kAdmin},
                       .expires = std::nullopt,
                       .created_by = "tocsin"};
      TRY_ASSIGN(text, insert(sql, key));
    }
    return {};
  }));
  return text;
}

Error KeyStore::refuse(std::string_view reason) {
  metrics_
      .counter("tocsin_access_refused_total", "API keys that were refused",
               {{"reason", std::string(reason)}})
      .add();
  return fail(ErrorCode::kDenied, "the API key is {}", reason);
}

Result<Principal> KeyStore::judge(const Cached& entry, const Sha256Digest& hash) {
  if (!equal_in_constant_time(digest_view(entry.hash), digest_view(hash))) {
    return refuse("unknown");
  }
  if (entry.revoked) {
    return refuse("revoked");
  }
  const Micros now = clock_.now();
  if (entry.expires && *entry.expires <= now) {
    return refuse("expired");
  }
  const MutexLock lock(mutex_);
  used_[entry.principal.key_id] = now;
  return entry.principal;
}

Result<Principal> KeyStore::verify(std::string_view key_text) {
  if (!looks_like_key(key_text)) {
    return refuse("malformed");
  }
  const Sha256Digest hash = sha256(key_text);
  const std::string id(key_text.substr(0, kKeyIdBytes));
  const Span now = clock_.since_boot();
  std::optional<Cached> entry;
  {
    const MutexLock lock(mutex_);
    const auto found = cache_.find(id);
    if (found != cache_.end() && now.value - found->second.checked.value < kTrustFor.value) {
      entry = found->second;
    }
  }
  if (!entry) {
    TRY_ASSIGN(entry, look_up(id));
    if (!entry) {
      return refuse("unknown");
    }
    entry->checked = now;
    const MutexLock lock(mutex_);
    if (cache_.size() >= kCacheMax) {
      cache_.clear();
    }
    cache_[id] = *entry;
  }
  return judge(*entry, hash);
}

bool KeyStore::is_cached(std::string_view key_text) const {
  const Sha256Digest hash = sha256(key_text);
  const std::string id(key_text.substr(0, kKeyIdBytes));
  const MutexLock lock(mutex_);
  const auto found = cache_.find(id);
  return found != cache_.end() &&
         equal_in_constant_time(digest_view(found->second.hash), digest_view(hash));
}

Result<std::optional<KeyStore::Cached>> KeyStore::look_up(const std::string& id) {
  std::optional<Cached> found;
  TRY(db_.read("looking up an API key", [&](soci::session& sql) -> Status {
    select_keys(sql, "WHERE id = :id", &id, [&](const KeyRow& row) {
      const std::optional<std::string> hash = hex_decode(row.hash);
      Cached entry;
      if (!hash || hash->size() != entry.hash.size()) {
        return;
      }
      std::ranges::transform(*hash, entry.hash.begin(),
                             [](char c) { return static_cast<unsigned char>(c); });
      const KeyInfo info = row.info();
      entry.principal = {.key_id = info.id, .name = info.name, .scopes = info.scopes};
      entry.expires = info.expires;
      entry.revoked = info.revoked.has_value();
      found = std::move(entry);
    });
    return {};
  }));
  return found;
}

Result<std::vector<KeyInfo>> KeyStore::list() {
  std::vector<KeyInfo> keys;
  TRY(db_.read("listing the API keys", [&](soci::session& sql) -> Status {
    select_keys(sql, "ORDER BY created_us DESC, id", nullptr,
                [&](const KeyRow& row) { keys.push_back(row.info()); });
    return {};
  }));
  const MutexLock lock(mutex_);
  for (KeyInfo& key : keys) {
    if (const auto used = used_.find(key.id); used != used_.end()) {
      key.last_used = used->second;
    }
  }
  return keys;
}

Result<KeyInfo> KeyStore::get(const std::string& id) {
  std::optional<KeyInfo> key;
  TRY(db_.read("reading an API key", [&](soci::session& sql) -> Status {
    select_keys(sql, "WHERE id = :id", &id, [&](const KeyRow& row) { key = row.info(); });
    return {};
  }));
  if (!key) {
    return fail(ErrorCode::kNotFound, "there is no key {}", id);
  }
  return std::move(*key);
}

Status KeyStore::revoke(const std::string& id) {
  TRY(db_.write("revoking an API key", [&](soci::session& sql) -> Status {
    long long there = 0;
    sql << "SELECT COUNT(*) FROM api_keys WHERE id = :id", soci::use(id), soci::into(there);
    if (there == 0) {
      return fail(ErrorCode::kNotFound, "there is no key {}", id);
    }
    const long long now = clock_.now().value;
    sql << "UPDATE api_keys SET revoked_us = :now WHERE id = :id AND revoked_us IS NULL",
        soci::use(now), soci::use(id);
    return {};
  }));
  const MutexLock lock(mutex_);
  cache_.erase(id);
  return {};
}

Status KeyStore::flush_last_used() {
  std::unordered_map<std::string, Micros> used;
  {
    const MutexLock lock(mutex_);
    used.swap(used_);
  }
  if (used.empty()) {
    return {};
  }
  return db_.write("noting when API keys were used", [&](soci::session& sql) -> Status {
    for (const auto& [id, time] : used) {
      sql << "UPDATE api_keys SET last_used_us = :time WHERE id = :id", soci::use(time.value),
          soci::use(id);
    }
    return {};
  });
}

}  // namespace tocsin
