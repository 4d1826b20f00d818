// Windows events as NXLog, Winlogbeat and evtx dumpers write them. The names stay Windows' own
// (EventID, Channel, Image, CommandLine …), which are the names that Sigma rules use; a few ECS
// fields are added so that rules for "any log-in failure" see Windows too.
#include <array>

#include "base/text.h"
#include "decode/json_shapes.h"

namespace tocsin::json_shape {
namespace {

struct KnownEvent {
  std::int64_t id;
  Deed deed;
};

// Security channel: https://learn.microsoft.com/windows/security/threat-protection/auditing
constexpr auto kSecurityEvents = std::to_array<KnownEvent>({
    {1102, Deed::kMonitoringDisabled},
    {4624, Deed::kLogInSucceeded},
    {4625, Deed::kLogInFailed},
    {4634, Deed::kLoggedOut},
    {4647, Deed::kLoggedOut},
    {4648, Deed::kLogInAttempted},
    {4688, Deed::kCommandRun},
    {4719, Deed::kConfigChanged},
    {4720, Deed::kUserAdded},
    {4722, Deed::kUserChanged},
    {4723, Deed::kPasswordChanged},
    {4724, Deed::kPasswordChanged},
    {4725, Deed::kUserChanged},
    {4726, Deed::kUserDeleted},
    {4727, Deed::kGroupAdded},
    {4728, Deed::kGroupChanged},
    {4729, Deed::kGroupChanged},
    {4730, Deed::kGroupDeleted},
    {4731, Deed::kGroupAdded},
    {4732, Deed::kGroupChanged},
    {4733, Deed::kGroupChanged},
    {4734, Deed::kGroupDeleted},
    {4738, Deed::kUserChanged},
    {4740, Deed::kAccountLocked},
    {4756, Deed::kGroupChanged},
    {4771, Deed::kLogInFailed},
    {5156, Deed::kFlow},
});

constexpr auto kSysmonEvents = std::to_array<KnownEvent>({
    {1, Deed::kCommandRun},
    {3, Deed::kFlow},
    {11, Deed::kFileWritten},
    {22, Deed::kDnsAsked},
    {23, Deed::kFileDeleted},
});

enum class ChannelKind : std::uint8_t { kSecurity, kSysmon, kPowershell, kOther };

ChannelKind channel_kind(std::string_view channel) {
  if (equals_ignore_case(channel, "Security")) {
    return ChannelKind::kSecurity;
  }
  if (channel.starts_with("Microsoft-Windows-Sysmon/")) {
    return ChannelKind::kSysmon;
  }
  if (channel.find("PowerShell") != std::string_view::npos) {
    return ChannelKind::kPowershell;
  }
  return ChannelKind::kOther;
}

void write_channel(ChannelKind kind, EventWriter& event) {
  switch (kind) {
    case ChannelKind::kSecurity:
      event.dataset(Dataset::kWindowsSecurity);
      event.logsource({"windows", "", "security"});
      return;
    case ChannelKind::kSysmon:
      event.dataset(Dataset::kWindowsSysmon);
      event.logsource({"windows", "", "sysmon"});
      return;
    case ChannelKind::kPowershell:
      event.dataset(Dataset::kWindowsPowershell);
      event.logsource({"windows", "", "powershell"});
      return;
    case ChannelKind::kOther:
      event.dataset(Dataset::kWindowsEvent);
      event.logsource({"windows", "", ""});
      return;
  }
}

std::string_view logon_failure_reason(std::string_view sub_status) {
  struct Reason {
    std::string_view code;
    std::string_view words;
  };
  static constexpr auto kReasons = std::to_array<Reason>({{"0xc0000064", "invalid user"},
                                                          {"0xc000006a", "wrong password"},
                                                          {"0xc0000072", "account disabled"},
                                                          {"0xc0000234", "account locked"},
                                                          {"0xc0000071", "password expired"},
                                                          {"0xc0000193", "account expired"}});
  for (const Reason& reason : kReasons) {
    if (equals_ignore_case(reason.code, sub_status)) {
      return reason.words;
    }
  }
  return {};
}

void write_deed_of_event(ChannelKind kind, std::int64_t id, const JsonView& json,
                         EventWriter& event) {
  const auto write_from = [&](const auto& known) {
    for (const KnownEvent& one : known) {
      if (one.id == id) {
        event.deed(one.deed);
        if (one.deed == Deed::kLogInFailed) {
          event.text_if_any(fields::event_reason, logon_failure_reason(json.text(key::win_status)));
        }
      }
    }
  };
  if (kind == ChannelKind::kSecurity) {
    write_from(kSecurityEvents);
  } else if (kind == ChannelKind::kSysmon) {
    write_from(kSysmonEvents);
  }
}

void write_ends(const JsonView& json, EventWriter& event) {
  if (const std::string_view ip = json.first_text({key::win_ip, key::win_source_ip});
      ip.size() > 1) {
    event.ip(fields::source_ip, ip);
  }
  add_if_any(fields::source_port, json.first({key::win_port, key::win_source_port}), event);
  if (const std::string_view ip = json.text(key::win_destination_ip); ip.size() > 1) {
    event.ip(fields::destination_ip, ip);
  }
  add_if_any(fields::destination_port, json.find(key::win_destination_port), event);
  add_if_any(fields::dns_question_name, json.find(key::win_query_name), event);
}

// "EXAMPLE\alice" is the user alice of the domain EXAMPLE.
void write_user(std::string_view user, EventWriter& event) {
  const std::size_t domain = user.find('\\');
  if (domain != std::string_view::npos) {
    event.text_if_any(fields::user_domain, user.substr(0, domain));
    user = user.substr(domain + 1);
  }
  event.text_if_any(fields::user_name, user);
}

// user.name is who acts: the target itself logs on, but the subject changes a target's account.
void write_users(const JsonView& json, EventWriter& event) {
  const std::string_view target = json.text(key::win_target_user);
  const std::string_view subject = json.text(key::win_subject_user);
  const Value* category = event.find(fields::event_category);
  if (category != nullptr && category->as_text() == "iam" && !subject.empty()) {
    write_user(subject, event);
    event.text_if_any(fields::user_target_name, target);
    return;
  }
  for (const std::string_view user : {target, subject, json.text(key::win_user)}) {
    if (!user.empty() && user != "-") {
      write_user(user, event);
      return;
    }
  }
}

// Winlogbeat's own names become the ones that Sigma uses.
std::string_view sigma_name(JsonName name) {
  switch (name) {
    case key::winlog_event_id:
      return "EventID";
    case key::winlog_channel:
      return "Channel";
    case key::winlog_provider:
      return "Provider_Name";
    case key::winlog_computer:
      return "Computer";
    default:
      return {};
  }
}

}  // namespace

bool is_windows(const JsonView& json) {
  return (json.has(key::win_event_id) && json.has(key::win_channel)) ||
         (json.has(key::winlog_event_id) && json.has(key::winlog_channel));
}

void write_windows(const JsonView& json, EventWriter& event) {
  for (const Field& field : json.fields()) {
    const std::string_view renamed = sigma_name(json.name_of(field));
    const auto id = renamed.empty() ? std::optional(field.id) : event.field(renamed);
    if (id) {
      event.fitting(*id, field.value);
    }
  }
  const ChannelKind kind = channel_kind(json.first_text({key::win_channel, key::winlog_channel}));
  write_channel(kind, event);
  write_time(json,
             {key::win_utc_time, key::win_system_time, key::win_time_created, key::at_timestamp,
              key::win_event_time},
             event);
  if (const Value* id = json.first({key::win_event_id, key::winlog_event_id})) {
    add_if_any(fields::event_code, id, event);
    const auto number = id->is_text() ? parse_int(id->as_text()).value_or(0) : id->as_int();
    write_deed_of_event(kind, number, json, event);
  }
  add_if_any(fields::host_name,
             json.first({key::win_computer, key::win_hostname, key::winlog_computer}), event);
  add_if_any(fields::event_provider,
             json.first({key::win_provider, key::win_source_name, key::winlog_provider}), event);
  write_users(json, event);
  write_ends(json, event);
}

}  // namespace tocsin::json_shape
