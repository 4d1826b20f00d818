// MISP: events as JSON (one, or an export of many) into a list; a feed's manifest; and a kept feed,
// brought up to date event by event.
//
// Only attributes whose type names something that we match are read; with `only_to_ids` only those
// that their authors meant for detection. Deleted ones are left out. Places in messages are the
// numbers of the attributes, from 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "enrich/threat_list.h"

namespace tocsin {

Status read_misp(std::string_view text, bool only_to_ids, ThreatListBuilder& list);

// manifest.json of a feed: uuid of an event → its time stamp. UUIDs only: they become parts of
// addresses. Entries that are none are left out. kCorrupt when it is no JSON object.
using MispManifest = std::map<std::string, std::int64_t>;
Result<MispManifest> read_misp_manifest(std::string_view text);

// MispEvents: the events of a feed, as far as we need them. One thread.
class MispEvents {
 public:
  MispEvents();
  ~MispEvents();
  MispEvents(const MispEvents&) = delete;
  MispEvents& operator=(const MispEvents&) = delete;

  // Takes a kept text() or one event as a feed gives it. kTooLarge past `bytes_max` of text kept.
  Status take(std::string_view text, std::size_t bytes_max);
  // Forgets events that the manifest does not name.
  void keep(const MispManifest& manifest);
  // The time stamp of an event that is here, or -1.
  std::int64_t timestamp(const std::string& uuid) const;
  // A MISP export with what is here.
  std::string text() const;
  std::size_t size() const;

 private:
  struct Events;
  std::unique_ptr<Events> events_;
};

}  // namespace tocsin
